// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
)

// Simulations of full colour blindness in linear RGB: Machado, Oliveira and
// Fernandes, "A Physiologically-based Model for Simulation of Color Vision
// Deficiency", IEEE TVCG 2009, severity 1.
var visions = map[string][9]float64{
	"ordinary":     {1, 0, 0, 0, 1, 0, 0, 0, 1},
	"protanopia":   {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
	"deuteranopia": {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
	"tritanopia":   {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
}

// lab is a colour in CIE L*a*b* (D65) as seen with a vision.
func lab(c color.NRGBA, m [9]float64) [3]float64 {
	lin := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	in := [3]float64{lin(c.R), lin(c.G), lin(c.B)}
	var s [3]float64
	for i := range s {
		s[i] = math.Max(0, math.Min(1, m[3*i]*in[0]+m[3*i+1]*in[1]+m[3*i+2]*in[2]))
	}
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124564*s[0] + 0.3575761*s[1] + 0.1804375*s[2]) / 0.95047)
	y := f(0.2126729*s[0] + 0.7151522*s[1] + 0.0721750*s[2])
	z := f((0.0193339*s[0] + 0.1191920*s[1] + 0.9503041*s[2]) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func distance(a, b [3]float64) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
}

// together lists roles that are drawn in one panel, with the least ΔE*ab that
// they must keep in every vision. About 2 is just noticeable side by side; thin
// lines apart need ten and more.
var together = []struct {
	name  string
	roles []Role
	least float64
}{
	{"accuracy panel", []Role{Train, Test, Overfit}, 30},
	{"pristine and corrupt", []Role{Pristine, Corrupt}, 50},
	{"three runs", []Role{Series(0), Series(1), Series(2)}, 40},
	{"c of the paper", []Role{Winsorization(0), Winsorization(1), Winsorization(2), Winsorization(4), Winsorization(8)}, 12},
	{"noise of the paper", []Role{NoiseLevel(0), NoiseLevel(0.25), NoiseLevel(0.5), NoiseLevel(0.75), NoiseLevel(1)}, 12},
	{"five runs", []Role{Series(0), Series(1), Series(2), Series(3), Series(4)}, 10},
}

func TestPaletteForColourBlindReaders(t *testing.T) {
	for _, set := range together {
		for vision, m := range visions {
			for i, a := range set.roles {
				for _, b := range set.roles[i+1:] {
					d := distance(lab(roleColor(a, 0), m), lab(roleColor(b, 0), m))
					if d < set.least {
						t.Errorf("%s, %s: roles %d and %d are %.1f apart, want %v", set.name, vision, a, b, d, set.least)
					}
				}
			}
		}
	}
}

func TestPaletteInGrey(t *testing.T) {
	grey := func(r Role) float64 { return lab(roleColor(r, 0), visions["ordinary"])[0] }
	for _, set := range together {
		for i, a := range set.roles {
			for _, b := range set.roles[i+1:] {
				least := 15.0
				if _, ordered := sequential(a); ordered { // the legend's order helps
					least = 12
				}
				if roleDash(a, DashAuto, 0) == roleDash(b, DashAuto, 0) && math.Abs(grey(a)-grey(b)) < least {
					t.Errorf("%s: roles %d and %d have the same dashes and nearly the same grey", set.name, a, b)
				}
			}
		}
	}
	// Compare draws runs solid: three must differ by lightness alone.
	for i := 0; i < 3; i++ {
		for j := 0; j < i; j++ {
			if d := math.Abs(grey(Series(i)) - grey(Series(j))); d < 20 {
				t.Errorf("runs %d and %d differ by %.1f in lightness, want 20", j, i, d)
			}
		}
	}
}

// TestPaletteOnWhite keeps every curve visible on paper.
func TestPaletteOnWhite(t *testing.T) {
	white := lab(color.NRGBA{255, 255, 255, 255}, visions["ordinary"])
	for i, c := range seriesColors {
		if d := white[0] - lab(c, visions["ordinary"])[0]; d < 25 {
			t.Errorf("series %d is only %.1f darker than white", i, d)
		}
	}
}

// TestSequences: they grow lighter from end to end, so that they keep their order in grey, and stay dark enough for paper
// where the paper's values are.
func TestSequences(t *testing.T) {
	light := func(r Role) float64 { return lab(roleColor(r, 0), visions["ordinary"])[0] }
	for i := 1; i <= 100; i++ {
		x := float64(i) / 100
		if light(NoiseLevel(x)) <= light(NoiseLevel(x-0.01)) || light(Winsorization(50*x)) < light(Winsorization(50*(x-0.01))) {
			t.Errorf("at %v of the sequences it grows darker", x)
		}
	}
	for _, r := range []Role{Winsorization(8), Winsorization(50), NoiseLevel(1)} {
		if l := light(r); l > 80 {
			t.Errorf("role %d has lightness %.0f", r, l)
		}
	}
	if Winsorization(nan) != Winsorization(0) && Winsorization(-1) != Winsorization(0) || NoiseLevel(7) != NoiseLevel(1) {
		t.Error("values outside the sequences")
	}
}

// TestGroupColours: green and orange mean pristine and corrupt, and nothing else looks like them.
func TestGroupColours(t *testing.T) {
	others := []Role{Train, Test, Overfit}
	for i := range seriesColors {
		others = append(others, Series(i))
	}
	for _, x := range []float64{0, 0.25, 0.5, 0.75, 1} {
		others = append(others, Winsorization(8*x), NoiseLevel(x))
	}
	for _, r := range others {
		for _, g := range []Role{Pristine, Corrupt} {
			if d := distance(lab(roleColor(r, 0), visions["ordinary"]), lab(roleColor(g, 0), visions["ordinary"])); d < 38 {
				t.Errorf("role %d is only %.0f from group %d", r, d, g)
			}
		}
	}
}

func TestDashesDiffer(t *testing.T) {
	seen := map[string]Dash{}
	for d := Solid; d <= Sparse; d++ {
		key := ""
		for _, l := range d.pattern(style{k: 1}) {
			key += number(float64(l/vg.Points(1))) + " "
		}
		if other, dup := seen[key]; dup {
			t.Errorf("dashes %d and %d are the same", d, other)
		}
		seen[key] = d
	}
}

func TestSeriesRepeats(t *testing.T) {
	if Series(8) != Series(0) || Series(-1) != Series(1) {
		t.Error("Series must wrap around and take negative numbers")
	}
	if roleColor(Role(-7), 3) != seriesColors[3] || roleDash(Auto, Dash(99), 0) != Solid {
		t.Error("unknown roles and dashes must fall back on the series")
	}
}
