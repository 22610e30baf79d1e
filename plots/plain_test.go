// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// normal draws n values with a mean and a deviation, the same every time.
func normal(seed uint64, n int, mean, deviation float64) []float64 {
	r := rand.New(rand.NewPCG(seed, 0))
	out := make([]float64, n)
	for i := range out {
		out[i] = mean + deviation*r.NormFloat64()
	}
	return out
}

// madeUpCoordinate imagines one coordinate of 55 pristine and 45 corrupt gradients, before and after clamping.
func madeUpCoordinate() Grid {
	pristine, corrupt := normal(1, 55, -0.4, 0.5), append(normal(2, 43, 0.5, 0.9), 3.6, -3.1)
	all := slices.Sorted(slices.Values(append(slices.Clone(pristine), corrupt...)))
	clamp := []float64{all[8], all[len(all)-9]}
	clamped := func(v []float64) []float64 {
		out := make([]float64, len(v))
		for i := range v {
			out[i] = min(max(v[i], clamp[0]), clamp[1])
		}
		return out
	}
	histogram := func(title string, f func([]float64) []float64) *Panel {
		return &Panel{Title: title, Histogram: &Histogram{Bins: 24, Range: [2]float64{-4, 4}, Clamp: clamp, ClampName: "clamp at c = 8",
			Groups: []Sample{{"pristine", f(pristine), Pristine}, {"corrupt", f(corrupt), Corrupt}}}}
	}
	same := func(v []float64) []float64 { return v }
	return Grid{Panels: [][]*Panel{{histogram("Before", same), histogram("After", clamped)}},
		XLabel: "one coordinate of the gradient", YLabel: "examples", ShareX: true, ShareY: true}
}

// madeUpGram imagines the inner products of n examples in four classes, pristine ones before corrupt ones.
func madeUpGram(each int) *HeatMap {
	h := &HeatMap{Name: "g_{a} · g_{b}"}
	var class, bad []int
	for k := range 4 {
		for i := range each {
			class, bad = append(class, k), append(bad, i*3/each/2)
		}
		part := each - each/3
		h.Groups = append(h.Groups, HeatGroup{fmt.Sprint(k), part, Pristine}, HeatGroup{"", each - part, Corrupt})
		for i := range each {
			bad[k*each+i] = 0
			if i >= part {
				bad[k*each+i] = 1
			}
		}
	}
	noise := normal(3, len(class)*len(class), 0, 0.12)
	for a := range class {
		row := make([]float64, len(class))
		for b := range class {
			v := -0.1
			if class[a] == class[b] {
				v = []float64{0.9, -0.55, 0.3}[bad[a]+bad[b]]
			}
			if a == b {
				v = 1.2
			}
			row[b] = v + noise[min(a, b)*len(class)+max(a, b)]
		}
		h.Values = append(h.Values, row)
	}
	return h
}

func madeUpScatter() Panel {
	alone, kept := normal(4, 60, 2, 0.7), normal(5, 60, 0, 0.25)
	p := Panel{XLabel: "norm of the gradient", YLabel: "margin", References: []Reference{{Name: "undecided", Y: 0}}}
	for k, g := range []struct {
		name string
		role Role
	}{{"pristine", Pristine}, {"corrupt", Corrupt}} {
		c := Curve{Name: g.name, Role: g.role, Scatter: true}
		for i := range 30 {
			x := alone[30*k+i] + 1.4*float64(k)
			c.X, c.Y = append(c.X, x), append(c.Y, 1.6-0.5*x+kept[30*k+i])
		}
		p.Curves = append(p.Curves, c)
	}
	return p
}

func madeUpBars() Panel {
	return Panel{XLabel: "label noise", YLabel: "test accuracy (%)", Percent: true, Bars: &Bars{
		Categories: []string{"0 %", "25 %", "50 %", "75 %"},
		Series: []BarSeries{
			{Name: "last step", Y: []float64{0.98, 0.79, 0.53, nan}, Lo: []float64{0.975, 0.77, 0.5, nan}, Hi: []float64{0.982, 0.8, 0.56, nan}},
			{Name: "best step", Y: []float64{0.98, 0.96, 0.95, 0.91}, Lo: []float64{0.975, 0.955, 0.945, 0.9}, Hi: []float64{0.985, 0.965, 0.955, 0.915}},
		},
	}}
}

