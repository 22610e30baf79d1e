// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// fewestNulls is how many null worlds a run must have to be judged; the paper's figure shows a handful.
const fewestNulls = 3

func claim9() Claim {
	return Claim{
		ID: "C9", Where: "CG §2.4, figure 2, lower rows", Figure: "figure 2, null worlds", Runs: "figure 1's with 25, 50, 75 % noise",
		Text: "In null worlds, where the designations pristine and corrupt are permuted, the curves do not cross at 25 % and 50 % noise; at 75 % corrupt " +
			"examples contribute more in all of them, and only the real designations give a downward slope.",
		Quantity: "f^p of every null world (fp_null_1, fp_null_2, …; its f^c is 1 − f^p) and of the real one (fp_sample): crossing as in C7, slope as in C8. " +
			"At least three worlds are needed, six are made",
		Steps: "all evaluated for crossing and lead; 1 to 1,000 for the slope",
		Words: "A world \"crosses\" if f^p < f^c at three evaluated steps in a row, at the start too. \"Contribute more in all\" is at 95 % of the evaluated steps " +
			"in every world; at fewer than 80 % in one it is false. \"Only the real one has the slope\" is a real slope ≤ −0.01 per decade that is more than twice as steep as the " +
			"steepest fall of a null world: just being the steepest of seven would happen by chance one time in seven.",
		Falsified: "at 25 or 50 % more than one null world in six crossing, or at 75 % a null world in which pristine examples lead at over a fifth of the steps",
		Conditions: []Condition{
			core("at 25 % and at 50 %, ≤ 1/6 of the null worlds cross"),
			core("at 75 %, f^c > f^p at ≥ 80 % of the evaluated steps in every null world"),
			also("at 25 % and at 50 %, no null world crosses"),
			also("at 75 %, f^c > f^p at ≥ 95 % of the evaluated steps in every null world"),
			also("at 75 %, the real slope of f^p is ≤ −0.01 per decade and more than twice as steep as in any null world"),
		},
		judge: func(e *evidence) {
			b := e.basis()
			var crossed []Quantity
			for _, n := range []float64{0.25, 0.5} {
				crossed = append(crossed, e.measure("share_of_null_worlds_crossing", b.figure1(n), func(r run) float64 {
					var crossing, worlds float64
					for _, world := range r.nulls() {
						if worlds++; !math.IsInf(lead(world).crossing(), 1) {
							crossing++
						}
					}
					return crossing / worlds
				}))
			}
			s := b.figure1(0.75)
			leads := e.measure("least_share_corrupt_leads_in_a_null_world", s, func(r run) float64 {
				least := math.Inf(1)
				for _, world := range r.nulls() {
					least = math.Min(least, lead(world).shareBelowZero())
				}
				return least
			})
			steepest := e.measure("steepest_slope_of_a_null_world", s, func(r run) float64 {
				steepest := math.Inf(1)
				for _, world := range r.nulls() {
					steepest = math.Min(steepest, world.between(1, 1000).slope())
				}
				return steepest
			})
			slope := e.measure("slope_of_fp_sample", s, func(r run) float64 { return r.curve("fp_sample", 1, 1000).slope() })
			names := percents([]float64{0.25, 0.5})
			fewer := func(limit float64) []part {
				parts := compare(crossed, "the share of null worlds that cross at %s", names, "≤", limit, inPercent)
				for i := range parts {
					parts[i].say = func(v value) string {
						return fmt.Sprintf("at %s %s of the null worlds cross", names[i], inPercent.format(v(crossed[i])))
					}
				}
				return parts
			}
			worst := func(limit float64) part {
				return part{what: "at 75 % noise, the least share of steps at which f^c leads in a null world", number: as(leads), sign: "≥", limit: limit, unit: inPercent}
			}
			e.decide(0, fewer(1./6+1e-9)...)
			e.decide(1, worst(0.80))
			e.decide(2, fewer(0)...)
			e.decide(3, worst(0.95))
			e.decide(4, part{what: "at 75 % noise, the slope of f^p a decade", number: as(slope), sign: "≤", limit: -0.01},
				part{what: "at 75 % noise, the slope of f^p less twice the steepest fall of a null world", sign: "<", limit: 0,
					number: func(v value) float64 { return v(slope) - 2*math.Min(v(steepest), 0) }})
		},
	}
}

// nulls is f^p of each null world.
func (r run) nulls() []curve {
	var names []string
	for _, name := range r.Columns() {
		if strings.HasPrefix(name, "fp_null_") && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) < fewestNulls {
		r.e.lack("null worlds (fp_null_1, fp_null_2, …) of run %s, which has %d of at least %d", r.id, len(names), fewestNulls)
	}
	var worlds []curve
	for _, name := range names {
		worlds = append(worlds, r.whole(name))
	}
	return worlds
}

// lead is f^p − f^c of a curve of f^p, as f^p + f^c = 1.
func lead(fp curve) curve {
	out := curve{steps: fp.steps}
	for _, v := range fp.values {
		out.values = append(out.values, 2*v-1)
	}
	return out
}
