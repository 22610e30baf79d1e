// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/plots"
)

// Benches are the files beside the committed records with step times, measured by turns; the first goes before the
// second. The first is what this prints, with all names of rules:
//
//	go run ./notebooks bench --json --rules rolling-median,rolling-mean,…
var benches = []string{"bench_rules.jsonl", "bench.jsonl"}

// Times are milliseconds a step, by rule.
type Times struct{ byRule map[string]float64 }

// StepTimes are the times of a step by the committed bench, for the rules that it has.
func StepTimes() Times {
	t := Times{map[string]float64{}}
	store, err := place.OpenStore("")
	must(err)
	for _, name := range benches {
		if len(store.Folders) == 0 || len(t.byRule) > 0 {
			break
		}
		if text, err := os.ReadFile(filepath.Join(store.Folders[0], name)); err == nil {
			t.byRule = benchTimes(text)
		}
	}
	return t
}

// benchTimes reads the rows of a bench: the time of a step in a loop of many, by rule.
func benchTimes(text []byte) map[string]float64 {
	times := map[string]float64{}
	for line := range bytes.Lines(text) {
		var row struct {
			Aggregator, Peer, Section string
			C                         float64
			LoopMS                    float64 `json:"loop_ms"`
		}
		if json.Unmarshal(line, &row) == nil && row.Peer == "" && row.Section == "step" && row.LoopMS > 0 {
			times[timeKey(row.Aggregator, row.C)] = row.LoopMS
		}
	}
	return times
}

func timeKey(rule string, c float64) string { return fmt.Sprintf("%s %g", rule, c) }

// Of is the time of a step of an arm, NaN where the bench has not measured it. Images that are shifted take time of their
// own.
func (t Times) Of(arm record.RuleArm) float64 {
	s := arm.On(record.RuleCells(DefaultDataset)[0])
	if ms, ok := t.byRule[timeKey(s.Aggregator, s.C)]; ok && s.Augment == "" {
		return ms
	}
	return math.NaN()
}

// TimesFigure draws, against the milliseconds that a step takes, what each run of the first cell is after as much time
// as plain SGD takes for all of its steps: its best test accuracy within that time, its test accuracy then, and what it
// has memorised. A rule that takes longer has had fewer steps. Arms that the bench has not measured are named in the
// caption.
func TimesFigure(c *Contest, t Times) *plots.Figure { return figure(timesOf(c, t)) }

func timesOf(c *Contest, t Times) (*plots.Figure, error) {
	cell := c.Cells[0].Name
	panels := []*plots.Panel{
		{Title: "Best test accuracy within the time (%)"},
		{Title: "Test accuracy after it (%)"},
		{Title: "Corrupt, as labelled, after it (%)"},
	}
	var shown []*record.Record
	var missing []string
	if len(c.Arms) > 0 {
		plain, steps := t.Of(c.Arms[0]), float64(record.RuleSteps)
		for _, r := range c.Of(cell, c.Arms[0].Name) {
			steps = float64(r.Spec.Steps)
		}
		for i, family := range Families {
			curves := make([]plots.Curve, len(panels))
			for k := range curves {
				curves[k] = plots.Curve{Name: family, Role: plots.Series(i), Scatter: true}
			}
			for _, arm := range c.In(cell) {
				ms := t.Of(arm)
				if Family(arm) != i {
					continue
				}
				if math.IsNaN(ms) {
					missing = append(missing, arm.Text)
					continue
				}
				for _, r := range c.Of(cell, arm.Name) {
					shown = append(shown, r)
					last := min(float64(r.Spec.Steps), math.Floor(steps*plain/ms))
					for k, v := range []float64{100 * bestWithin(r, last), 100 * along(r, "test_accuracy", last), 100 * along(r, "corrupt_accuracy", last)} {
						if !math.IsNaN(v) {
							curves[k].X, curves[k].Y = append(curves[k].X, ms), append(curves[k].Y, v)
						}
					}
				}
			}
			for k, curve := range curves {
				if len(curve.X) > 0 {
					panels[k].Curves = append(panels[k].Curves, curve)
				}
			}
		}
	}
	for _, p := range panels { // plain SGD lies where many do: it is drawn over them
		if len(p.Curves) > 1 && p.Curves[0].Name == Families[0] {
			p.Curves = append(slices.Clone(p.Curves[1:]), p.Curves[0])
		}
	}
	what := "Equal time, that of plain SGD's run; step times by the bench"
	if len(missing) > 0 {
		what += "; not measured there: " + strings.Join(missing, "; ")
	}
	return plots.NewGrid(ofRuns(what, "each point is a run", shown),
		plots.Grid{Panels: [][]*plots.Panel{panels}, XLabel: "milliseconds a step", Aspect: 0.9, Reflow: true})
}

// bestWithin is the best test accuracy of a run at its evaluations up to a step.
func bestWithin(r *record.Record, last float64) float64 {
	best := math.NaN()
	for _, e := range r.Evaluations {
		if float64(e.Step) <= last && !(best >= e.TestAccuracy) {
			best = e.TestAccuracy
		}
	}
	return best
}
