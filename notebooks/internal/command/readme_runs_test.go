// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/numbers"
	"coherentgradients/notebooks/internal/sweep"
	"coherentgradients/notebooks/study"
)

// runsText is what README shows of the records in a folder: runs of the paper's net of section 3, plain and winsorized
// with c = 2, over all seeds that there are.
func runsText(folder string) (string, error) {
	records, err := numbers.Finished(folder)
	if err != nil {
		return "", err
	}
	const steps = 60_000
	var seconds []float64
	type cell struct{ noise, c float64 }
	cells := map[cell][]*record.Record{}
	for _, r := range records {
		model := study.Spec(r.Spec.Noise, r.Spec.C)
		model.Dataset, model.Steps, model.Seed = "mnist", steps, r.Spec.Seed
		if r.Spec.ID() == model.ID() {
			seconds = append(seconds, r.Evaluations[len(r.Evaluations)-1].Seconds)
			cells[cell{r.Spec.Noise, r.Spec.C}] = append(cells[cell{r.Spec.Noise, r.Spec.C}], r)
		}
	}
	if len(seconds) == 0 {
		return "", fmt.Errorf("no record of %d steps is in %s", steps, folder)
	}
	grid, err := sweep.Paper("figure4,figure1,full-batch")
	if err != nil {
		return "", err
	}
	specs, err := grid.Specs()
	if err != nil {
		return "", err
	}
	all := 0.0
	for _, r := range records {
		if slices.ContainsFunc(specs, func(s record.Spec) bool { return s.ID() == r.Spec.ID() }) {
			all += r.Evaluations[len(r.Evaluations)-1].Seconds
		}
	}
	var b strings.Builder
	b.WriteString(wrapped(fmt.Sprintf("**Runs of 60,000 steps** on MNIST, from the committed records: the median over seeds, and the least and the largest "+
		"(accuracies in per cent; ε is the share of labels permuted, *proper* the share still right). The %d runs of that kind took %.0f to %.0f s, %.0f in the median, "+
		"by their own clocks, and the machine was doing other work meanwhile. All of the paper for one seed, by "+
		"`go run ./notebooks sweep --paper figure4,figure1,full-batch --measure gradients`, is %d runs; the committed ones took %.1f hours by their own clocks, two at a time.",
		len(seconds), slices.Min(seconds), slices.Max(seconds), study.Median(seconds), len(specs), all/3600)))
	b.WriteString("\n\n| ε | proper | c | seeds | train, at the end | test, at the end | test, best | overfit, at the end |\n|---|---|---|---|---|---|---|---|\n")
	for _, noise := range []float64{0, 0.25, 0.5, 0.75, 1} {
		for _, c := range []float64{0, 2} {
			runs := cells[cell{noise, c}]
			if len(runs) == 0 {
				continue
			}
			over := func(f func(r *record.Record, last record.Evaluation) float64) string {
				var values []float64
				for _, r := range runs {
					values = append(values, 100*f(r, r.Evaluations[len(r.Evaluations)-1]))
				}
				return spreadOf(values)
			}
			fmt.Fprintf(&b, "| %v | %v | %v | %d | %s | %s | %s | %s |\n", 100*noise, math.Round(1000*study.ProperAccuracy(noise))/10, c, len(runs),
				over(func(_ *record.Record, last record.Evaluation) float64 { return last.TrainAccuracy }),
				over(func(_ *record.Record, last record.Evaluation) float64 { return last.TestAccuracy }),
				over(func(r *record.Record, _ record.Evaluation) float64 {
					best := math.Inf(-1)
					for _, e := range r.Evaluations {
						best = max(best, e.TestAccuracy)
					}
					return best
				}),
				over(func(_ *record.Record, last record.Evaluation) float64 { return last.Overfit }))
		}
	}
	b.WriteString("\n")
	return b.String(), nil
}

// spreadOf is the median, with the least and the largest of several.
func spreadOf(values []float64) string {
	one := func(v float64) string { return strings.ReplaceAll(strconv.FormatFloat(v, 'f', 1, 64), "-", "−") }
	if len(values) == 1 {
		return one(values[0])
	}
	return one(study.Median(values)) + " (" + one(slices.Min(values)) + "–" + one(slices.Max(values)) + ")"
}
