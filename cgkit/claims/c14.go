// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
)

func claim14() Claim {
	return Claim{
		ID: "C14", Where: "CG §3, figure 4, 100 %", Figure: "figure 4, right column", Runs: "figure 4's with 100 % noise and c = 0, 1, 2, 4, 8",
		Text:     "At 100 % noise plain SGD memorises; with c ≥ 2 training accuracy stays near 10 %; test accuracy stays near chance whatever c.",
		Quantity: "final training accuracy at c = 0; the largest training accuracy at c = 2, 4, 8; the largest distance of test accuracy from 10 %",
		Steps:    "the last; all evaluated; from step 10 on for test accuracy, as a net that has learned nothing yet may guess a digit or two",
		Words: "\"Memorises\" is a final training accuracy of at least 90 %; below 50 % the claim is false. \"Near 10 %\" is at most 15 %; \"near chance\" is 5 to 15 %. " +
			"At the least, c ≥ 2 must keep it to half of what c = 0 reaches. It was known beforehand that by a run made elsewhere at least one of C11 and C14 fails in part at 100 % noise. c = 1 is measured, and nothing is asked of its training accuracy.",
		Falsified: "plain SGD ending below 50 %, or some c ≥ 2 that ever reaches half of what plain SGD does",
		Conditions: []Condition{
			core("final training accuracy ≥ 0.50 at c = 0"),
			core("largest training accuracy at each of c = 2, 4, 8 ≤ half of the final one at c = 0"),
			also("final training accuracy ≥ 0.90 at c = 0"),
			also("largest training accuracy ≤ 0.15 at each of c = 2, 4, 8"),
			also("test accuracy within 0.05 of 0.10 at every evaluated step from 10 on, at every c"),
		},
		judge: func(e *evidence) {
			b := e.basis()
			end := e.measure("final_train_accuracy", b.figure4(1, 0), final("train_accuracy"))
			var most, off []Quantity
			for i, c := range clamped {
				s := b.figure4(1, c)
				largest := e.measure("largest_train_accuracy", s, func(r run) float64 {
					_, v := r.whole("train_accuracy").peak()
					return v
				})
				if i >= 2 {
					most = append(most, largest)
				}
				off = append(off, e.measure("largest_distance_of_test_accuracy_from_chance", s, func(r run) float64 {
					var largest float64
					for _, v := range r.curve("test_accuracy", 10, figure4End).values {
						largest = math.Max(largest, math.Abs(v-1./classes))
					}
					return largest
				}))
			}
			var names []string
			for _, c := range clamped {
				names = append(names, fmt.Sprintf("c = %g", c))
			}
			var half []part
			for i, q := range most {
				half = append(half, part{what: "the largest training accuracy at " + names[i+2] + " over the final one at c = 0", sign: "≤", limit: 0.5, unit: inTimes,
					number: func(v value) float64 {
						if v(q) == 0 {
							return 0
						}
						return v(q) / v(end)
					}})
			}
			said := func(list []part, say func(i int, number string) string) []part {
				for i := range list {
					list[i].say = func(v value) string { return say(i, list[i].unit.format(list[i].number(v))) }
				}
				return list
			}
			memorises := func(least float64) part {
				return part{what: "final training accuracy at c = 0", number: as(end), sign: "≥", limit: least, unit: inPercent,
					say: func(v value) string {
						return "c = 0 has learned " + inPercent.format(v(end)) + " of the training labels by the end, not " + inPercent.format(least)
					}}
			}
			e.decide(0, memorises(0.50))
			e.decide(1, half...)
			e.decide(2, memorises(0.90))
			e.decide(3, said(compare(most, "the largest training accuracy at %s", names[2:], "≤", 0.15, inPercent),
				func(i int, number string) string {
					return names[i+2] + " learns " + number + " of the training labels, not 15 % at most"
				})...)
			e.decide(4, said(compare(off, "how far test accuracy gets from 10 %% at %s", names, "≤", 0.05+1e-12, inPoints),
				func(i int, number string) string { return names[i] + " gets " + number + " from 10 % on test data" })...)
		},
	}
}