func madeUpLogs() Panel {
	p := Panel{XSteps: true, LogY: true, XLabel: "step", YLabel: "m-coherence", References: []Reference{{Name: "orthogonal", Y: 1}}}
	for i, top := range []float64{9000, 700, 12} {
		c := Curve{Name: "world " + compact(float64(i+1)), X: madeUpSteps(3000), Marks: i == 2}
		for _, t := range c.X {
			y := 1 + top*rise(t, 0.7, 1)*(1-rise(t, 300, 2))
			c.Y, c.Lo, c.Hi = append(c.Y, y), append(c.Lo, y*0.7), append(c.Hi, y*1.5)
		}
		p.Curves = append(p.Curves, c)
	}
	return p
}

func madeUpRatios() (Grid, error) {
	g := Grid{XLabel: "step", YLabel: "i^{p} / i^{c}", ShareY: true}
	var steps []float64
	for t := range 10 {
		steps = append(steps, float64(t))
	}
	var row []*Panel
	for k, name := range []string{"25 %", "50 %"} {
		var runs []RatioRun
		for seed := range 3 {
			r := RatioRun{Name: "run " + compact(float64(seed+1))}
			for w := range 7 {
				var y []float64
				for i, v := range normal(uint64(10*seed+w), 10, 0, 0.03) {
					if w == 0 {
						v += (0.55 + 0.2*float64(k)) * (1 - math.Exp(-float64(i+1)))
					} else {
						v += 0.08 * float64(w-3)
					}
					y = append(y, math.Exp(v))
				}
				if w == 0 {
					r.Ratio = y
				} else {
					r.Nulls = append(r.Nulls, y)
				}
			}
			runs = append(runs, r)
		}
		p, err := RatioPanel(name, steps, runs)
		if err != nil {
			return g, err
		}
		row = append(row, p)
	}
	g.Panels = [][]*Panel{row}
	return g, nil
}

func madeUpLines() Panel {
	r := madeUpRun(0.5, 1, 3000)
	p := Panel{XSteps: true, Percent: true, XLabel: "step", YLabel: "accuracy (%)", DirectLabels: true}
	p.Curves = []Curve{{Name: "mine", X: r.Steps, Y: r.TrainAccuracy}, {Name: "theirs", X: r.Steps, Y: r.TestAccuracy}}
	p.Curves[1].Lo, p.Curves[1].Hi = madeUpBand(r.TestAccuracy, 0.03).Lo, madeUpBand(r.TestAccuracy, 0.03).Hi
	return p
}

// TestHistogram: every value is counted once, those on an edge too, and those outside are told.
func TestHistogram(t *testing.T) {
	h, err := (&Histogram{Bins: 4, Range: [2]float64{0, 4}, Groups: []Sample{{Name: "a", Values: []float64{0, 0.5, 1, 3.9, 4, nan, 7}}}}).check()
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{2, 1, 0, 2}; !slices.Equal(h.counts[0], want) || h.outside != 1 {
		t.Errorf("counts %v and %d outside, want %v and 1", h.counts[0], h.outside, want)
	}
	h, err = (&Histogram{Share: true, Groups: []Sample{{Name: "a", Values: normal(1, 1000, 3, 2)}}}).check()
	if err != nil {
		t.Fatal(err)
	}
	total := 0.0
	for _, v := range h.counts[0] {
		total += v
	}
	if math.Abs(total-1) > 1e-12 || len(h.counts[0]) != 47 {
		t.Errorf("shares add up to %v in %d bins", total, len(h.counts[0]))
	}
}

// TestHeatColours: colours of either sign grow lighter from the lowest value to the highest, for every eye and in grey, so that the
// sign of a value is seen; and a missing one has a colour of its own, in grey too.
func TestHeatColours(t *testing.T) {
	h, err := madeUpGram(6).check()
	if err != nil || !h.diverging() {
		t.Fatal(err)
	}
	const steps = 20
	for vision, m := range visions {
		before := lab(h.color(-h.Limit, true), m)[0]
		for i := 1; i <= 2*steps; i++ {
			at := h.Limit * (float64(i)/steps - 1)
			light := lab(h.color(at, true), m)[0]
			if d := light - before; d < 0.3 || d > 5 {
				t.Errorf("%s: lightness goes from %.1f to %.1f at %.2f of the scale", vision, before, light, at/h.Limit)
			}
			before = light
		}
	}
	if h.color(h.Limit*5, true) != h.color(h.Limit, true) {
		t.Error("values beyond the scale")
	}
	for _, signed := range []bool{true, false} {
		none := lab(h.color(nan, signed), visions["ordinary"])
		for i := range 2*steps + 1 {
			at := h.Limit * (float64(i)/steps - 1)
			if !signed {
				at = math.Abs(at)
			}
			col := lab(h.color(at, signed), visions["ordinary"])
			if d := distance(none, col); d < 5 || signed && math.Abs(none[0]-col[0]) < 5 {
				t.Errorf("a missing value looks like %.2f of the scale: %.1f apart", at/h.Limit, d)
			}
		}
	}
}

