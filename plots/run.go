// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"math"
)

// RunData is the data of [Run].
type RunData struct {
	Meta
	Evaluations
}

// Run draws one training run: accuracies and overfit over log steps with the
// proper accuracy as a reference line, losses, and, where there are corrupt
// examples, the training accuracy of pristine and of corrupt examples apart.
// Of a run without accuracies, on a target, the loss alone is drawn.
// The panels stand side by side, or one below the other in a narrow figure.
func Run(d RunData) (*Figure, error) {
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("run figure: %w", err)
	}
	train := "train"
	if d.Proper > 0 && d.Proper < 1 || hasValue(d.Corrupt) {
		train = "train (noisy labels)"
	}
	acc := &Panel{Title: "Accuracy (%)", XSteps: true, Percent: true}
	d.curve(acc, train, "train", d.TrainAccuracy, d.TrainBand, Train, DashAuto)
	d.curve(acc, "test", "", d.TestAccuracy, d.TestBand, Test, DashAuto)
	d.curve(acc, "overfit", "", d.Overfit, d.OverfitBand, Overfit, DashAuto)
	d.proper(acc, true)

	loss := &Panel{Title: "Loss (nats)", XSteps: true}
	d.curve(loss, train, "train", d.TrainLoss, Band{}, Train, DashAuto)
	d.curve(loss, "test", "", d.TestLoss, Band{}, Test, DashAuto)
	zeroBased(loss)

	row := []*Panel{acc, loss}
	if !hasValue(d.TrainAccuracy) && !hasValue(d.TestAccuracy) { // a target has a loss, and no accuracy
		loss.Title = "Loss (squared error)"
		row = []*Panel{loss}
	}
	if hasValue(d.Corrupt) {
		parts := &Panel{Title: "Train accuracy by label (%)", XSteps: true, Percent: true}
		d.curve(parts, "pristine", "", d.Pristine, Band{}, Pristine, DashAuto)
		d.curve(parts, "corrupt", "", d.Corrupt, Band{}, Corrupt, DashAuto)
		row = append(row, parts)
	}
	f, err := NewGrid(d.Meta, Grid{Panels: [][]*Panel{row}, XLabel: "step", ShareX: true, Aspect: 0.78, Reflow: true})
	if err != nil {
		return nil, fmt.Errorf("run figure: %w", err)
	}
	return f, nil
}

// zeroBased lets an axis of losses begin at 0, so that heights can be compared.
func zeroBased(p *Panel) {
	if s := p.ySpan(); s.lo >= 0 && s.hi > s.lo && s.hi < 1e300 {
		p.YMin, p.YMax = 0, s.hi*1.04
	}
}

// round rounds to a number of decimals.
func round(v float64, decimals int) float64 {
	p := math.Pow(10, float64(decimals))
	return math.Round(v*p) / p
}
