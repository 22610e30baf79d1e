// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package stopping

import (
	"math"
	"slices"
)

// Defaults of [Trough].
const (
	TroughFrom   = 300 // steps
	TroughFactor = 2
)

// Trough stops once a column has risen from its trough, and keeps the weights of the trough: of the medians of three
// neighbouring evaluations, from step From on, it stops at the first that is more than Factor times the smallest so
// far. A median is known one evaluation later; the first and the last evaluation have none.
//
// It is for columns of positive numbers, such as m-coherence A = 1 + (N−1)·α̂, whose trough is that of α̂. α̂ itself
// falls to 0 and below where labels have no noise, and no factor means anything there.
type Trough struct {
	From   float64 // the first step that counts; 0 means [TroughFrom], below 0 all
	Factor float64 // 0 means [TroughFactor]
}

// Of applies the rule to a column; steps and values are of one length.
func (t Trough) Of(steps, values []float64) Choice {
	w := t.Watch()
	for i, step := range steps {
		if w.Add(step, values[i]) {
			return Choice{Keep: w.lowest, Stop: i, Stopped: true}
		}
	}
	return never(len(steps))
}

// Watch is the rule for a run that goes on: [TroughWatch.Add] is told one evaluation after the other.
func (t Trough) Watch() *TroughWatch {
	if t.From == 0 {
		t.From = TroughFrom
	}
	if t.Factor == 0 {
		t.Factor = TroughFactor
	}
	return &TroughWatch{rule: t, lowest: -1, least: math.Inf(1)}
}

// TroughWatch is a [Trough] on its way.
type TroughWatch struct {
	rule   Trough
	values []float64 // all so far
	before float64   // the step of the evaluation before
	lowest int       // the evaluation with the smallest median so far; −1: there is none
	least  float64   // that median
}

// Add takes in the next evaluation and says whether to stop.
func (w *TroughWatch) Add(step, value float64) (stop bool) {
	w.values = append(w.values, value)
	i := len(w.values) - 2 // whose median is known now
	at := w.before
	w.before = step
	if i < 1 || at < w.rule.From {
		return false
	}
	median := median3(w.values[i-1], w.values[i], w.values[i+1])
	if median < w.least {
		w.lowest, w.least = i, median
	}
	return median > w.rule.Factor*w.least
}

// Lowest is the number of the evaluation whose weights to keep, counted from 0, by what is known so far; −1 where no
// evaluation counts yet.
func (w *TroughWatch) Lowest() int { return w.lowest }

// median3 is the median of three, NaN if one of them is.
func median3(a, b, c float64) float64 {
	list := []float64{a, b, c}
	slices.Sort(list) // NaN first
	if math.IsNaN(list[0]) {
		return math.NaN()
	}
	return list[1]
}
