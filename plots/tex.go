// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgtex"
)

// texCanvas is gonum's PGF canvas with text escaped for LaTeX, coordinates TeX
// can read (no exponents), colours that aren't premultiplied, and pictures in
// files named after the figure instead of after the time.
type texCanvas struct {
	*vgtex.Canvas
	name   string
	images [][]byte
	err    error
}

// FillString sets text that begins at pt.
func (c *texCanvas) FillString(f font.Face, pt vg.Point, text string) { c.text(f, pt, 0, text) }

// text sets a line in a box as wide as it would be in our own font, aligned in
// it as at says (0 left, 1 right): the document's font has other widths.
func (c *texCanvas) text(f font.Face, pt vg.Point, at float64, txt string) {
	var b strings.Builder
	if f.Font.Weight > 0 {
		b.WriteString(`\bfseries `)
	} else if f.Font.Style > 0 {
		b.WriteString(`\itshape `)
	}
	for _, s := range segments(f, txt) {
		set, err := texEscape(s.text)
		if err != nil && c.err == nil {
			c.err = err
		}
		switch {
		case s.rise < 0:
			set = `\textsubscript{` + set + `}`
		case s.rise > 0:
			set = `\textsuperscript{` + set + `}`
		}
		b.WriteString(set)
	}
	left, right := `\hss `, `\hss`
	switch {
	case at <= 0.25:
		left = ""
	case at >= 0.75:
		right = ""
	}
	w := textWidth(f, txt)
	c.box(f, pt, w, fmt.Sprintf(`\hbox to %gpt{%s%s%s}`, float64(tidy(w)), left, b.String(), right))
}

// box writes TeX text whose width is w, with its left end at pt.
func (c *texCanvas) box(f font.Face, pt vg.Point, w vg.Length, tex string) {
	f.Font.Size = tidy(f.Font.Size)
	// gonum's canvas centres what it gets at pt.X + f.Width(tex)/2.
	mid := tidy(pt.X + w/2)
	c.Canvas.FillString(f, vg.Point{X: mid - 0.5*f.Width(tex), Y: tidy(pt.Y)}, tex)
}

func (c *texCanvas) SetColor(col color.Color) {
	if col == nil {
		col = color.Black
	}
	c.Canvas.SetColor(straight{color.NRGBAModel.Convert(col).(color.NRGBA)})
}

// straight hands out its components without multiplying them by its opacity,
// as PGF wants them.
type straight struct{ color.NRGBA }

func (s straight) RGBA() (r, g, b, a uint32) {
	return uint32(s.R) * 0x101, uint32(s.G) * 0x101, uint32(s.B) * 0x101, uint32(s.A) * 0x101
}

func (c *texCanvas) Translate(p vg.Point) { c.Canvas.Translate(tidyPoint(p)) }
func (c *texCanvas) Rotate(r float64)     { c.Canvas.Rotate(r) }
func (c *texCanvas) SetLineWidth(w vg.Length) {
	c.Canvas.SetLineWidth(tidy(w))
}

func (c *texCanvas) SetLineDash(p []vg.Length, o vg.Length) {
	q := make([]vg.Length, len(p))
	for i := range p {
		q[i] = tidy(p[i])
	}
	c.Canvas.SetLineDash(q, tidy(o))
}

func (c *texCanvas) Stroke(p vg.Path) { c.Canvas.Stroke(tidyPath(p)) }
func (c *texCanvas) Fill(p vg.Path)   { c.Canvas.Fill(tidyPath(p)) }

func (c *texCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		c.err = err
		return
	}
	c.images = append(c.images, b.Bytes())
	sz := r.Size()
	c.SetColor(color.Black) // and not a transparent one, which would hide it
	c.box(face(regular, vg.Points(8)), r.Min, sz.X,
		fmt.Sprintf(`\pgfimage[width=%gpt,height=%gpt]{%s}`, float64(tidy(sz.X)), float64(tidy(sz.Y)), texImageName(c.name, len(c.images))))
}

func texImageName(name string, i int) string { return fmt.Sprintf("%s-%d", name, i) }

// tidy turns a length into TeX's points (72.27 to the inch), rounded to a
// thousandth, so that it is never written with an exponent, which TeX can't read.
func tidy(v vg.Length) vg.Length {
	v = vg.Length(math.Round(float64(v)*(72.27/72)*1e3) / 1e3)
	if v == 0 {
		return 0 // not −0
	}
	return v
}

func tidyPoint(p vg.Point) vg.Point { return vg.Point{X: tidy(p.X), Y: tidy(p.Y)} }

func tidyPath(p vg.Path) vg.Path {
	out := make(vg.Path, 0, len(p)+1)
	var start vg.Point
	for _, q := range p {
		q.Pos, q.Radius = tidyPoint(q.Pos), tidy(q.Radius)
		ctrl := make([]vg.Point, len(q.Control))
		for i := range ctrl {
			ctrl[i] = tidyPoint(q.Control[i])
		}
		q.Control = ctrl
		if q.Type == vg.MoveComp {
			start = q.Pos
		}
		if q.Type == vg.CloseComp { // the canvas writes a close as a comment
			q = vg.PathComp{Type: vg.LineComp, Pos: start}
		}
		out = append(out, q)
	}
	return out
}

// tex encodes the figure as a PGF picture to be \input in a LaTeX document
// that loads pgf, text set in the document's own font. name is the file's name
// without its ending; pictures inside the figure come back as extra files.
func (f *Figure) tex(s Size, name string) ([]byte, [][]byte, error) {
	w, h, err := f.resolve(s)
	if err != nil {
		return nil, nil, err
	}
	c := &texCanvas{Canvas: vgtex.New(w, h), name: name}
	// An invisible rectangle gives the picture its size.
	box(c, color.NRGBA{0xff, 0xff, 0xff, 0}, vg.Rectangle{Max: vg.Point{X: w, Y: h}})
	if err := f.drawOn(c, newStyle(s), w, h); err != nil {
		return nil, nil, err
	}
	if c.err != nil {
		return nil, nil, c.err
	}
	var b bytes.Buffer
	for _, l := range f.provenanceLines() {
		b.WriteString("% " + l + "\n")
	}
	if _, err := c.WriteTo(&b); err != nil {
		return nil, nil, fmt.Errorf("encoding PGF: %w", err)
	}
	return b.Bytes(), c.images, nil
}
