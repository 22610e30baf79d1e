// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/plots"
)

// firstOrderSteps is over how many steps the first-order formula is tried: those that are evaluated one by one.
const firstOrderSteps = 10

// FirstOrder is what ten steps take off the training loss: predicted to first order, η Σ ‖∇L‖² over steps 0 to 9, and
// measured. It is NaN for a run whose gradients were not measured.
func FirstOrder(r *record.Record) (predicted, measured float64) {
	predicted, measured = 0, math.NaN()
	for _, e := range r.Evaluations {
		if v, ok := e.Value("gradient_norm2"); ok && e.Step < firstOrderSteps {
			predicted += r.Spec.LearningRate * v
		} else if e.Step < firstOrderSteps {
			return math.NaN(), math.NaN()
		}
		if e.Step == firstOrderSteps {
			measured = r.Evaluations[0].TrainLoss - e.TrainLoss
		}
	}
	return predicted, measured
}

// Minibatch is the mean squared length of a minibatch's gradient at a step, ‖∇L‖² and what drawing B of N examples
// adds to it: (E‖g_e‖² − ‖∇L‖²)/B · (N − B)/(N − 1).
func Minibatch(r *record.Record, step int) (full, added float64) {
	full = At("gradient_norm2", step)(r)
	example := At("example_norm2", step)(r)
	n := math.Round(At("coherence", step)(r) * example / full)
	b := float64(r.Spec.Batch)
	return full, (example - full) / b * (n - b) / (n - 1)
}

// FirstOrderRates are the learning rates of [FirstOrderRuns].
func FirstOrderRates() []float64 { return []float64{0.1, 0.01, 0.001} }

// FirstOrderRuns are short runs that tell why the first-order formula fails: a net with 256 hidden units on the first
// 6,000 examples at 50 % noise, ten steps of minibatches of 100 and of the full batch, at three learning rates.
func FirstOrderRuns() []record.Spec {
	s := record.DefaultSpec()
	examples := quickExamples
	if Mode() == place.Quick {
		examples = quickBatch
	}
	s.Dataset, s.Noise, s.Hidden, s.Steps = Dataset()+"-"+strconv.Itoa(examples), 0.5, []int{smallWidth}, firstOrderSteps
	var specs []record.Spec
	for _, batch := range []int{100, examples} {
		for _, rate := range FirstOrderRates() {
			s.Batch, s.LearningRate = batch, rate
			specs = append(specs, s)
		}
	}
	return specs
}

// FirstOrderFigure draws the first-order formula against what was measured: from the records of Figure 1, by noise,
// and from those of [FirstOrderRuns] the measured part of the predicted, by learning rate and batch.
func FirstOrderFigure(wide, small []*record.Record) *plots.Figure {
	return figure(firstOrder(wide, small))
}

// firstOrderMeta is the caption: of what runs the bars of each panel are.
func firstOrderMeta(wide, small []*record.Record) plots.Meta {
	const what = "The first-order formula against the loss that ten steps take off"
	m := meta(what, slices.Concat(wide, small)...)
	var parts []string
	if runs := nonNil(wide); len(runs) > 0 {
		parts = append(parts, fmt.Sprintf("Left: %s, net %s, batch %d, rate %v; bars are medians over seeds, with their range (%s)",
			runs[0].Data().Title, net(runs[0]), runs[0].Spec.Batch, runs[0].Spec.LearningRate, strings.ReplaceAll(seedsInWords(runs), " a curve", "")))
	}
	if runs := nonNil(small); len(runs) > 0 {
		parts = append(parts, fmt.Sprintf("Right: %s, net %s; %s", runs[0].Data().Title, net(runs[0]), seedsInWords(runs)))
	}
	if len(parts) > 0 {
		m.Caption = what + ". " + strings.Join(parts, ". ") + "."
	}
	return m
}

// firstOrder is [FirstOrderFigure] with its error.
func firstOrder(wide, small []*record.Record) (*plots.Figure, error) {
	left := &plots.Panel{Title: "Loss lost in 10 steps", XLabel: "label noise (%)"}
	b := &plots.Bars{Series: []plots.BarSeries{{Name: "predicted, η Σ‖g‖^{2}", Role: plots.Series(0)}, {Name: "measured", Role: plots.Series(1)}}}
	for _, level := range levelsOf(wide) {
		for i := range b.Series {
			values := BySeed(wide, level, func(r *record.Record) float64 {
				predicted, measured := FirstOrder(r)
				return []float64{predicted, measured}[i]
			})
			s := &b.Series[i]
			s.Y, s.Lo, s.Hi = append(s.Y, Median(values)), append(s.Lo, least(values)), append(s.Hi, largest(values))
		}
		b.Categories = append(b.Categories, strconv.FormatFloat(100*level, 'g', 4, 64))
	}
	if len(b.Categories) > 0 {
		left.Bars = b
	}
	right := &plots.Panel{Title: "Measured over predicted, at 50 % noise", XLabel: "learning rate", References: []plots.Reference{{Name: "as predicted", Y: 1}}}
	rates := &plots.Bars{}
	for _, rate := range FirstOrderRates() {
		rates.Categories = append(rates.Categories, strconv.FormatFloat(rate, 'g', 3, 64))
	}
	var batches []int
	for _, r := range small {
		if r != nil && !slices.Contains(batches, r.Spec.Batch) {
			batches = append(batches, r.Spec.Batch)
		}
	}
	slices.Sort(batches)
	for i, batch := range batches {
		s := plots.BarSeries{Name: fmt.Sprintf("minibatches of %d", batch), Role: minibatchRole}
		if i == len(batches)-1 && i > 0 {
			s.Name, s.Role = "the full batch", fullBatchRole
		}
		for _, rate := range FirstOrderRates() {
			y := math.NaN()
			for _, r := range small {
				if r != nil && r.Spec.Batch == batch && r.Spec.LearningRate == rate {
					predicted, measured := FirstOrder(r)
					y = measured / predicted
				}
			}
			s.Y = append(s.Y, y)
		}
		rates.Series = append(rates.Series, s)
	}
	if len(rates.Series) > 0 {
		right.Bars = rates
	}
	return plots.NewGrid(firstOrderMeta(wide, small), plots.Grid{
		Panels: [][]*plots.Panel{{left, right}}, Aspect: 0.7,
	})
}
