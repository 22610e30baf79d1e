// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

func claim6() Claim {
	return Claim{
		ID: "C6", Where: "CG §2.2, figure 1 (b), (d)", Figure: "figure 1 (b), (d)", Runs: "figure 1's with 25, 50, 75 % noise",
		Text:     "Test accuracy is highest before the corrupt examples are learned: stopping early works.",
		Quantity: "step and height of the highest test accuracy; the share of corrupt examples predicted as their wrong label; final test accuracy",
		Steps:    "all evaluated",
		Words: "Corrupt examples are \"learned\" from the step at which half are predicted as their label, and must be in the end; \"before\" in the strict sense is while " +
			"at most 20 %, twice chance, are. \"Works\" is a final test accuracy 5 percentage points below the highest; less than 1 point is no gain, " +
			"since the highest of many points is high by luck too.",
		Falsified: "at some noise level, a highest test accuracy at or after the step at which half of the corrupt examples are learned, corrupt examples never learned, or less than 1 point to be gained",
		Conditions: []Condition{
			core("final corrupt accuracy ≥ 0.5 and highest test accuracy at a step before it is first reached, at each of the three noise levels"),
			core("highest − final test accuracy ≥ 0.01 at each noise level"),
			also("corrupt accuracy at the highest test accuracy ≤ 0.20 at each noise level"),
			also("highest − final test accuracy ≥ 0.05 at each noise level"),
		},
		judge: func(e *evidence) {
			var peaks, halves, finals, gains, early []Quantity
			for _, n := range mixed {
				s := e.basis().figure1(n)
				peaks = append(peaks, e.measure("step_of_highest_test_accuracy", s, func(r run) float64 {
					step, _ := r.whole("test_accuracy").peak()
					return step
				}))
				halves = append(halves, e.measure("steps_to_corrupt_50", s, reach("corrupt_accuracy", 0.5)))
				finals = append(finals, e.measure("final_corrupt_accuracy", s, final("corrupt_accuracy")))
				gains = append(gains, e.measure("highest_less_final_test_accuracy", s, func(r run) float64 {
					_, height := r.whole("test_accuracy").peak()
					return height - r.final("test_accuracy")
				}))
				early = append(early, e.measure("corrupt_accuracy_at_highest", s, func(r run) float64 {
					step, _ := r.whole("test_accuracy").peak()
					return r.at("corrupt_accuracy", step)
				}))
			}
			names := percents(mixed)
			first := compare(finals, "final corrupt accuracy at %s", names, "≥", 0.5, inPercent)
			for i := range peaks {
				first = append(first, part{what: "the step at which half of the corrupt examples are learned over that of the highest test accuracy, at " + names[i] + ",",
					sign: ">", limit: 1, unit: inTimes, number: func(v value) float64 { return ratio(v(peaks[i]), v(halves[i])) }})
			}
			e.decide(0, first...)
			e.decide(1, compare(gains, "the highest less the final test accuracy at %s", names, "≥", 0.01, inPoints)...)
			e.decide(2, compare(early, "corrupt accuracy at the highest test accuracy at %s", names, "≤", 0.20, inPercent)...)
			e.decide(3, compare(gains, "the highest less the final test accuracy at %s", names, "≥", 0.05, inPoints)...)
		},
	}
}
