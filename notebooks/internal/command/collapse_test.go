// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dustin/go-humanize"

	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/study"
)

// What cgkit.Winsorized says of the collapse is what the committed records of it give.
func TestWinsorizedDocumentation(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "cgkit", "optimizer.go"))
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(strings.Fields(strings.ReplaceAll(string(text), "\n//", " ")), " ")
	store := &record.Store{Folders: []string{results}, Write: t.TempDir()}
	arms := study.CollapseArms("mnist")
	r, err := store.Find(arms[0].Specs[0])
	if err != nil || r == nil {
		t.Fatalf("the first run of the collapse is not among the records: %v", err)
	}
	at := map[int]record.Evaluation{}
	collapse, before, best := 0, 0, record.Evaluation{}
	for i, e := range r.Evaluations {
		at[e.Step] = e
		if e.TestAccuracy > best.TestAccuracy {
			best = e
		}
		if collapse == 0 && e.TrainAccuracy < 0.2 && e.Step > 1000 {
			collapse, before = e.Step, r.Evaluations[i-1].Step
		}
	}
	last, _ := r.Last()
	step := func(n int) string { return humanize.Comma(int64(n)) }
	value := func(n int, name string) float64 {
		v, ok := at[n].Value(name)
		if !ok {
			t.Fatalf("no %s at step %d", name, n)
		}
		return v
	}
	var grown float64
	for _, e := range r.Evaluations {
		if v, ok := e.Value("logit_max"); ok {
			grown = max(grown, v)
		}
	}
	kick := value(collapse, "update_max")
	times := kick / medianUpdate(r, 1000, collapse-2000)
	collapsed := func(arm study.Arm) (collapsed, all int) {
		for _, spec := range arm.Specs {
			r, err := store.Find(spec)
			if err != nil || r == nil {
				continue
			}
			all++
			if last, _ := r.Last(); last.TrainAccuracy <= 0.2 {
				collapsed++
			}
		}
		return collapsed, all
	}
	without, ofAll := collapsed(arms[0])
	with, ofThose := collapsed(arms[slices.IndexFunc(arms, func(a study.Arm) bool { return a.Name == "max_update" })])
	for _, want := range []string{
		fmt.Sprintf("[Optimizer.WithMaxUpdate], %d of %d seeds did not collapse within %s steps; %d of %d did without",
			ofThose-with, ofThose, step(last.Step), without, ofAll),
		fmt.Sprintf("seed %d", r.Spec.Seed),
		fmt.Sprintf("a test accuracy of %.1f %% at step %s", 100*best.TestAccuracy, step(best.Step)),
		fmt.Sprintf("the largest |logit| grows from %.0f to %.0f", value(1000, "logit_max"), grown),
		fmt.Sprintf("falls from %.0f to %.0f %%", 100*value(1000, "active_layer_2"), 100*value(before, "active_layer_2")),
		fmt.Sprintf("Between steps %s and %s one update has a norm of %.1f, %.0f times the median of the largest ones before",
			step(before), step(collapse), kick, times),
		fmt.Sprintf("%.0f of the last hidden layer's %d units are 0 on all training examples", value(last.Step, "dead_layer_2")*256, r.Spec.Hidden[2]),
		fmt.Sprintf("a test accuracy of %.1f %% at step %s", 100*last.TestAccuracy, step(last.Step)),
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the documentation of cgkit.Winsorized does not say: %s", want)
		}
	}
}

// medianUpdate is the median of update_max over some steps.
func medianUpdate(r *record.Record, from, to int) float64 {
	var values []float64
	for _, e := range r.Evaluations {
		if v, ok := e.Value("update_max"); ok && e.Step >= from && e.Step <= to {
			values = append(values, v)
		}
	}
	return coherence.Median(values)
}
