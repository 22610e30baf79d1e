// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
)

func claim3() Claim {
	return Claim{
		ID: "C3", Where: "CG §2.2, figure 1 (d)", Figure: "figure 1 (d)", Runs: figure1Runs,
		Text: "Pristine examples are learned faster than corrupt ones: pristine ones nearly as fast as all are without noise, " +
			"corrupt ones nearly as slowly as all are with 100 % noise.",
		Quantity: "T_p, T_c: the steps at which 50 % and 90 % of the pristine and of the corrupt examples are predicted as their training label; " +
			"T_0 the same of all examples without noise, T_100 of the corrupt ones at 100 % noise. " +
			"Place of T on the axis of the figure, log steps: r = log(T/T_0) / log(T_100/T_0), which is 0 at T_0 and 1 at T_100",
		Steps: "all evaluated, with straight lines between; ε = 25, 50, 75 %",
		Words: "\"Faster\" is at least twice as fast. \"Near\" is within a third of the distance from T_0 to T_100. The judge is the share predicted right at " +
			"a step, not the share learned at some step so far (the paper's panel): a prediction that only wanders over the classes is right once by luck, " +
			"and the second measure takes that for learning. The order is asked of the second one as well.",
		Falsified: "corrupt examples learned in less than twice the steps of pristine ones at some noise level, or by the paper's measure no later",
		Conditions: []Condition{
			core("T_c ≥ 2 T_p for 50 % and 90 % of the examples, at each of the three noise levels"),
			core("by the share learned so far, corrupt examples take ≥ 1.05 times as long as pristine ones to reach 90 %, at each noise level"),
			also("pristine near the 0 % rate: −1/3 ≤ r ≤ 1/3 for 50 % and 90 %, at each noise level"),
			also("corrupt near the 100 % rate: 2/3 ≤ r ≤ 4/3 for 50 % and 90 %, at each noise level"),
		},
		judge: func(e *evidence) {
			b := e.basis()
			var pristine, corrupt, placeP, placeC, firstP, firstC []Quantity
			for _, level := range []float64{0.5, 0.9} {
				key := fmt.Sprintf("_%g", 100*level)
				t0 := e.measure("steps_to_pristine"+key, b.figure1(0), reach("pristine_accuracy", level))
				t100 := e.measure("steps_to_corrupt"+key, b.figure1(1), reach("corrupt_accuracy", level))
				for _, n := range mixed {
					s := b.figure1(n)
					p := e.measure("steps_to_pristine"+key, s, reach("pristine_accuracy", level))
					c := e.measure("steps_to_corrupt"+key, s, reach("corrupt_accuracy", level))
					pristine, corrupt = append(pristine, p), append(corrupt, c)
					place := func(who string, q Quantity) Quantity {
						return e.derive("place_"+who+key+"_"+s.key, []Quantity{t0, t100, q}, func(v value) float64 {
							return math.Log(v(q)/v(t0)) / math.Log(v(t100)/v(t0))
						})
					}
					placeP, placeC = append(placeP, place("pristine", p)), append(placeC, place("corrupt", c))
				}
			}
			for _, n := range mixed {
				s := b.figure1(n)
				firstP = append(firstP, e.measure("steps_to_pristine_learned_90", s, reach("pristine_learned", 0.9)))
				firstC = append(firstC, e.measure("steps_to_corrupt_learned_90", s, reach("corrupt_learned", 0.9)))
			}
			var names []string
			for _, level := range []string{"50 %", "90 %"} {
				for _, n := range percents(mixed) {
					names = append(names, level+" at "+n)
				}
			}
			e.decide(0, allLonger(pristine, corrupt, "the time to %s of the corrupt examples over that of the pristine ones", names, 2)...)
			e.decide(1, allLonger(firstP, firstC, "by the share learned so far, the time to 90 %% at %s of the corrupt over that of the pristine", percents(mixed), 1.05)...)
			e.decide(2, append(compare(placeP, "the place of the pristine examples' time to %s", names, "≤", 1./3, inNumber),
				compare(placeP, "the place of the pristine examples' time to %s", names, "≥", -1./3, inNumber)...)...)
			e.decide(3, append(compare(placeC, "the place of the corrupt examples' time to %s", names, "≥", 2./3, inNumber),
				compare(placeC, "the place of the corrupt examples' time to %s", names, "≤", 4./3, inNumber)...)...)
		},
	}
}

// allLonger makes a part for each of b, which must take at least factor times as long as its partner in a. A level that
// b never reaches takes longer than any that a reaches; two never reached can't be told apart, so that is not met.
func allLonger(a, b []Quantity, what string, names []string, factor float64) []part {
	var parts []part
	for i := range a {
		parts = append(parts, part{what: fmt.Sprintf(what, names[i]), sign: "≥", limit: factor, unit: inTimes,
			number: func(v value) float64 { return ratio(v(a[i]), v(b[i])) }})
	}
	return parts
}
