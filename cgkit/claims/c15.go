// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import "math"

// matched are the training accuracies at which two ways to train are compared, by noise level.
var matched = map[float64][]float64{
	0:   {0.80, 0.90, 0.95, 0.99},
	0.5: {0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9},
}

// fewestMatched is how many of them both must reach: with fewer, little of the two curves has been compared.
const fewestMatched = 3

func claim15() Claim {
	return Claim{
		ID: "C15", Where: "CG, discussion", Figure: "full batch beside minibatches",
		Runs: "a fixed part of 6,000 training examples, noise 0 and 50 %, hidden 256,256,256, rate 0.1: all 6,000 a step for 10,000 steps, and minibatches of 100 " +
			"on the same examples (10,000 steps or more, of several lengths the longest); the same seed in both",
		Text: "Training on the full batch in place of minibatches generalises qualitatively alike.",
		Quantity: "final test accuracy without noise; highest test accuracy at 50 % noise; the largest difference in test accuracy where both first reach the same " +
			"training accuracy: 80, 90, 95, 99 % without noise and 30, 40 … 90 % with, as far as both get",
		Steps: "the last; all evaluated, with straight lines between",
		Words: "\"Alike\" is a difference of at most 3 percentage points without noise and 5 at 50 %, which is small beside what the noise itself costs. Equal training accuracies are " +
			"compared, and not equal steps, because the two take unequally many.",
		Falsified: "a final test accuracy without noise more than 3 points apart, or a highest one at 50 % noise more than 5",
		Conditions: []Condition{
			core("final test accuracies without noise differ by ≤ 0.03"),
			core("highest test accuracies at 50 % noise differ by ≤ 0.05"),
			also("at equal training accuracy, at ≥ 3 levels for each noise, test accuracies differ by ≤ 0.05"),
		},
		judge: func(e *evidence) {
			b := e.basis()
			pair := func(name string, noise float64, f func(full, mini run) float64) Quantity {
				return e.measurePair(name+"_"+noiseKey(noise), b.fullBatch(noise), b.miniBatch(noise), f)
			}
			height := func(r run) float64 {
				_, v := r.whole("test_accuracy").peak()
				return v
			}
			for _, n := range []float64{0, 0.5} { // reported, not judged by themselves
				for _, s := range []setting{b.fullBatch(n), b.miniBatch(n)} {
					e.measure("final_test_accuracy", s, final("test_accuracy"))
					e.measure("final_train_accuracy", s, final("train_accuracy"))
					e.measure("highest_test_accuracy", s, height)
				}
			}
			ends := pair("final_test_difference", 0, func(x, y run) float64 {
				return math.Abs(x.final("test_accuracy") - y.final("test_accuracy"))
			})
			peaks := pair("highest_test_difference", 0.5, func(x, y run) float64 { return math.Abs(height(x) - height(y)) })
			var common, largest []Quantity
			for _, n := range []float64{0, 0.5} {
				common = append(common, pair("levels_reached_by_both", n, func(x, y run) float64 { k, _ := compareMatched(x, y, matched[n]); return k }))
				largest = append(largest, pair("largest_difference_at_equal_training", n, func(x, y run) float64 { _, d := compareMatched(x, y, matched[n]); return d }))
			}
			e.decide(0, part{what: "the difference of final test accuracies without noise", number: as(ends), sign: "≤", limit: 0.03, unit: inPoints})
			e.decide(1, part{what: "the difference of the highest test accuracies at 50 % noise", number: as(peaks), sign: "≤", limit: 0.05, unit: inPoints})
			names := percents([]float64{0, 0.5})
			e.decide(2, append(compare(common, "how many training accuracies both reach at %s", names, "≥", fewestMatched, inCount),
				compare(largest, "the largest difference of test accuracies at equal training accuracy, at %s,", names, "≤", 0.05, inPoints)...)...)
		},
	}
}

// compareMatched compares test accuracy at equal training accuracies: how many levels both runs reach, and the largest
// difference over those, NaN if there is none.
func compareMatched(x, y run, levels []float64) (common, largest float64) {
	largest = math.NaN()
	test := func(r run, level float64) float64 {
		step := r.whole("train_accuracy").reach(level)
		return r.whole("test_accuracy").along(step) // NaN for +Inf
	}
	for _, level := range levels {
		d := math.Abs(test(x, level) - test(y, level))
		if math.IsNaN(d) {
			continue
		}
		if common++; math.IsNaN(largest) || d > largest {
			largest = d
		}
	}
	return common, largest
}
