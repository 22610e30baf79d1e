// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image/color"
	"math"
	"regexp"
	"strconv"
	"strings"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
)

// Size is the size at which a figure is printed. Text and line widths are
// chosen for that size, so a figure must not be scaled afterwards.
type Size struct {
	// Name is for messages only.
	Name string
	// Width is the width of the figure, at least MinWidth.
	Width vg.Length
	// Height is the height of the figure; zero lets the figure choose.
	Height vg.Length
	// Scale multiplies text sizes and line widths; zero means 1, which is
	// meant for print (text of 6 to 8 points).
	Scale float64
}

// Named sizes.
var (
	// Column is one column of a two-column paper, 3.35 inches wide; for another
	// width see [Inches].
	Column = Size{Name: "column", Width: 3.35 * vg.Inch, Scale: 1}
	// TextWidth is the text width of a one-column paper, 5.5 inches wide.
	TextWidth = Size{Name: "textwidth", Width: 5.5 * vg.Inch, Scale: 1}
	// Slide fills the width of a slide, 10 inches, to be read from afar.
	Slide = Size{Name: "slide", Width: 10 * vg.Inch, Scale: 1.8}
	// Notebook is what [Figure.Show] uses.
	Notebook = Size{Name: "notebook", Width: 7.5 * vg.Inch, Scale: 1.25}
)

// Limits of a Size.
const (
	MinWidth = 1.5 * vg.Inch
	MaxWidth = 40 * vg.Inch
)

// Inches is the size of a figure so many inches wide, for print: 3.25, or 8.5/2.54
// for 8.5 cm. It chooses its own height. A width out of range is an error where
// the figure is saved.
func Inches(width float64) Size {
	return Size{Name: fmt.Sprintf("%.4gin", width), Width: vg.Length(width) * vg.Inch, Scale: 1}
}

// SizeNamed returns the named size ("column", "textwidth", "slide" or
// "notebook"), or one of any other width, written in inches or centimetres:
// "3.25in", "8.5 cm", "85mm".
func SizeNamed(name string) (Size, error) {
	for _, s := range []Size{Column, TextWidth, Slide, Notebook} {
		if s.Name == name {
			return s, nil
		}
	}
	m := lengthPattern.FindStringSubmatch(strings.TrimSpace(name))
	if m == nil {
		return Size{}, fmt.Errorf("unknown figure size %q: use column, textwidth, slide or notebook, or a width such as 3.25in or 8.5cm", name)
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return Size{}, fmt.Errorf("figure width %q: use a number of inches or centimetres such as 3.25in or 8.5cm", name)
	}
	unit := map[string]vg.Length{"in": vg.Inch, "cm": vg.Centimeter, "mm": vg.Millimeter}[m[2]]
	s := Size{Name: m[1] + m[2], Width: vg.Length(v) * unit, Scale: 1}
	return s, s.check()
}

var lengthPattern = regexp.MustCompile(`^([0-9]*\.?[0-9]+) ?(in|cm|mm)$`)

func (s Size) check() error {
	w, h := float64(s.Width), float64(s.Height)
	switch {
	case !(w >= float64(MinWidth)) || w > float64(MaxWidth):
		return fmt.Errorf("figure width %.3g in is out of range: use %.3g to %.3g in", w/72, float64(MinWidth)/72, float64(MaxWidth)/72)
	case h != 0 && (!(h >= 36) || h > float64(MaxWidth)):
		return fmt.Errorf("figure height %.3g in is out of range: use 0 (the figure chooses) or 0.5 to %.3g in", h/72, float64(MaxWidth)/72)
	case math.IsNaN(s.Scale) || s.Scale < 0 || s.Scale > 10:
		return fmt.Errorf("figure scale %v is out of range: use 0 (meaning 1) to 10", s.Scale)
	}
	return nil
}

// style is every length of the house style, in points at the final size.
type style struct {
	k float64 // Size.Scale
	// reserve is how much wider than in our own font a text may be set; 0 means 1.
	reserve float64
}

// textRoom is the room to keep for a text.
func (s style) textRoom(f font.Face, txt string) vg.Length {
	return textWidth(f, txt) * vg.Length(math.Max(s.reserve, 1))
}

func newStyle(s Size) style {
	if s.Scale == 0 {
		return style{k: 1}
	}
	return style{k: s.Scale}
}

// pt scales a length in points.
func (s style) pt(points float64) vg.Length { return vg.Points(points * s.k) }

// Text sizes. Six points is the smallest that prints well.
func (s style) tickSize() vg.Length        { return s.pt(6.5) }
func (s style) smallSize() vg.Length       { return s.pt(6) }
func (s style) textSize() vg.Length        { return s.pt(7.5) }
func (s style) figureTitleSize() vg.Length { return s.pt(8.5) }
func (s style) titleLine() vg.Length       { return s.pt(9) }

// Line widths.
func (s style) curveWidth() vg.Length { return s.pt(1.1) }
func (s style) cloudWidth() vg.Length { return s.pt(0.6) }
func (s style) axisWidth() vg.Length  { return s.pt(0.5) }
func (s style) gridWidth() vg.Length  { return s.pt(0.35) }
func (s style) refWidth() vg.Length   { return s.pt(0.7) }

// Greys of everything that isn't data.
var (
	ink       = color.NRGBA{0x22, 0x22, 0x22, 0xff} // text
	axisInk   = color.NRGBA{0x55, 0x55, 0x55, 0xff}
	gridInk   = color.NRGBA{0xe4, 0xe4, 0xe4, 0xff}
	refInk    = color.NRGBA{0x8a, 0x8a, 0x8a, 0xff}
	faintInk  = color.NRGBA{0x6a, 0x6a, 0x6a, 0xff} // small print
	paperTint = color.NRGBA{0xf5, 0xf5, 0xf5, 0xff} // empty cells
)

// fonts is the package's own cache: the global one of gonum can be changed by
// any program that imports us, and figures must not depend on it.
var fonts = font.NewCache(liberation.Collection())

type weight int

const (
	regular weight = iota
	bold
	italic
)

// face returns Liberation Sans in a weight and size.
func face(w weight, size vg.Length) font.Face {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	switch w {
	case bold:
		f.Weight = stdfont.WeightBold
	case italic:
		f.Style = stdfont.StyleItalic
	}
	return fonts.Lookup(f, size)
}
