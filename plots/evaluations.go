// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import "fmt"

// Band is the lower and upper edge of a band, one value an evaluation.
type Band struct{ Lo, Hi []float64 }

// Evaluations is one training run as numbers. Each slice has one value for
// each step, or is nil where the quantity was not measured; NaN is a missing
// value. Accuracies, overfit and noise are shares in [0, 1], losses are nats.
type Evaluations struct {
	Steps []float64
	// TrainAccuracy is measured against the (noisy) training labels,
	// TestAccuracy against the clean test labels.
	TrainAccuracy, TestAccuracy []float64
	// Overfit is train accuracy less what the test accuracy predicts for it:
	// ta − [ε/10 + (1−ε)·va].
	Overfit             []float64
	TrainLoss, TestLoss []float64
	// Pristine and Corrupt are the training accuracy on the examples whose
	// labels were kept and changed.
	Pristine, Corrupt []float64
	// Proper is the proper accuracy, the share of unchanged labels; 0 means
	// unknown and draws nothing.
	Proper float64
	// Bands over seeds, optional.
	TrainBand, TestBand, OverfitBand Band
}

// check finds lengths that disagree, naming the quantity as the user wrote it.
func (e *Evaluations) check() error {
	for _, q := range []struct {
		name string
		v    []float64
	}{
		{"TrainAccuracy", e.TrainAccuracy}, {"TestAccuracy", e.TestAccuracy}, {"Overfit", e.Overfit},
		{"TrainLoss", e.TrainLoss}, {"TestLoss", e.TestLoss}, {"Pristine", e.Pristine}, {"Corrupt", e.Corrupt},
	} {
		if q.v != nil && len(q.v) != len(e.Steps) {
			return fmt.Errorf("%s has %d values for %d steps: give as many of each, or nil", q.name, len(q.v), len(e.Steps))
		}
	}
	return nil
}

// curve adds a curve to p unless the quantity is missing.
func (e *Evaluations) curve(p *Panel, name, label string, y []float64, band Band, role Role, dash Dash) {
	if y == nil {
		return
	}
	p.Curves = append(p.Curves, Curve{Name: name, Label: label, X: e.Steps, Y: y, Lo: band.Lo, Hi: band.Hi, Role: role, Dash: dash})
}

// proper adds the reference line of the proper accuracy.
func (e *Evaluations) proper(p *Panel, labelled bool) {
	if !finite(e.Proper) || e.Proper <= 0 {
		return
	}
	r := Reference{Name: "proper accuracy", Y: e.Proper}
	if labelled {
		r.Name, r.Label = "", "proper "+percent(e.Proper) // and no entry in the legend
	}
	p.References = append(p.References, r)
}

func hasValue(v []float64) bool {
	for _, y := range v {
		if finite(y) {
			return true
		}
	}
	return false
}

// percent writes a share as a percentage.
func percent(share float64) string { return compact(round(share*100, 1)) + " %" }
