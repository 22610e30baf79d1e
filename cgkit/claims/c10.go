// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import "math"

func claim10() Claim {
	return Claim{
		ID: "C10", Where: "CG §2.4, figure 3", Figure: "figure 3", Runs: "figure 1's with 25, 50, 75 % noise",
		Text:     "In the first steps an average pristine example has contributed more than an average corrupt one: noticeably, but not overwhelmingly.",
		Quantity: "i^p and i^c, the mean contribution of one example so far, as the paper estimates them (ip_sample, ic_sample) and exactly (ip, ic); their ratio, which no scale of the gradient changes",
		Steps:    "0 to 9, the first ten; the ratio at step 9",
		Words: "\"Noticeably\" is a ratio of at least 1.1, \"not overwhelmingly\" of at most 10. Where i^c is not above 0 but i^p is, the ratio counts as infinite, " +
			"so overwhelming. \"In the first steps\" is at 8 of the 10.",
		Falsified: "by the paper's estimate, i^p not above i^c after ten steps at one of the noise levels",
		Conditions: []Condition{
			core("i^p > i^c at step 9 by the paper's estimate, at each of the three noise levels"),
			also("1.1 ≤ i^p / i^c ≤ 10 at step 9 by the paper's estimate, at each noise level"),
			also("i^p > i^c at ≥ 8 of the steps 0–9 by the paper's estimate, at each noise level"),
			also("exactly too, on all examples and parameters: 1.1 ≤ i^p / i^c ≤ 10 at step 9, at each noise level"),
		},
		judge: func(e *evidence) {
			measure := func(estimate string) (lead, ratio, share []Quantity) {
				for _, n := range mixed {
					s := e.basis().figure1(n)
					lead = append(lead, e.measure("pristine_lead_at_9"+estimate, s, func(r run) float64 {
						return r.at("ip"+estimate, 9) - r.at("ic"+estimate, 9)
					}))
					ratio = append(ratio, e.measure("ratio_at_9"+estimate, s, func(r run) float64 {
						return ratioOf(r.at("ip"+estimate, 9), r.at("ic"+estimate, 9))
					}))
					share = append(share, e.measure("share_of_steps_pristine_leads"+estimate, s, func(r run) float64 {
						return r.curve("ic"+estimate, 0, 9).minus(r.curve("ip"+estimate, 0, 9)).shareBelowZero()
					}))
				}
				return lead, ratio, share
			}
			lead, ratio, share := measure("_sample")
			_, exact, _ := measure("")
			names := percents(mixed)
			noticeable := func(exactly string, list []Quantity) []part {
				return append(compare(list, exactly+"i^p / i^c at step 9 at %s", names, "≥", 1.1, inNumber),
					compare(list, exactly+"i^p / i^c at step 9 at %s", names, "≤", 10, inNumber)...)
			}
			e.decide(0, compare(lead, "i^p − i^c at step 9 at %s", names, ">", 0, inNumber)...)
			e.decide(1, noticeable("", ratio)...)
			e.decide(2, compare(share, "the share of steps 0–9 at which i^p leads at %s", names, "≥", 0.8, inPercent)...)
			e.decide(3, noticeable("exactly, ", exact)...)
		},
	}
}

// ratioOf is p/c where c > 0; +Inf where p > 0 ≥ c; undefined otherwise.
func ratioOf(p, c float64) float64 {
	switch {
	case c > 0:
		return p / c
	case p > 0 && c <= 0:
		return math.Inf(1)
	}
	return math.NaN()
}
