// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"math"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
)

// jointly is the coherence of some layers together, those whose names pass: a layer counts by its share of the examples'
// squared norms, A = Σ_l A_l E_l / Σ_l E_l.
func (r run) jointly(from float64, pass func(layer string) bool) curve {
	const prefix = "coherence_layer_"
	var sums, weights curve
	for _, name := range r.Columns() {
		layer, is := strings.CutPrefix(name, prefix)
		if !is || !pass(layer) {
			continue
		}
		a, energy := r.curve(name, from, math.Inf(1)), r.curve("example_norm2_layer_"+layer, from, math.Inf(1))
		if sums.steps == nil {
			sums = curve{a.steps, make([]float64, len(a.steps))}
			weights = curve{a.steps, make([]float64, len(a.steps))}
		}
		for i, step := range sums.steps {
			sums.values[i] += a.at(step) * energy.at(step)
			weights.values[i] += energy.at(step)
		}
	}
	if sums.steps == nil {
		r.e.lack("the coherence of layers of run %s", r.id)
	}
	return sums.over(weights)
}

func claim21() Claim {
	isConvolution := func(layer string) bool { return strings.HasPrefix(layer, "conv") }
	early := func(layer string) bool { return layer == "0" || layer == "1" }
	return Claim{
		ID: "C21", Where: "MC", Figure: "notebook 07, layers",
		Runs: "a net of two convolutions and two dense layers on the first 2,000 training examples of MNIST and of Fashion-MNIST, 1,000 steps, 0 and 100 % noise; " +
			coherenceRuns + ", without noise",
		Text:     "Convolutions are more coherent than fully connected layers.",
		Quantity: "A of the convolutions together over A of the dense layers together; in the net without convolutions, A of its first two layers over that of its last two",
		Steps:    "the median over the evaluations from step 10 on",
		Words: "\"More coherent\" is a ratio above 1. All layers have the same examples, so A can be compared. Dense layers come last here, as in MC's nets: the net without convolutions shows what " +
			"position does. On MNIST's 60,000 examples the output layer of 784–2048–10 was seen to be more coherent than the hidden one.",
		Falsified: "a ratio of at most 1 with real labels on either data set",
		Conditions: []Condition{
			core("with real labels the convolutions have more, on both data sets"),
			also("with random labels too, on both"),
			also("in the net without convolutions the first two layers have no more than the last two, on both"),
		},
		judge: func(e *evidence) {
			var real, random, dense []Quantity
			for _, dataset := range record.CoherenceDatasets() {
				for _, n := range []float64{0, 1} {
					q := e.measure("convolutions_over_dense", e.basis().convolved(dataset, n), func(r run) float64 {
						others := func(layer string) bool { return !isConvolution(layer) }
						return r.jointly(10, isConvolution).over(r.jointly(10, others)).medianValue()
					})
					if n == 0 {
						real = append(real, q)
					} else {
						random = append(random, q)
					}
				}
				dense = append(dense, e.measure("first_two_over_last_two", e.basis().coherent(dataset, 0), func(r run) float64 {
					late := func(layer string) bool { return !early(layer) }
					return r.jointly(10, early).over(r.jointly(10, late)).medianValue()
				}))
			}
			names := record.CoherenceDatasets()
			e.decide(0, compare(real, "A of the convolutions over that of the dense layers, real labels, on %s", names, ">", 1, inTimes)...)
			e.decide(1, compare(random, "A of the convolutions over that of the dense layers, random labels, on %s", names, ">", 1, inTimes)...)
			e.decide(2, compare(dense, "A of the first two layers over that of the last two, no convolutions, on %s", names, "≤", 1, inTimes)...)
		},
	}
}

func claimE1() Claim {
	return Claim{
		ID: "E1", Where: "not in the papers", Figure: "notebook 07, the turn of E‖g‖²",
		Runs: "784–256–256–256–10 by plain SGD, seeds 11 to 13, 0, 25, 50, 100 % noise: on all of MNIST for 20,000 steps; on the first 6,000 training examples of MNIST " +
			"and of Fashion-MNIST for 6,000",
		Text:     "The mean squared norm of an example's gradient turns up while labels are memorised exactly where at least a quarter of them is noisy; with right labels it only falls.",
		Quantity: "E‖g‖² = (1/N) Σ_e ‖g_e‖², smoothed by the median of three neighbouring evaluations: its largest later value over an earlier one",
		Steps:    "from 300 on",
		Words: "\"Turns up\" is to at least twice an earlier value. It was found on 784–2048–10 and all of MNIST, seeds 1 to 3: 3.2 to 10.5 times with noise, 1.00 without, " +
			"from the smallest of steps 300 to 5,000 on. Here are another net, other seeds, and another data set, whose images are of classes that overlap.",
		Falsified: "on MNIST, a rise below 2 at 25, 50 or 100 % noise, or one of 2 or more without",
		Conditions: []Condition{
			core("on all of MNIST it rises ≥ 2 times at 25, 50 and 100 % noise"),
			core("on all of MNIST it rises < 2 times without noise"),
			core("on 6,000 examples of MNIST ≥ 2 times at 25, 50 and 100 %, and < 2 times without noise"),
			also("on 6,000 examples of Fashion-MNIST ≥ 2 times at 25, 50 and 100 %"),
			also("on 6,000 examples of Fashion-MNIST < 2 times without noise"),
		},
		judge: func(e *evidence) {
			rises := func(of func(noise float64) setting) (noisy, clean []part) {
				for _, n := range record.CoherenceNoises() {
					s := of(n)
					q := e.measure("rise", s, func(r run) float64 {
						return r.curve("example_norm2", 300, math.Inf(1)).smooth().rise()
					})
					what := "the rise of E‖g‖² at %s, " + s.what[:strings.Index(s.what, ",")]
					if names := percents([]float64{n}); n > 0 {
						noisy = append(noisy, compare([]Quantity{q}, what, names, "≥", 2, inTimes)...)
					} else {
						clean = append(clean, compare([]Quantity{q}, what, names, "<", 2, inTimes)...)
					}
				}
				return noisy, clean
			}
			noisy, clean := rises(e.basis().coherentWhole)
			e.decide(0, noisy...)
			e.decide(1, clean...)
			for i, dataset := range record.CoherenceDatasets() {
				noisy, clean := rises(func(noise float64) setting { return e.basis().coherent(dataset, noise) })
				if i == 0 {
					e.decide(2, slices.Concat(noisy, clean)...)
					continue
				}
				e.decide(3, noisy...)
				e.decide(4, clean...)
			}
		},
	}
}
