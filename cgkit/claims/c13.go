// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
	"slices"
)

func claim13() Claim {
	return Claim{
		ID: "C13", Where: "CG §3, figure 4", Figure: "figure 4, c = 8", Runs: "figure 4's with c = 8 and 0, 25, 50, 75 % noise: 4 cells",
		Text:     "With much winsorization training and test accuracy reach a maximum and then go down.",
		Quantity: "the largest training and the largest test accuracy, each less the mean of the last three; Kendall's τ of accuracy and step from the largest on, which is −1 if it falls at every step and 0 if it only jitters",
		Steps:    "all evaluated; for the maximum each is replaced by the median of itself and its two neighbours, so that a single lucky point is none; the last three are 40,000 to 60,000",
		Words: "\"Much\" is c = 8, the most in the paper. \"Go down\" is by at least 1 percentage point, more than the luck of being the largest of 50 estimates, and steadily: τ ≤ −0.5. " +
			"100 % noise is left out: an accuracy at chance has no maximum.",
		Falsified: "fewer than 2 of the 4 cells in which both curves go down",
		Conditions: []Condition{
			core("training and test accuracy both end ≥ 0.01 below their maximum, with τ ≤ −0.5 after it, in ≥ 2 of the 4 cells"),
			also("in all 4 cells"),
		},
		judge: func(e *evidence) {
			var train, test, trainTrend, testTrend []Quantity
			trend := func(name string) func(run) float64 {
				return func(r run) float64 {
					c := r.whole(name)
					step, _ := c.smooth().peak()
					return c.between(step, math.Inf(1)).kendall()
				}
			}
			fall := func(name string) func(run) float64 {
				return func(r run) float64 {
					c := r.whole(name)
					_, most := c.smooth().peak()
					return most - c.tail()
				}
			}
			for _, n := range noises[:4] {
				s := e.basis().figure4(n, 8)
				train = append(train, e.measure("train_accuracy_lost", s, fall("train_accuracy")))
				test = append(test, e.measure("test_accuracy_lost", s, fall("test_accuracy")))
				trainTrend = append(trainTrend, e.measure("train_accuracy_trend", s, trend("train_accuracy")))
				testTrend = append(testTrend, e.measure("test_accuracy_trend", s, trend("test_accuracy")))
			}
			names := percents(noises[:4])
			var cells, all []part
			for i := range train {
				parts := slices.Concat(
					compare(train[i:i+1], "what training accuracy loses after its maximum at %s", names[i:], "≥", 0.01, inPoints),
					compare(test[i:i+1], "what test accuracy loses after its maximum at %s", names[i:], "≥", 0.01, inPoints),
					compare(trainTrend[i:i+1], "the trend τ of training accuracy after its maximum at %s", names[i:], "≤", -0.5, inNumber),
					compare(testTrend[i:i+1], "the trend τ of test accuracy after its maximum at %s", names[i:], "≤", -0.5, inNumber))
				for k := range parts[2:] {
					parts[2+k].say = func(v value) string {
						return fmt.Sprintf("%s accuracy does not fall steadily after its maximum at %s (τ = %s, not ≤ −0.5)",
							[]string{"training", "test"}[k], names[i], inNumber.format(parts[2+k].number(v)))
					}
				}
				all = append(all, parts...)
				cells = append(cells, part{what: "how many of four conditions the cell at " + names[i] + " meets", sign: "≥", limit: 4, unit: inCount,
					number: func(v value) float64 { return float64(trial{0, parts}.count(v)) }})
			}
			e.decideBy(0, 2, cells...)
			e.decide(1, all...)
		},
	}
}
