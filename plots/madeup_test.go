// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import "math"

// Made-up curves with the shape of training runs. They are drawn by formula
// and are nobody's results; every golden image carries the mark below.

const madeUp Mark = "made-up data"

func madeUpMeta(caption string) Meta {
	return Meta{
		Caption:    caption,
		Provenance: map[string]string{"source": "formulas in madeup_test.go", "seed": "1"},
		Marks:      []Mark{madeUp},
	}
}

// madeUpSteps is the paper's evaluation schedule up to last.
func madeUpSteps(last float64) []float64 {
	out := []float64{0}
	for base := 1.0; base <= last; base *= 10 {
		for m := 1.0; m <= 9 && base*m <= last; m++ {
			out = append(out, base*m)
		}
	}
	if out[len(out)-1] != last {
		out = append(out, last)
	}
	return out
}

// rise is a smooth step in log t from 0 to 1 at t = mid.
func rise(t, mid, sharp float64) float64 {
	return 1 / (1 + math.Pow(mid/math.Max(t, 1e-9), sharp))
}

// wobble is a small reproducible unrest.
func wobble(t, phase float64) float64 {
	return 0.006*math.Sin(7*math.Log1p(t)+phase) + 0.004*math.Sin(17*math.Log1p(t)+2*phase)
}

// madeUpRun imagines a run at noise e (0 to 1) and winsorization c.
func madeUpRun(e, c, last float64) Evaluations {
	proper := 1 - 0.9*e
	r := Evaluations{Steps: madeUpSteps(last), Proper: proper}
	mid := 60 * (1 + 3*e) * (1 + c/4)
	for _, t := range r.Steps {
		learned := rise(t, mid, 1.2)
		memo := rise(t, 9000*(1+3*c*c), 1.6)
		fall := memo * e * 0.45
		va := 0.1 + (0.975-0.03*c-0.1)*learned*(1-e*e*e*e) - fall*(1-e) + wobble(t, e+c)
		pristine := 0.1 + (0.985-0.02*c-0.1)*learned*(1-0.85*e*e*e*e)
		pristine += (1 - pristine) * memo
		corrupt := 0.1*(1-learned) + 0.012*learned*(1-memo) + 0.98*memo
		ta := proper*pristine + (1-proper)*corrupt + wobble(t, 1)/3
		ta, va = math.Min(ta, 1), math.Max(va, 0.02)
		r.TrainAccuracy = append(r.TrainAccuracy, ta)
		r.TestAccuracy = append(r.TestAccuracy, va)
		r.Overfit = append(r.Overfit, ta-(e/10+(1-e)*va))
		r.TrainLoss = append(r.TrainLoss, 2.42*(1-0.98*math.Pow(ta, 1.3))+0.02)
		r.TestLoss = append(r.TestLoss, 2.45*(1-0.75*va)+3.2*fall)
		r.Pristine = append(r.Pristine, pristine)
		if e > 0 {
			r.Corrupt = append(r.Corrupt, corrupt)
		} else {
			r.Corrupt = append(r.Corrupt, math.NaN())
		}
	}
	return r
}

func madeUpGrid(noises, cs []float64) GridData {
	d := GridData{Meta: madeUpMeta("Figure 4's layout on made-up curves."), Noises: noises, Cs: cs}
	for _, c := range cs {
		var row []*Evaluations
		for _, e := range noises {
			r := madeUpRun(e, c, 60000)
			row = append(row, &r)
		}
		d.Cells = append(d.Cells, row)
	}
	return d
}

func madeUpExamples() TwoExamplesData {
	return TwoExamplesData{
		Meta:       madeUpMeta("Two examples share one direction: the sum is twice as strong along it."),
		Directions: []string{"only a", "shared", "only b"}, A: []float64{1, 1, 0}, B: []float64{0, 1, 1},
	}
}

