// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
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
			// What fell by nothing can't fall by 5 % less.
			weaker := func(a, b float64) bool { return a > 0 && b <= 0.95*a }
			e.decide(0, func(v value) bool { return chain(v, lost[10], weaker) })
			e.decide(1, func(v value) bool { return chain(v, lost[100], weaker) })
			e.decide(2, func(v value) bool { return chain(v, norms, weaker) })
			e.decide(3, func(v value) bool {
				low, high := math.Inf(1), math.Inf(-1)
				for _, q := range examples {
					low, high = math.Min(low, v(q)), math.Max(high, v(q)) // NaN stays NaN
				}
				return high <= 1.05*low
			})
		},
	}
}