// TestLogTicks: labels rise, lie in the range, and are neither too few nor too many.
func TestLogTicks(t *testing.T) {
	for _, r := range []span{{0.5, 2.2}, {1, 10}, {0.9, 1.3}, {1e-7, 1e9}, {3, 40}, {1e-300, 1e300}, {0.02, 0.9}, {1e6, 1.0001e6}} {
		for n := 2; n <= 6; n++ {
			ts := logTicks(r.lo, r.hi, n)
			if len(ts) < 2 && n > 2 || len(ts) > n+2 {
				t.Errorf("%v, %d: %d ticks", r, n, len(ts))
			}
			for i, k := range ts {
				if k.Value < r.lo*0.999 || k.Value > r.hi*1.001 || k.Label == "" || i > 0 && k.Value <= ts[i-1].Value {
					t.Errorf("%v, %d: tick %d at %v", r, n, i, k.Value)
				}
			}
		}
	}
}

// TestLogTicksWithinADecade: a range about 1 has ticks on either side of it.
func TestLogTicksWithinADecade(t *testing.T) {
	var got []string
	for _, k := range logTicks(0.53, 1.86, 4) {
		got = append(got, k.Label)
	}
	if want := []string{"0.7", "1", "1.5"}; !slices.Equal(got, want) {
		t.Errorf("ticks %v, want %v", got, want)
	}
}

// TestPlainMistakes: each error is one line that names what is wrong and what to do.
func TestPlainMistakes(t *testing.T) {
	two := []float64{1, 2}
	for want, p := range map[string]Panel{
		"give one each, NaN":         {Bars: &Bars{Categories: []string{"a"}, Series: []BarSeries{{Name: "s", Y: two}}}},
		"bars in 0 categories":       {Bars: &Bars{Series: []BarSeries{{Y: two}}}},
		"bars of 0 series":           {Bars: &Bars{Categories: []string{"a"}}},
		"is above upper value":       {Bars: &Bars{Categories: []string{"a"}, Series: []BarSeries{{Y: []float64{1}, Lo: []float64{2}, Hi: []float64{1}}}}},
		"histogram of 0 groups":      {Histogram: &Histogram{}},
		"histogram of -1 bins":       {Histogram: &Histogram{Bins: -1, Groups: []Sample{{}}}},
		"is not a range":             {Histogram: &Histogram{Range: [2]float64{2, 1}, Groups: []Sample{{}}}},
		"thresholds":                 {Histogram: &Histogram{Clamp: []float64{2, 1}, Groups: []Sample{{}}}},
		"heat map of 0 rows":         {Heat: &HeatMap{}},
		"row 1 has 1 values":         {Heat: &HeatMap{Values: [][]float64{two, {1}}}},
		"their sizes must add up":    {Heat: &HeatMap{Values: [][]float64{two}, Groups: []HeatGroup{{Size: 3}}}},
		"heat map limit -1":          {Heat: &HeatMap{Values: [][]float64{two}, Limit: -1}},
		"leave LogY and Percent":     {LogY: true, Heat: &HeatMap{Values: [][]float64{two}}},
		"leave XSteps out":           {XSteps: true, Histogram: &Histogram{Groups: []Sample{{}}}},
		"a panel of its own":         {Heat: &HeatMap{Values: [][]float64{two}}, Histogram: &Histogram{Groups: []Sample{{}}}},
		"begin above 0":              {LogY: true, YMax: 1},
		"use a number above 0":       {LogY: true, References: []Reference{{Y: 0}}},
		"vertical line \"v\" at NaN": {Verticals: []Vertical{{"v", nan}}},
	} {
		_, err := NewFigure(Meta{}, p)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v; want %q", err, want)
		}
	}
	if _, err := RatioPanel("", two, nil); err == nil {
		t.Error("ratios of nothing")
	}
	if _, err := RatioPanel("", two, []RatioRun{{Name: "r", Ratio: []float64{1}}}); err == nil || !strings.Contains(err.Error(), `"r": 1 values for 2 steps`) {
		t.Errorf("a short ratio: %v", err)
	}
}

