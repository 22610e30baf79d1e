// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
	"strings"
)

func claim5() Claim {
	return Claim{
		ID: "C5", Where: "CG §2.3, figure 1 (c)", Figure: "figure 1 (c)", Runs: figure1Runs,
		Text: "Early in training the loss falls more slowly with more noise, because the gradient is weaker, although the gradients of " +
			"single examples are equally long at the start.",
		Quantity: "training loss at step 0 less that at steps 10 and 100; ‖∇L‖² of the mean loss over all training examples; mean ‖g_e‖² of one example's gradient",
		Steps:    "0, 10, 100 for the loss; the mean over steps 0–10 for ‖∇L‖²; 0 for ‖g_e‖²",
		Words: "\"Early\" is by steps 10 and 100 of 100,000. \"More slowly\" and \"weaker\" are at least 5 % less at each next noise level. " +
			"\"Equally long\" is the largest of the five at most 5 % above the smallest.",
		Falsified: "a pair of neighbouring noise levels of which the noisier one lost more than 0.95 times as much loss by step 10 or by step 100",
		Conditions: []Condition{
			core("the loss lost by step 10 is ≤ 0.95 times as large at each next noise level"),
			core("the loss lost by step 100 is ≤ 0.95 times as large at each next noise level"),
			also("mean ‖∇L‖² over steps 0–10 is ≤ 0.95 times as large at each next noise level"),
			also("mean ‖g_e‖² at step 0: the largest is ≤ 1.05 times the smallest"),
		},
		judge: func(e *evidence) {
			lost := map[float64][]Quantity{}
			var norms, examples []Quantity
			for _, n := range noises {
				s := e.basis().figure1(n)
				for _, step := range []float64{10, 100} {
					lost[step] = append(lost[step], e.measure(fmt.Sprintf("loss_lost_by_%g", step), s, func(r run) float64 {
						return r.at("train_loss", 0) - r.at("train_loss", step)
					}))
				}
				norms = append(norms, e.measure("gradient_norm2_first_10", s, func(r run) float64 {
					return r.curve("gradient_norm2", 0, 10).mean()
				}))
				examples = append(examples, e.measure("example_norm2_at_0", s, func(r run) float64 { return r.at("example_norm2", 0) }))
			}
			names := percents(noises)
			weaker := func(what string, list []Quantity) (parts []part) {
				for i := range list[1:] {
					parts = append(parts, part{what: what + " at " + names[i+1] + " over that at " + names[i], sign: "≤", limit: 0.95, unit: inTimes,
						number: func(v value) float64 {
							if !(v(list[i]) > 0) {
								return math.NaN() // what fell by nothing can't fall by 5 % less
							}
							return v(list[i+1]) / v(list[i])
						},
						say: func(v value) string {
							return fmt.Sprintf("%s at %s is %s times what it is at %s: not 5 %% less", what, names[i+1],
								strings.TrimSuffix(inTimes.format(v(list[i+1])/v(list[i])), " times"), names[i])
						}})
				}
				return parts
			}
			e.decide(0, weaker("the loss lost by step 10", lost[10])...)
			e.decide(1, weaker("the loss lost by step 100", lost[100])...)
			e.decide(2, weaker("mean ‖∇L‖² over steps 0–10", norms)...)
			e.decide(3, part{what: "mean ‖g_e‖² at step 0, its largest over its smallest,", sign: "≤", limit: 1.05, unit: inTimes,
				number: func(v value) float64 {
					low, high := math.Inf(1), math.Inf(-1)
					for _, q := range examples {
						low, high = math.Min(low, v(q)), math.Max(high, v(q)) // NaN stays NaN
					}
					return high / low
				}})
		},
	}
}
