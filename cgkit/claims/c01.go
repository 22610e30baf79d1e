// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

const figure1Runs = "five noise levels 0, 25, 50, 75, 100 %; hidden 2048, 100,000 steps, batch 100, rate 0.1, mean"

func claim1() Claim {
	return Claim{
		ID: "C1", Where: "CG §2.2, figure 1 (a), (b)", Figure: "figure 1 (a), (b)", Runs: figure1Runs,
		Text:     "At every noise level the net reaches about 100 % training accuracy, and what it then gets on test data differs with the noise.",
		Quantity: "training and test accuracy",
		Steps:    "the last (100,000)",
		Words: "\"About 100 %\" is at least 99 %; below 90 % at some level the claim is false. \"Differs\" is a test accuracy at least " +
			"2 percentage points lower at each next noise level: four standard errors of an accuracy on 10,000 examples.",
		Falsified: "a noise level that ends below 90 % training accuracy, or two neighbouring levels that generalise alike or in the wrong order",
		Conditions: []Condition{
			core("final training accuracy ≥ 0.90 at each of the five noise levels"),
			core("final test accuracy falls by ≥ 0.02 from each noise level to the next"),
			also("final training accuracy ≥ 0.99 at each of the five noise levels"),
		},
		judge: func(e *evidence) {
			var train, test []Quantity
			for _, n := range noises {
				s := e.basis().figure1(n)
				train = append(train, e.measure("final_train_accuracy", s, final("train_accuracy")))
				test = append(test, e.measure("final_test_accuracy", s, final("test_accuracy")))
			}
			names := percents(noises)
			e.decide(0, compare(train, "final training accuracy at %s", names, "≥", 0.90, inPercent)...)
			var falls []part
			for i := range test[1:] {
				falls = append(falls, part{what: "the fall of final test accuracy from " + names[i] + " to " + names[i+1], sign: "≥", limit: 0.02, unit: inPoints,
					number: func(v value) float64 { return v(test[i]) - v(test[i+1]) }})
			}
			e.decide(1, falls...)
			e.decide(2, compare(train, "final training accuracy at %s", names, "≥", 0.99, inPercent)...)
		},
	}
}

// final takes a column's value after the last update.
func final(name string) func(run) float64 { return func(r run) float64 { return r.final(name) } }

// reach takes the step at which a column first reaches a level.
func reach(name string, level float64) func(run) float64 {
	return func(r run) float64 { return r.whole(name).reach(level) }
}
