// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import "fmt"

func ExampleNewFigure() {
	show(NewFigure(Meta{}, Panel{XLabel: "epoch", YLabel: "loss", LogY: true, Curves: []Curve{
		{Name: "mine", X: []float64{0, 1, 2, 3}, Y: []float64{2.3, 0.9, 0.3, 0.05}, Lo: []float64{2.2, 0.8, 0.2, 0.04}, Hi: []float64{2.4, 1, 0.4, 0.08}},
		{Name: "theirs", X: []float64{0, 3}, Y: []float64{2.3, 0.4}, Marks: true},
	}}))
	// Output: [figure] Line chart over epoch, loss upwards, logarithmic: mine falls from 2.3 to 0.05; theirs falls from 2.3 to 0.4.
}

func ExampleHistogram() {
	show(NewFigure(Meta{}, Panel{XLabel: "one coordinate", YLabel: "examples", Histogram: &Histogram{
		Groups: []Sample{{"pristine", []float64{-1, -0.9, -0.8, -0.2}, Pristine}, {"corrupt", []float64{0.1, 0.9, 3}, Corrupt}},
		Bins:   8, Clamp: []float64{-0.9, 0.9},
	}}))
	// Output: [figure] Histogram: 4 pristine from −1 to −0.2, most of them between −1 and −0.5; 3 corrupt from 0.1 to 3, most of them between 0 and 0.5; clamp at −0.9 and 0.9.
}

func ExampleHeatMap() {
	show(NewFigure(Meta{}, Panel{Heat: &HeatMap{
		Name:   "g_{a} · g_{b}",
		Values: [][]float64{{2, 1, -1}, {1, 2, -1}, {-1, -1, 2}},
		Groups: []HeatGroup{{"pristine", 2, Pristine}, {"corrupt", 1, Corrupt}},
	}}))
	// Output: [figure] Heat map of 3 rows and 3 columns of ga · gb, from −1 to 2, sorted in 2 groups.
}

func ExampleBars() {
	show(NewFigure(Meta{}, Panel{XLabel: "c", YLabel: "ms a step", Bars: &Bars{
		Categories: []string{"0", "2", "8"},
		Series:     []BarSeries{{Name: "ours", Y: []float64{1.6, 4.5, 6.7}, Lo: []float64{1.5, 4.4, 6.5}, Hi: []float64{1.8, 4.9, 7}}},
	}}))
	// Output: [figure] Bars in 3 categories: ours from 1.6 (0) to 6.7 (8).
}

func ExampleCurve_scatter() {
	show(NewFigure(Meta{}, Panel{XLabel: "norm", YLabel: "margin", Curves: []Curve{
		{Name: "pristine", Scatter: true, X: []float64{3, 1, 2}, Y: []float64{0.1, 0.9, 0.4}, Role: Pristine},
		{Name: "corrupt", Scatter: true, X: []float64{4, 5}, Y: []float64{-0.2, -0.5}, Role: Corrupt},
	}}))
	// Output: [figure] Scatter plot over norm, margin upwards: pristine, 3 points from 0.1 to 0.9; corrupt, 2 points from −0.5 to −0.2.
}

func ExampleRatioPanel() {
	p, err := RatioPanel("", []float64{0, 1, 2}, []RatioRun{{Name: "seed 1", Ratio: []float64{1.1, 1.6, 2.2}, Nulls: [][]float64{{0.9, 1, 1.1}, {1, 1.1, 1}}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	p.XLabel, p.YLabel = "step", "i^{p} / i^{c}"
	show(NewFigure(Meta{}, *p))
	// Output: [figure] Line chart over step, ip / ic upwards, logarithmic: null worlds, 2 curves from 0.9 to 1.1; seed 1 rises from 1.1 to 2.2.
}

func ExampleSizeNamed() {
	for _, text := range []string{"column", "8.5cm"} {
		s, err := SizeNamed(text)
		fmt.Printf("%.2f in %v\n", s.Width/72, err)
	}
	_, err := SizeNamed("poster")
	fmt.Println(err)
	// Output:
	// 3.35 in <nil>
	// 3.35 in <nil>
	// unknown figure size "poster": use column, textwidth, slide or notebook, or a width such as 3.25in or 8.5cm
}
