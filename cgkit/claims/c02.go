// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
)

func claim2() Claim {
	return Claim{
		ID: "C2", Where: "CG §2.2, figure 1 (a)", Figure: "figure 1 (a)", Runs: figure1Runs,
		Text:     "The more label noise, the longer it takes to reach a given training accuracy.",
		Quantity: "T(ε, a): the step at which training accuracy first reaches a = 50, 70, 90, 99 %",
		Steps:    "all evaluated; between two of them on a straight line; never reached is later than any step",
		Words: "\"Longer\" is at least 5 % longer, so that no more is read from a straight line between two evaluated steps than it can tell. " +
			"There are 16 comparisons: four levels of accuracy, each with four pairs of neighbouring noise levels.",
		Falsified: "100 % noise taking less than twice as long as none at some accuracy, or more than 4 of the 16 comparisons in the wrong order or tied",
		Conditions: []Condition{
			core("at each of the four accuracies 100 % noise takes ≥ 2 times as long as 0 %"),
			core("≥ 12 of the 16 comparisons of neighbouring noise levels show ≥ 1.05 times as long"),
			also("all 16 do"),
		},
		judge: func(e *evidence) {
			var levels [][]Quantity
			accuracies := []float64{0.5, 0.7, 0.9, 0.99}
			for _, a := range accuracies {
				var times []Quantity
				for _, n := range noises {
					name := fmt.Sprintf("steps_to_train_accuracy_%g", 100*a)
					times = append(times, e.measure(name, e.basis().figure1(n), reach("train_accuracy", a)))
				}
				levels = append(levels, times)
			}
			names := percents(noises)
			var ends, pairs []part
			for k, times := range levels {
				level := fmt.Sprintf("%g %%", 100*accuracies[k])
				last := len(times) - 1
				ends = append(ends, part{what: "the time to " + level + " with " + names[last] + " over that with none", sign: "≥", limit: 2, unit: inTimes,
					number: func(v value) float64 { return ratio(math.Max(v(times[0]), 1), v(times[last])) }})
				for i := range times[1:] {
					pairs = append(pairs, part{sign: "≥", limit: 1.05, unit: inTimes,
						number: func(v value) float64 { return ratio(v(times[i]), v(times[i+1])) },
						say: func(v value) string {
							a, b := v(times[i]), v(times[i+1])
							word := "less than 5 % sooner"
							if a > b {
								word = "later"
							}
							return fmt.Sprintf("%s reaches %s %s than %s (steps %s and %s)", names[i], level, word, names[i+1], inSteps.format(a), inSteps.format(b))
						}})
				}
			}
			e.decide(0, ends...)
			e.decideBy(1, 12, pairs...)
			e.decideBy(2, 16, pairs...)
		},
	}
}
