// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import "fmt"

// Line is the values of one quantity, one for each step of its run, NaN where
// it is missing, and a band over seeds where there are several; nil values are
// a quantity that was not measured.
type Line struct {
	Y []float64
	Band
}

// NoiseRun is training at one level of label noise.
type NoiseRun struct {
	Noise float64 // share of the labels permuted, in [0, 1]
	Steps []float64
	// Accuracies are shares in [0, 1], on the noisy training labels and on the
	// clean test labels; the loss is in nats.
	TrainAccuracy, TestAccuracy, TrainLoss Line
	// PristineLearned and CorruptLearned are the shares of the examples whose
	// labels were kept and changed that were learned by a step.
	PristineLearned, CorruptLearned Line
}

// Figure1Data is the data of [Figure1].
type Figure1Data struct {
	Meta
	Runs []NoiseRun // one a noise level, in the order of the legend
}

// Figure1 draws Figure 1 of the paper: (a) training accuracy, (b) test
// accuracy, (c) training loss, and (d) the share of pristine and of corrupt
// examples learned, over log steps. A noise level has one colour; in (d)
// pristine examples are solid and corrupt ones dashed, with one curve where
// all labels are kept or all were permuted. From 1 to [MaxRuns] levels; a
// quantity that a run lacks is left out.
func Figure1(d Figure1Data) (*Figure, error) {
	if len(d.Runs) == 0 || len(d.Runs) > MaxRuns {
		return nil, fmt.Errorf("figure 1 of %d noise levels: use 1 to %d", len(d.Runs), MaxRuns)
	}
	train := &Panel{Title: "(a) Train acc. (%)", XSteps: true, Percent: true}
	test := &Panel{Title: "(b) Test acc. (%)", XSteps: true, Percent: true}
	loss := &Panel{Title: "(c) Loss (nats)", XSteps: true}
	learned := &Panel{Title: "(d) Learned (%)", XSteps: true, Percent: true}
	var keys []Key
	for _, r := range d.Runs {
		if !(r.Noise >= 0 && r.Noise <= 1) {
			return nil, fmt.Errorf("figure 1: noise %v is out of range: use 0 to 1", r.Noise)
		}
		name := percent(r.Noise)
		add := func(p *Panel, name, label string, l Line, dash Dash) {
			if l.Y == nil {
				return
			}
			p.Curves = append(p.Curves, Curve{Name: name, Label: label, X: r.Steps, Y: l.Y, Lo: l.Lo, Hi: l.Hi, Role: NoiseLevel(r.Noise), Dash: dash})
		}
		add(train, name, "", r.TrainAccuracy, Solid)
		add(test, name, "", r.TestAccuracy, Solid)
		add(loss, name, "", r.TrainLoss, Solid)
		if r.Noise < 1 {
			add(learned, name+", pristine", "", r.PristineLearned, Solid)
		}
		if r.Noise > 0 {
			add(learned, name+", corrupt", "", r.CorruptLearned, Dashed)
		}
		keys = append(keys, Key{Name: name + " noise", Role: NoiseLevel(r.Noise), Dash: Solid})
	}
	if len(learned.Curves) == 0 {
		learned.Empty = "not measured"
	}
	keys = append(keys, Key{Name: "pristine in (d)", Dash: Solid, Neutral: true}, Key{Name: "corrupt in (d)", Dash: Dashed, Neutral: true})
	zeroBased(loss)
	f, err := NewGrid(d.Meta, Grid{Panels: [][]*Panel{{train, test}, {loss, learned}}, XLabel: "step", Keys: keys, Aspect: 0.6})
	if err != nil {
		return nil, fmt.Errorf("figure 1: %w", err)
	}
	return f, nil
}
