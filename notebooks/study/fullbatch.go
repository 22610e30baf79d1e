// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/plots"
)

// In quick mode the full batch is that of quickBatch examples, for quickBatchSteps.
const (
	quickBatch      = 600
	quickBatchSteps = 200
)

// The two ways to train look alike in all figures.
var minibatchRole, fullBatchRole = plots.Series(4), plots.Series(3)

// FullBatchRuns are the specs of [FullBatch] on the notebook's data set; in quick mode they are cut to 600 examples
// and 200 steps.
func FullBatchRuns() []record.Spec {
	specs := FullBatch(Dataset())
	if Mode() != place.Quick {
		return specs
	}
	for i := range specs {
		specs[i].Dataset, specs[i].Steps = fmt.Sprintf("%s-%d", Dataset(), quickBatch), quickBatchSteps
		specs[i].Batch = min(specs[i].Batch, quickBatch)
	}
	return specs
}

// FullBatchFigure draws training on all examples a step beside minibatches, from the records of [FullBatchRuns]:
// training and test accuracy over the steps, without noise and at 50 %. nil records are left out.
func FullBatchFigure(records []*record.Record) *plots.Figure { return figure(fullBatch(records)) }

// fullBatch is [FullBatchFigure] with its error.
func fullBatch(records []*record.Record) (*plots.Figure, error) {
	var row []*plots.Panel
	var present []*record.Record
	for _, noise := range []float64{0, 0.5} {
		p := &plots.Panel{Title: fmt.Sprintf("Accuracy (%%) at %v %% label noise", 100*noise), XSteps: true, Percent: true}
		if noise > 0 {
			p.References = []plots.Reference{{Label: "proper accuracy", Y: ProperAccuracy(noise, records...)}}
		}
		for _, r := range byNoise(records, noise) {
			present = append(present, r)
			steps := evaluated([]*record.Record{r}, math.MaxInt)
			name, role := "minibatches of 100", minibatchRole
			if r.Spec.Batch > 100 {
				name, role = "full batch", fullBatchRole
			}
			for _, q := range []struct {
				what, name string
				dash       plots.Dash
			}{{"train", "train_accuracy", plots.Solid}, {"test", "test_accuracy", plots.Dashed}} {
				l := spread([]*record.Record{r}, steps, named(q.name))
				p.Curves = append(p.Curves, plots.Curve{Name: name + ", " + q.what, X: steps, Y: l.Y, Role: role, Dash: q.dash})
			}
		}
		row = append(row, p)
	}
	return plots.NewGrid(meta("The full batch beside minibatches", present...), plots.Grid{
		Panels: [][]*plots.Panel{row}, XLabel: "step", ShareX: true, ShareY: true, Aspect: 0.75,
	})
}
