// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"strings"
	"testing"
)

// No two of the eight series have the same dashes or the same mark, and bars of like lightness have other lines.
func TestSeriesDiffer(t *testing.T) {
	dashes, marks, bars := map[Dash]int{}, map[mark]int{}, map[entryKind]int{}
	for i := range seriesColors {
		r := Series(i)
		dashes[roleDash(r, DashAuto, 0)]++
		marks[markOf(r, 0)]++
		bars[hatch(r, i)]++
		if hatch(Auto, i) != hatch(r, i) {
			t.Errorf("series %d has other bars where its role is its place", i)
		}
	}
	if n := len(seriesColors); len(dashes) != n || len(marks) != n || len(bars) != 4 {
		t.Errorf("%d series have %d dashes, %d marks and %d kinds of bars", n, len(dashes), len(marks), len(bars))
	}
	for _, pair := range [][2]int{{0, 6}, {1, 7}} { // dark both, light both
		if hatch(Series(pair[0]), pair[0]) == hatch(Series(pair[1]), pair[1]) {
			t.Errorf("bars of series %d and %d are alike", pair[0], pair[1])
		}
	}
	if hatch(Pristine, 1) != filled || hatch(Corrupt, 0) != striped {
		t.Error("bars of pristine and corrupt examples")
	}
}

// A curve without a name is told as what its panel is about; a band without a width is in no legend.
func TestUnnamedCurves(t *testing.T) {
	curve := Curve{X: []float64{0, 1}, Y: []float64{1, 9}, Lo: []float64{1, 9}, Hi: []float64{1, 9}}
	f, err := NewGrid(Meta{Caption: "Two."}, Grid{Panels: [][]*Panel{{{Title: "(a) Loss", Curves: []Curve{curve}}, {YLabel: "height", Curves: []Curve{curve}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"(a) Loss: rises from 1 to 9.", "height rises from 1 to 9."} {
		if !strings.Contains(f.Alt(), want) {
			t.Errorf("%q does not say %q", f.Alt(), want)
		}
	}
	if curve.entry(0).band {
		t.Error("a band without a width is in the legend")
	}
	if curve.Hi[1] = 10; !curve.entry(0).band {
		t.Error("a band is not in the legend")
	}
}