// TestPlainEdges draws what is odd but legal, in every format.
func TestPlainEdges(t *testing.T) {
	for name, p := range map[string]Panel{
		"empty histogram":   {Histogram: &Histogram{Groups: []Sample{{Name: "none"}}}},
		"one value":         {Histogram: &Histogram{Groups: []Sample{{Name: "one", Values: []float64{3}}}, Clamp: []float64{3}}},
		"log histogram":     {LogY: true, Histogram: &Histogram{Groups: []Sample{{Values: normal(1, 500, 0, 1)}}}},
		"missing bars":      {Bars: &Bars{Categories: []string{"a", "b"}, Series: []BarSeries{{Name: "s", Y: []float64{nan, math.Inf(1)}}}}},
		"bars below 0":      {Bars: &Bars{Categories: []string{"a", "a long name indeed"}, Series: []BarSeries{{Y: []float64{-2, 3}}}}},
		"log bars":          {LogY: true, Bars: &Bars{Categories: []string{"a", "b"}, Series: []BarSeries{{Y: []float64{1, 3000}}}}},
		"heat of one":       {Heat: &HeatMap{Values: [][]float64{{0}}}},
		"heat of gaps":      {Heat: &HeatMap{Values: [][]float64{{nan, math.Inf(1), 1}}}},
		"log of none above": {LogY: true, Curves: []Curve{{Name: "c", X: []float64{0, 1}, Y: []float64{0, -1}}}},
		"log band from 0":   {LogY: true, Curves: []Curve{{X: []float64{0, 1}, Y: []float64{1, 2}, Lo: []float64{0, -1}, Hi: []float64{4, 5}}}},
		"scatter unsorted":  {Curves: []Curve{{Name: "s", Scatter: true, X: []float64{2, 1, 3}, Y: []float64{1, nan, 2}}}},
		"vertical alone":    {Verticals: []Vertical{{"v", 1}}, Curves: []Curve{{X: []float64{0, 1}, Y: []float64{1, 2}}}},
	} {
		t.Run(name, func(t *testing.T) {
			fig, err := NewFigure(Meta{}, p)
			if err != nil {
				t.Fatal(err)
			}
			drawEverywhere(t, fig)
		})
	}
}

func TestSizeOfAnyWidth(t *testing.T) {
	for text, inches := range map[string]float64{"3.25in": 3.25, "8.5cm": 8.5 / 2.54, "85 mm": 85 / 25.4, " 6in ": 6, "column": 3.35, ".5in": -1, "3.25": -1,
		"1e3in": -1, "-3in": -1, "50in": -1, "in": -1, "3 pt": -1, "NaNin": -1} {
		s, err := SizeNamed(text)
		switch {
		case inches < 0:
			if err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: %v, %v", text, s, err)
			}
		case err != nil || math.Abs(float64(s.Width)/72-inches) > 1e-9:
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
}

// TestInches: it is the size of that width, and a width that no figure can have is an error where the figure is drawn.
func TestInches(t *testing.T) {
	named, err := SizeNamed("3.25in")
	if got := Inches(3.25); err != nil || got != named {
		t.Errorf("Inches = %+v, SizeNamed %+v, %v", got, named, err)
	}
	f, err := NewGrid(Meta{Caption: "c"}, Grid{Panels: [][]*Panel{{{Curves: []Curve{{X: []float64{0, 1}, Y: []float64{0, 1}}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []float64{0, -3, 100, nan, math.Inf(1)} {
		if _, err := f.Encode(PDF, Inches(width)); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v inches: %v", width, err)
		}
	}
}

// TestOverfitRange: the least of the ranges that cuts no curve.
func TestOverfitRange(t *testing.T) {
	for top, want := range map[float64]float64{0.03: 0.25, 0.25: 0.25, 0.26: 0.5, 0.49: 0.5, 0.7: 0, 1: 0} {
		p := &Panel{Percent: true, Curves: []Curve{{X: []float64{0, 1, 2}, Y: []float64{-0.02, nan, top}}}}
		lo, hi := overfitRange(p)
		if want == 0 && (lo != 0 || hi != 0) || want > 0 && (lo > -0.02 || hi < want || hi > want*1.05) {
			t.Errorf("up to %v: from %v to %v", top, lo, hi)
		}
	}
}