// madeUpDigits draws seven-segment numerals, which no data set holds.
func madeUpDigits(n int) DigitsData {
	d := DigitsData{Meta: madeUpMeta("Seven-segment numerals in the place of examples."), Attribution: "Drawn by formula; no data set."}
	segments := []string{"abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc", "abcdefg", "abcdfg"}
	area := map[rune][4]int{'a': {8, 4, 20, 7}, 'b': {18, 4, 21, 14}, 'c': {18, 14, 21, 25}, 'd': {8, 22, 20, 25}, 'e': {7, 14, 10, 25}, 'f': {7, 4, 10, 14}, 'g': {8, 13, 20, 16}}
	for i := 0; i < n; i++ {
		digit := (i * 7) % 10
		img := make([]float64, 28*28)
		for _, s := range segments[digit] {
			a := area[s]
			for y := a[1]; y < a[3]; y++ {
				for x := a[0]; x < a[2]; x++ {
					img[y*28+x+(y-14)/-6] = 0.65 + 0.35*math.Abs(math.Sin(float64(x*y+i)))
				}
			}
		}
		given := digit
		if i%3 == 1 {
			given = (digit + 1 + i) % 10
		}
		d.Images, d.Labels, d.Original = append(d.Images, Bytes(img)), append(d.Labels, given), append(d.Original, digit)
	}
	return d
}

var nan = math.NaN()

func madeUpCompare(cs ...float64) CompareData {
	d := CompareData{Meta: madeUpMeta("Runs at 50 % label noise with several c.")}
	for _, c := range cs {
		d.Runs = append(d.Runs, NamedRun{"c = " + compact(c), Winsorization(c), madeUpRun(0.5, c, 60000)})
	}
	return d
}

func madeUpBands() Grid {
	band := func(c Curve, w float64) Curve {
		for i, y := range c.Y {
			c.Lo = append(c.Lo, y-w*(1+math.Sin(float64(i))/3))
			c.Hi = append(c.Hi, y+w*(1+math.Cos(float64(i))/3))
		}
		return c
	}
	r := madeUpRun(0.5, 1, 60000)
	var x, y []float64
	for i := 0; i <= 20; i++ {
		x, y = append(x, float64(i)), append(y, 40*math.Exp(-float64(i)/6)-3)
	}
	return Grid{
		Panels: [][]*Panel{{
			{Title: "Over steps", XSteps: true, Percent: true, XLabel: "step", Curves: []Curve{
				band(Curve{Name: "pristine", X: r.Steps, Y: r.Pristine, Role: Pristine}, 0.04),
				band(Curve{Name: "corrupt", X: r.Steps, Y: r.Corrupt, Role: Corrupt}, 0.05),
			}},
			{Title: "On plain axes", XLabel: "epoch", Curves: []Curve{band(Curve{Name: "series", X: x, Y: y, Role: Series(0)}, 2)},
				References: []Reference{{Name: "zero", Y: 0}}},
		}},
		Legend: LegendRight, Aspect: 0.9,
	}
}

func madeUpVerdicts() VerdictsData {
	met := func(core bool) Condition { return Condition{Core: core, Met: true, Seeds: 3, SeedsMet: 3} }
	return VerdictsData{Meta: madeUpMeta("Four made-up claims and their conditions."), Claims: []JudgedClaim{
		{"A1", "water flows downhill, f^{p} above f^{c}", "holds", "height lost: 0.41 (0.3 to 0.5), asked ≥ 0.2", []Condition{met(true), met(true), met(false)}},
		{"A2", "the days grow longer towards the summer, and shorter towards the winter, by the same rule everywhere on the globe", "holds in part",
			"days a year that are longer than the one before: 182 (170 to 184), asked ≥ 183", []Condition{met(true), {Core: true, Met: true, Seeds: 3, SeedsMet: 2}, {Seeds: 3, SeedsMet: 1}, {Seeds: 3}}},
		{"A3", "swans are white", "does not hold", "white ones: 70 %, asked ≥ 100 %", []Condition{{Core: true, Seeds: 3}, met(false)}},
		{"A4", "there is a teapot in orbit", "not tested", "", nil},
	}}
}
