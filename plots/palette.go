// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"

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
	firstSeries
)

// Series is the role of the i-th (from 0) of several like things, such as
// runs; styles repeat after eight.
func Series(i int) Role {
	if i < 0 {
		i = -i
	}
	return firstSeries + Role(i%len(seriesColors))
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
)

// Okabe and Ito's colours (Color Universal Design, 2008), without yellow,
// which is too light for a thin line on white.
var (
	okabeBlack      = color.NRGBA{0x00, 0x00, 0x00, 0xff}
	okabeOrange     = color.NRGBA{0xe6, 0x9f, 0x00, 0xff}
	okabeSky        = color.NRGBA{0x56, 0xb4, 0xe9, 0xff}
	okabeGreen      = color.NRGBA{0x00, 0x9e, 0x73, 0xff}
	okabeBlue       = color.NRGBA{0x00, 0x72, 0xb2, 0xff}
	okabeVermillion = color.NRGBA{0xd5, 0x5e, 0x00, 0xff}
	okabePurple     = color.NRGBA{0xcc, 0x79, 0xa7, 0xff}
)

// seriesColors differ in lightness between neighbours, so that two or three
// runs can be told apart in grey too.
var seriesColors = []color.NRGBA{
	okabeBlue, okabeOrange, okabeBlack, okabePurple, okabeGreen, okabeVermillion, okabeSky,
	{0x77, 0x77, 0x77, 0xff},
}

var seriesDashes = []Dash{Solid, Dashed, DashDot, Dotted, LongDash, Dashed, Solid, Dotted}

var roleStyles = map[Role]struct {
	color color.NRGBA
	dash  Dash
}{
	Train:    {okabeBlue, Solid},
	Test:     {okabeVermillion, Dashed},
	Overfit:  {okabeBlack, Dotted},
	Pristine: {okabeGreen, Solid},
	Corrupt:  {okabeOrange, Dashed},
}

// roleColor returns the colour of a role; i is the curve's place in its panel.
func roleColor(r Role, i int) color.NRGBA {
	if s, ok := roleStyles[r]; ok {
		return s.color
	}
	return seriesColors[seriesIndex(r, i)]
}

func roleDash(r Role, d Dash, i int) Dash {
	if d > DashAuto && d <= LongDash {
		return d
	}
	if s, ok := roleStyles[r]; ok {
		return s.dash
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
