// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import "fmt"

func claim8() Claim {
	return Claim{
		ID: "C8", Where: "CG §2.4, figure 2, 75 %", Figure: "figure 2", Runs: "figure 1's with 75 % noise",
		Text:     "At 75 % noise there is no crossing: corrupt examples contribute more throughout, and f^p has a slight downward slope.",
		Quantity: contributions + ", and exactly (fp, fc); Theil–Sen slope of f^p against log10(step)",
		Steps:    "all evaluated for who leads; 1 to 1,000 for the slope, the steps in which f^p falls at the other noise levels",
		Words: "\"Throughout\" is at 95 % of the evaluated steps; at fewer than 80 % the claim is false. \"Slight\" is a fall of f^p by 0.01 to 0.3 " +
			"with each tenfold number of steps: less can't be seen in a figure, more would take it across its whole height in three decades.",
		Falsified: "by the paper's estimate, pristine examples ahead at more than a fifth of the evaluated steps, or f^p not falling",
		Conditions: []Condition{
			core("f^c > f^p at ≥ 80 % of the evaluated steps"),
			core("slope of f^p over steps 1–1,000 < 0"),
			also("f^c > f^p at ≥ 95 % of the evaluated steps"),
			also("−0.3 ≤ slope of f^p ≤ −0.01 per decade"),
			also("exactly too, on all examples and parameters: f^c > f^p at ≥ 95 % of the evaluated steps and the slope in this range"),
		},
		judge: func(e *evidence) {
			s := e.basis().figure1(0.75)
			measure := func(estimate string) (leads, slope Quantity) {
				leads = e.measure("share_corrupt_leads"+estimate, s, func(r run) float64 {
					return r.whole("fp" + estimate).minus(r.whole("fc" + estimate)).shareBelowZero()
				})
				slope = e.measure("slope_of_fp"+estimate, s, func(r run) float64 { return r.curve("fp"+estimate, 1, 1000).slope() })
				return leads, slope
			}
			leads, slope := measure("_sample")
			exactLeads, exactSlope := measure("")
			lead := func(q Quantity, exactly string, least float64) part {
				return part{what: exactly + "the share of steps at which f^c leads", number: as(q), sign: "≥", limit: least, unit: inPercent,
					say: func(v value) string {
						return fmt.Sprintf("%sf^c leads at %s of the steps only", exactly, inPercent.format(v(q)))
					}}
			}
			slight := func(q Quantity, exactly string) []part {
				return []part{
					{what: exactly + "the slope of f^p a decade", number: as(q), sign: "≤", limit: -0.01},
					{what: exactly + "the slope of f^p a decade", number: as(q), sign: "≥", limit: -0.3},
				}
			}
			e.decide(0, lead(leads, "", 0.80))
			e.decide(1, part{what: "the slope of f^p a decade", number: as(slope), sign: "<", limit: 0})
			e.decide(2, lead(leads, "", 0.95))
			e.decide(3, slight(slope, "")...)
			e.decide(4, append(slight(exactSlope, "exactly, "), lead(exactLeads, "exactly, ", 0.95))...)
		},
	}
}
