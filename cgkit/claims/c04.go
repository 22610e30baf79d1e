// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"strings"
)

func claim4() Claim {
	return Claim{
		ID: "C4", Where: "CG §2.2, figure 1 (d)", Figure: "figure 1 (d)", Runs: "figure 1's with 0, 25, 50, 75 % noise",
		Text: "The fewer pristine examples there are, the more slowly they are learned; this shows best in the first few steps, between 0 % and 25 % noise.",
		Quantity: "share of the pristine examples learned so far (the paper's panel), its mean over the first steps; " +
			"T(ε): the step at which 50 % and 80 % of them are predicted right",
		Steps: "1 to 10 for the mean; all evaluated for T, with straight lines between",
		Words: "\"First few steps\" are the first ten, those that are evaluated one by one. \"More slowly\" is 2 percentage points less learned " +
			"in the mean over them, or T at least 5 % longer. 80 % is reached by generalising, before the labels that are wrong can be memorised.",
		Falsified: "a mean over the first ten steps that is less than 2 points lower with 25 % noise than with none, or 75 % noise not slower than none",
		Conditions: []Condition{
			core("mean share learned over steps 1–10 is ≥ 0.02 higher at 0 % than at 25 % noise"),
			core("T for 50 % and 80 % is ≥ 1.05 times as long at 75 % noise as at 0 %"),
			also("T for 50 % and 80 % is ≥ 1.05 times as long at each next of the noise levels 0, 25, 50, 75 %"),
			also("the share learned at 0 % noise exceeds that at 25 % by most at a step ≤ 10"),
		},
		judge: func(e *evidence) {
			b := e.basis()
			early := func(r run) float64 { return r.curve("pristine_learned", 1, 10).mean() }
			q0 := e.measure("early_pristine_learned", b.figure1(0), early)
			q25 := e.measure("early_pristine_learned", b.figure1(0.25), early)
			widest := e.measurePair("step_of_largest_difference_n0_n25", b.figure1(0), b.figure1(0.25), func(r0, r25 run) float64 {
				step, _ := r0.whole("pristine_learned").minus(r25.whole("pristine_learned")).peak()
				return step
			})
			var levels [][]Quantity
			for _, level := range []float64{0.5, 0.8} {
				var times []Quantity
				for _, n := range noises[:4] {
					name := fmt.Sprintf("steps_to_pristine_%g", 100*level)
					times = append(times, e.measure(name, b.figure1(n), reach("pristine_accuracy", level)))
				}
				levels = append(levels, times)
			}
			e.decide(0, part{what: "the mean share learned over steps 1–10 at 0 % noise less that at 25 %", sign: "≥", limit: 0.02, unit: inPoints,
				number: func(v value) float64 { return v(q0) - v(q25) }})
			var ends, pairs []part
			for k, level := range []string{"50 %", "80 %"} {
				times, names := levels[k], percents(noises)
				ends = append(ends, allLonger(times[:1], times[3:], "the time to "+strings.ReplaceAll(level, "%", "%%")+" of the pristine examples at %s over that without noise", names[3:], 1.05)...)
				for i, p := range allLonger(times[:3], times[1:], "%s", names, 1.05) {
					p.say = func(v value) string {
						return fmt.Sprintf("%s of the pristine examples takes %s times as long at %s as at %s", level,
							strings.TrimSuffix(inTimes.format(p.number(v)), " times"), names[i+1], names[i])
					}
					p.what = "the time to " + level + " of the pristine examples at " + names[i+1] + " over that at " + names[i]
					pairs = append(pairs, p)
				}
			}
			e.decide(1, ends...)
			e.decide(2, pairs...)
			e.decide(3, part{what: "the step at which the shares learned at 0 and 25 % differ most", number: as(widest), sign: "≤", limit: 10, unit: inSteps})
		},
	}
}
