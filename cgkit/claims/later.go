// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"coherentgradients/cgkit/record"
)

// Later returns the claims that were added once records had been looked at: C10a and C11a, which ask what C10 and C11
// leave out. Each is judged by runs that nobody had seen when its test was written.
func Later() []Claim { return []Claim{claim10a(), claim11a()} }

// firstSteps is how long the runs of C10a are, and their seeds.
const (
	firstSteps          = 10
	firstSeed, lastSeed = 4, 10
)

// FirstSteps are the specs of the runs that C10a is judged by: Figure 1's at 25, 50 and 75 % noise for their first ten
// steps, seeds 4 to 10.
func FirstSteps(b Basis) []record.Spec {
	var specs []record.Spec
	for _, n := range mixed {
		for seed := int64(firstSeed); seed <= lastSeed; seed++ {
			s := b.on(record.Figure1(b.Dataset, n))
			s.Steps, s.Seed = firstSteps, seed
			specs = append(specs, s)
		}
	}
	return specs
}

// first is a setting of C10a.
func (b Basis) first(noise float64) setting {
	spec := b.on(record.Figure1(b.Dataset, noise))
	spec.Steps = firstSteps
	return from(settingOf(spec, noiseKey(noise)), firstSeed)
}

// from leaves out the seeds below one.
func from(s setting, seed int64) setting {
	ask := s.ask
	s.ask = func(spec record.Spec) bool { return spec.Seed >= seed && ask(spec) }
	s.what += fmt.Sprintf(", seed %d or later", seed)
	return s
}

// among leaves out all seeds but some.
func among(s setting, seeds []int64) setting {
	ask := s.ask
	s.ask = func(spec record.Spec) bool { return slices.Contains(seeds, spec.Seed) && ask(spec) }
	s.what += fmt.Sprintf(", seeds %d to %d", seeds[0], seeds[len(seeds)-1])
	return s
}

func claim10a() Claim {
	return Claim{
		ID: "C10a", Where: "CG §2.4, figure 3", Figure: "figure 3, ratios",
		Runs:     "figure 1's with 25, 50, 75 % noise, their first 10 steps, seeds 4 to 10",
		Text:     "In the first steps an average pristine example has contributed more than an average corrupt one, and more so than in null worlds, where the designations are permuted.",
		Quantity: "the paper's estimate of i^p / i^c, in the real world and in the run's six null worlds: in how many of the six it is at least as large as in the real one, and how many of their standard deviations the real one is above their mean",
		Steps:    "9",
		Words: "\"More so than in null worlds\" is more than in each of the six: of seven worlds that are alike the real one is the largest one time in seven. \"Plainly more\" is two " +
			"standard deviations of the six above their mean.",
		Falsified:  "at some noise level, a null world whose ratio is at least the real one's in half of the runs",
		Conditions: []Condition{core("the real ratio is the largest of the seven, in the median of the seeds, at each of the three noise levels"), also("it is at least 2 standard deviations above the mean of the six, at each noise level")},
		judge: func(e *evidence) {
			var above, distance []Quantity
			for _, n := range mixed {
				s := e.basis().first(n)
				there := e.runs(s)
				for seed := int64(firstSeed); seed <= lastSeed; seed++ {
					if _, ok := there[seed]; !ok && len(there) > 0 {
						e.lack("seed %d of %s", seed, s.what)
					}
				}
				above = append(above, e.measure("null_worlds_at_or_above", s, func(r run) float64 {
					real, nulls := r.ratios()
					return float64(len(slices.DeleteFunc(nulls, func(x float64) bool { return x < real })))
				}))
				distance = append(distance, e.measure("standard_deviations_above", s, func(r run) float64 {
					real, nulls := r.ratios()
					mean := curve{values: nulls}.mean()
					var squares float64
					for _, x := range nulls {
						squares += (x - mean) * (x - mean)
					}
					return (real - mean) / math.Sqrt(squares/float64(len(nulls)-1))
				}))
			}
			names := percents(mixed)
			e.decide(0, compare(above, "how many of six null worlds have at least the real ratio at %s", names, "≤", 0, inCount)...)
			e.decide(1, compare(distance, "how many standard deviations the real ratio is above the null worlds' at %s", names, "≥", 2, inNumber)...)
		},
	}
}

// ratios are i^p / i^c at step 9 by the paper's estimate, in the real world and in the null worlds.
func (r run) ratios() (real float64, nulls []float64) {
	of := func(estimate string) float64 { return ratioOf(r.at("ip"+estimate, 9), r.at("ic"+estimate, 9)) }
	for k := 1; slices.Contains(r.Columns(), "ip_null_"+strconv.Itoa(k)); k++ {
		nulls = append(nulls, of("_null_"+strconv.Itoa(k)))
	}
	if len(nulls) < fewestNulls {
		r.e.lack("null worlds (ip_null_1, ip_null_2, …) of run %s, which has %d of at least %d", r.id, len(nulls), fewestNulls)
	}
	return of("_sample"), nulls
}

func claim11a() Claim {
	return Claim{
		ID: "C11a", Where: "CG §3, figure 4", Figure: "what winsorizing does, (b)", Runs: "figure 4's with c = 2, 4, 8 and 25, 75 % noise, seeds from 2 on: 6 cells",
		Text: "With c > 1, wrong labels are not memorised, below the proper accuracy too.",
		Quantity: "the memorised share of the corrupt examples: corrupt accuracy less (1 − va)/9, what a net with test accuracy va has of them " +
			"if its mistakes fall on the nine other digits alike",
		Steps: "the last",
		Words: "\"Memorised\" is more than 2 percentage points: a constant guess has 1.4 points of them, as the most frequent digit is 11.2 % of the labels. C11 asks whether " +
			"training accuracy passes the share of right labels; a net that forgets right labels can learn wrong ones below that line.",
		Falsified:  "more than 2 of the 6 cells memorising",
		Conditions: []Condition{core("memorised share at the end ≤ 0.02 in ≥ 4 of the 6 cells"), also("in all 6 cells")},
		judge: func(e *evidence) {
			var memorised []Quantity
			var names []string
			for _, n := range []float64{0.25, 0.75} {
				for _, c := range clamped[2:] {
					s := from(e.basis().figure4(n, c), 2)
					memorised = append(memorised, e.measure("memorised", s, func(r run) float64 {
						return r.final("corrupt_accuracy") - (1-r.final("test_accuracy"))/(classes-1)
					}))
					names = append(names, fmt.Sprintf("%g %% noise, c = %g", 100*n, c))
				}
			}
			cells := compare(memorised, "the memorised share of the corrupt examples at %s", names, "≤", 0.02, inPercent)
			e.decideBy(0, 4, cells...)
			e.decide(1, cells...)
		},
	}
}
