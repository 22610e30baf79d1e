// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import "fmt"

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
			e.decide(0, func(v value) bool { return v(q0)-v(q25) >= 0.02 })
			slower := func(a, b float64) bool { return longer(a, b, 1.05) }
			e.decide(1, func(v value) bool {
				return slower(v(levels[0][0]), v(levels[0][3])) && slower(v(levels[1][0]), v(levels[1][3]))
			})
			e.decide(2, func(v value) bool {
				return chain(v, levels[0], slower) && chain(v, levels[1], slower)
			})
			e.decide(3, func(v value) bool { return v(widest) <= 10 })
		},
	}
}
