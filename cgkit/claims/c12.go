// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
)

func claim12() Claim {
	return Claim{
		ID: "C12", Where: "CG §3, figure 4", Figure: "figure 4, overfit", Runs: figure4Runs,
		Text:     "The overfit curve grows more slowly the larger c is.",
		Quantity: "M(c): the mean of overfit = ta − [ε/10 + (1−ε) va] from step 1,000 on; T(c): the step at which it first reaches half of what it is in the end with c = 0",
		Steps:    "M: evaluated steps 1,000 to 60,000; T: from step 600 on, the end of the first epoch, before which no example was seen twice; with straight lines between",
		Words: "Both are scale-free: at each noise level c = 0 is the measure. \"More slowly\" is M falling from each c to the next, up to a tolerance of 0.05 M(0) once it is near 0, " +
			"to at most half at c = 8; and T not getting shorter, where never reached is longest.",
		Falsified: "M(8) above half of M(0), or M not falling with c, at more than two of the five noise levels",
		Conditions: []Condition{
			core("M(8) ≤ M(0)/2 with M(0) > 0 at ≥ 3 of the 5 noise levels"),
			core("M(next c) ≤ M(c) + 0.05 M(0) for every c at ≥ 3 of the 5 noise levels"),
			also("both at all 5 noise levels"),
			also("T(1) ≥ 1.05 T(0), and T(next c) ≥ T(c), at all 5 noise levels"),
		},
		judge: func(e *evidence) {
			var means, times [][]Quantity
			for _, n := range noises {
				end := e.measure("final_overfit", e.basis().figure4(n, 0), final("overfit"))
				var m, t []Quantity
				for _, c := range clamped {
					s := e.basis().figure4(n, c)
					m = append(m, e.measure("mean_overfit", s, func(r run) float64 { return r.curve("overfit", 1000, figure4End).mean() }))
					t = append(t, e.measure("steps_to_half_overfit", s, func(r run) float64 {
						half := of(r.Spec.Seed)(end) / 2
						if !(half > 0) {
							return math.NaN() // c = 0 does not overfit, so there is nothing to grow
						}
						return r.curve("overfit", 600, figure4End).reach(half)
					}))
				}
				means, times = append(means, m), append(times, t)
			}
			names := percents(noises)
			var halved, falling, later []part
			for i, m := range means {
				last := len(m) - 1
				halved = append(halved, part{what: "M(8) over M(0) at " + names[i], sign: "≤", limit: 0.5, unit: inTimes,
					number: func(v value) float64 {
						if !(v(m[0]) > 0) {
							return math.NaN() // c = 0 does not overfit
						}
						return v(m[last]) / v(m[0])
					}})
				// The largest rise of M from one c to the next, in units of M(0).
				falling = append(falling, part{what: "the largest rise of M from one c to the next, over M(0), at " + names[i], sign: "≤", limit: 0.05, unit: inTimes,
					number: func(v value) float64 {
						rise := math.Inf(-1)
						for k := range m[1:] {
							rise = math.Max(rise, v(m[k+1])-v(m[k]))
						}
						switch {
						case v(m[0]) > 0:
							return rise / v(m[0])
						case rise <= 0.05*v(m[0]):
							return 0
						case rise > 0.05*v(m[0]):
							return math.Inf(1)
						}
						return math.NaN()
					}})
				t := times[i]
				later = append(later, part{what: "T(1) over T(0) at " + names[i], sign: "≥", limit: 1.05, unit: inTimes,
					number: func(v value) float64 { return ratio(v(t[0]), v(t[1])) }})
				for k := range t[1:] {
					later = append(later, part{what: fmt.Sprintf("T(%g) over T(%g) at %s", clamped[k+1], clamped[k], names[i]), sign: "≥", limit: 1, unit: inTimes,
						number: func(v value) float64 {
							if math.IsInf(v(t[k]), 1) && math.IsInf(v(t[k+1]), 1) {
								return math.Inf(1) // both never
							}
							if math.IsInf(v(t[k]), 1) && !math.IsNaN(v(t[k+1])) {
								return 0 // the next c gets there, this one never
							}
							return ratio(v(t[k]), v(t[k+1]))
						}})
				}
			}
			e.decideBy(0, 3, halved...)
			e.decideBy(1, 3, falling...)
			e.decide(2, append(halved, falling...)...)
			e.decide(3, later...)
		},
	}
}
