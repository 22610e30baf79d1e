// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// Role is what a curve means. It decides colour and dashes, so that the same
// quantity looks the same in every figure.
type Role int

// Roles. Auto takes the next series style by the curve's place in its panel.
const (
	Auto Role = iota
	Train
	Test
	Overfit
	Pristine
	Corrupt
	// Cloud is what lies behind the curves in grey, such as null worlds: many
	// thin lines without bands, none of them labelled.
	Cloud
	firstSeries
)

// Series is the role of the i-th (from 0) of several like things without an
// order, such as runs; styles repeat after eight. None is green or orange,
// which mean pristine and corrupt and nothing else.
func Series(i int) Role {
	if i < 0 {
		i = -i
	}
	return firstSeries + Role(i%len(seriesColors))
}

// Roles from these on are places on a sequence of colours, in thousandths.
const (
	firstWinsorized Role = 1000
	firstNoise      Role = 3000
	thousand             = 1000
)

// Winsorization is the role of a run winsorized at c percent a side: one
// colour of a sequence from nearly black (c = 0, plain SGD) to light blue, the
// same in every figure. c below 0, above 50 or NaN counts as the nearest end.
func Winsorization(c float64) Role {
	c = math.Max(0, math.Min(50, c))
	place := 0.92 * math.Log2(1+c) / math.Log2(9) // what the paper has, 0 to 8
	if c > 8 {
		place = 0.92 + 0.08*math.Log2((1+c)/9)/math.Log2(51.0/9)
	}
	return firstWinsorized + Role(math.Round(thousand*place))
}

// NoiseLevel is the role of a run with a share of label noise in [0, 1]: one
// colour of a sequence from nearly black (no noise) to pink, the same in every
// figure.
func NoiseLevel(share float64) Role {
	return firstNoise + Role(math.Round(thousand*math.Max(0, math.Min(1, share))))
}

// Sequences of colours, dark to light in even steps, so that they keep their
// order in grey and for colour-blind readers.
var (
	winsorizedColors = []color.NRGBA{{0x0b, 0x10, 0x26, 0xff}, {0x12, 0x3a, 0x7a, 0xff}, {0x1f, 0x6b, 0xb0, 0xff}, {0x44, 0x9d, 0xd1, 0xff}, {0x93, 0xcc, 0xec, 0xff}}
	noiseColors      = []color.NRGBA{{0x1c, 0x0a, 0x2e, 0xff}, {0x5e, 0x1a, 0x70, 0xff}, {0xa2, 0x2f, 0x87, 0xff}, {0xd8, 0x68, 0xa2, 0xff}, {0xf0, 0xa9, 0xc2, 0xff}}
)

// sequential is the colour of a role on one of the sequences; ok is false for other roles.
func sequential(r Role) (col color.NRGBA, ok bool) {
	switch {
	case r >= firstWinsorized && r <= firstWinsorized+thousand:
		return between(winsorizedColors, float64(r-firstWinsorized)/thousand), true
	case r >= firstNoise && r <= firstNoise+thousand:
		return between(noiseColors, float64(r-firstNoise)/thousand), true
	}
	return col, false
}

// Dash is a dash pattern. DashAuto is the role's own.
type Dash int

// Dash patterns.
const (
	DashAuto Dash = iota
	Solid
	Dashed
	Dotted
	DashDot
	LongDash
	DashDotDot
	LongShort
	Sparse // dots far from one another
)

// Okabe and Ito's colours (Color Universal Design, 2008), without yellow,
// which is too light for a thin line on white.
var (
	okabeBlack  = color.NRGBA{0x00, 0x00, 0x00, 0xff}
	okabeOrange = color.NRGBA{0xe6, 0x9f, 0x00, 0xff}
	okabeSky    = color.NRGBA{0x56, 0xb4, 0xe9, 0xff}
	okabeGreen  = color.NRGBA{0x00, 0x9e, 0x73, 0xff}
	okabeBlue   = color.NRGBA{0x00, 0x72, 0xb2, 0xff}
	okabePurple = color.NRGBA{0xcc, 0x79, 0xa7, 0xff}
)

// seriesColors differ in lightness between neighbours, so that two or three
// runs can be told apart in grey too.
var seriesColors = []color.NRGBA{
	{0x00, 0x50, 0x92, 0xff}, {0xe0, 0x9b, 0xc0, 0xff}, okabeBlack, {0x88, 0x22, 0x55, 0xff}, okabeSky, {0x77, 0x77, 0x77, 0xff}, {0x33, 0x22, 0x88, 0xff}, okabePurple,
}

// seriesDashes differ, as eight colours do not in grey.
var seriesDashes = []Dash{Solid, Dashed, DashDot, Dotted, LongDash, DashDotDot, LongShort, Sparse}

var roleStyles = map[Role]struct {
	color color.NRGBA
	dash  Dash
}{
	Train:    {okabeBlue, Solid},
	Test:     {testRed, Dashed},
	Overfit:  {okabeBlack, Dotted},
	Pristine: {okabeGreen, Solid},
	Corrupt:  {okabeOrange, Dashed},
	Cloud:    {cloudGrey, Solid},
}

var (
	testRed      = color.NRGBA{0xcf, 0x3f, 0x55, 0xff} // farther from orange than Okabe and Ito's vermilion
	cloudGrey    = color.NRGBA{0xc2, 0xc2, 0xc2, 0xff}
	verticalInk  = color.NRGBA{0x22, 0x22, 0x22, 0xff}
	verticalDash = LongDash
)

// roleColor returns the colour of a role; i is the curve's place in its panel.
func roleColor(r Role, i int) color.NRGBA {
	if s, ok := roleStyles[r]; ok {
		return s.color
	}
	if col, ok := sequential(r); ok {
		return col
	}
	return seriesColors[seriesIndex(r, i)]
}

func roleDash(r Role, d Dash, i int) Dash {
	if d > DashAuto && d <= Sparse {
		return d
	}
	if s, ok := roleStyles[r]; ok {
		return s.dash
	}
	if _, ok := sequential(r); ok {
		return Solid
	}
	return seriesDashes[seriesIndex(r, i)]
}

func seriesIndex(r Role, i int) int {
	if r >= firstSeries {
		i = int(r - firstSeries)
	}
	if i < 0 {
		i = 0
	}
	return i % len(seriesColors)
}

// pattern returns the dash lengths; they are drawn with butt caps.
func (d Dash) pattern(s style) []vg.Length {
	var p []float64
	switch d {
	case Dashed:
		p = []float64{3.6, 1.6}
	case Dotted:
		p = []float64{1.1, 1.1}
	case DashDot:
		p = []float64{4.5, 1.3, 1.1, 1.3}
	case LongDash:
		p = []float64{7, 1.8}
	case DashDotDot:
		p = []float64{4.5, 1.2, 1.1, 1.2, 1.1, 1.2}
	case LongShort:
		p = []float64{8, 1.5, 2.8, 1.5}
	case Sparse:
		p = []float64{1.3, 2.6}
	}
	out := make([]vg.Length, len(p))
	for i, v := range p {
		out[i] = s.pt(v)
	}
	return out
}

// withAlpha returns c with opacity a in [0, 1].
func withAlpha(c color.NRGBA, a float64) color.NRGBA {
	c.A = uint8(a*255 + 0.5)
	return c
}
