// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
	"slices"
)

const contributions = "f^p and f^c, the parts of ⟨g, g⟩ that pristine and corrupt examples contribute, as the paper estimates them (400 examples, 300 weights a layer: fp_sample, fc_sample)"

func claim7() Claim {
	return Claim{
		ID: "C7", Where: "CG §2.4, figure 2, 25 and 50 %", Figure: "figure 2", Runs: "figure 1's with 25 and 50 % noise",
		Text: "At 25 % and 50 % noise pristine examples contribute most at first, after a few steps corrupt ones do and go on to for most of training, " +
			"and only at the very end the two are on a par.",
		Quantity: contributions + ", and exactly (fp, fc: all examples, all parameters)",
		Steps: "start: mean over steps 0, 1, 2; crossing: the first step from which f^p < f^c at three evaluated steps in a row; after it: all evaluated; " +
			"end: mean over the last three evaluated (80,000 to 100,000)",
		Words: "\"A few steps\" are at most 100; by 1,000, a hundredth of training, it must have happened. \"Most of training\" is two thirds of the evaluated steps from the crossing on, " +
			"which are evenly spread on the figure's log axis. \"On a par\" is |f^p − f^c| ≤ 0.2; \"only at the end\" is that before, from the crossing to step 10,000, the median of f^c − f^p is above that.",
		Falsified: "by the paper's estimate, at either noise level: corrupt examples ahead at the start, no crossing by step 1,000, or pristine ones ahead for more than a third of the time after it",
		Conditions: []Condition{
			core("start: mean f^p − f^c > 0 over steps 0–2, at both noise levels"),
			core("crossing at a step ≤ 1,000, at both noise levels"),
			core("f^c > f^p at ≥ 2/3 of the evaluated steps from the crossing on, at both noise levels"),
			also("crossing at a step ≤ 100, at both noise levels"),
			also("end: |f^p − f^c| ≤ 0.2 in the mean of the last three, and median f^c − f^p > 0.2 from the crossing to step 10,000, at both noise levels"),
			also("all of this exactly too, on all examples and parameters"),
		},
		judge: func(e *evidence) {
			sample, exact := measureCrossing(e, "_sample"), measureCrossing(e, "")
			var all []part
			for i, parts := range sample.parts("") {
				e.decide(i, parts...)
			}
			for _, parts := range exact.parts("exactly, ") {
				all = append(all, parts...)
			}
			e.decide(len(e.tests), all...)
		},
	}
}

// crossings is what C7 measures, each for 25 and 50 % noise.
type crossings struct{ start, step, after, middle, end []Quantity }

// parts are what the first five conditions ask.
func (x crossings) parts(exactly string) [][]part {
	names := percents([]float64{0.25, 0.5})
	word := func(what string) string { return exactly + what }
	late := func(limit float64) []part {
		parts := compare(x.step, word("the step of the crossing at %s"), names, "≤", limit, inSteps)
		for i := range parts {
			parts[i].say = func(v value) string {
				if math.IsInf(v(x.step[i]), 1) {
					return fmt.Sprintf("%sf^c is never in the lead at three evaluated steps in a row at %s", exactly, names[i])
				}
				return fmt.Sprintf("%sthe curves cross at step %s at %s, not by %s", exactly, inSteps.format(v(x.step[i])), names[i], inSteps.format(limit))
			}
		}
		return parts
	}
	par := func(sign string, limit float64) []part {
		parts := compare(x.end, word("the lead of f^p at the end at %s"), names, sign, limit, inNumber)
		for i := range parts {
			parts[i].say = func(v value) string {
				return fmt.Sprintf("%sat the end f^p − f^c is %s at %s: not on a par", exactly, inNumber.format(v(x.end[i])), names[i])
			}
		}
		return parts
	}
	return [][]part{
		compare(x.start, word("the lead of f^p at the start at %s"), names, ">", 0, inNumber),
		late(1000),
		compare(x.after, word("the share of steps after the crossing at which f^c leads at %s"), names, "≥", 2./3, inPercent),
		late(100),
		slices.Concat(
			par("≤", 0.2), par("≥", -0.2),
			compare(x.middle, word("the median lead of f^c from the crossing to step 10,000 at %s"), names, ">", 0.2, inNumber),
		),
	}
}

// measureCrossing measures the lead f^p − f^c of an estimate: "_sample" for the paper's, "" for the exact one.
func measureCrossing(e *evidence, estimate string) (x crossings) {
	lead := func(r run) curve { return r.whole("fp" + estimate).minus(r.whole("fc" + estimate)) }
	for _, n := range []float64{0.25, 0.5} {
		s := e.basis().figure1(n)
		add := func(list *[]Quantity, name string, f func(lead curve) float64) {
			*list = append(*list, e.measure(name+estimate, s, func(r run) float64 { return f(lead(r)) }))
		}
		add(&x.start, "pristine_lead_at_start", func(c curve) float64 { return c.between(0, 2).mean() })
		add(&x.step, "step_of_crossing", curve.crossing)
		add(&x.after, "share_corrupt_leads_after_crossing", func(c curve) float64 {
			return c.between(c.crossing(), math.Inf(1)).shareBelowZero()
		})
		add(&x.middle, "corrupt_lead_crossing_to_10000", func(c curve) float64 {
			return -c.between(c.crossing(), 10_000).medianValue()
		})
		add(&x.end, "pristine_lead_at_end", curve.tail)
	}
	return x
}
