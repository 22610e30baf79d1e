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
	raw    []string // TeX that the canvas has no call for, see insert
	widths []string // TeX before the picture, which measures texts
	// measured says that TeX itself has placed what is set now, by its width in the document's font.
	measured bool
}

// FillString sets text that begins at pt.
func (c *texCanvas) FillString(f font.Face, pt vg.Point, text string) { c.text(f, pt, 0, text) }

// text sets a line in a box as wide as it would be in our own font, aligned in
// it as at says (0 left, 1 right). The document's font has other widths: where
// it takes more than a little more room, the line is condensed into it.
func (c *texCanvas) text(f font.Face, pt vg.Point, at float64, txt string) {
	left, right := `\hss `, `\hss`
	switch {
	case at <= 0.25:
		left = ""
	case at >= 0.75:
		right = ""
	}
	w, set := textWidth(f, txt), c.set(f, txt)
	if !c.measured {
		set = fmt.Sprintf(`\setbox0\hbox{%s}\ifdim\wd0>%gpt\resizebox{%gpt}{\height}{\box0}\else\box0\fi`,
			set, float64(tidy(w*texSlack)), float64(tidy(w*texSlack)))
	}
	c.box(f, pt, w, fmt.Sprintf(`\hbox to %gpt{%s%s%s}`, float64(tidy(w)), left, set, right))
}

// texSlack is how much more room than in our font a line may take in the document's before it is condensed.
const texSlack = 1.02

// set is a line as TeX, without its size.
func (c *texCanvas) set(f font.Face, txt string) string {
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
	return b.String()
}

// rawMark is the shift, which no figure has, that stands for the inserted TeX until the file is written.
const rawMark = 16000

// insert writes TeX among the canvas's own.
func (c *texCanvas) insert(tex string) {
	c.raw = append(c.raw, tex)
	c.Canvas.Translate(vg.Point{X: vg.Length(rawMark + len(c.raw))})
}

// inserted puts what insert has into its places, and what measures before the picture.
func (c *texCanvas) inserted(file []byte) []byte {
	if len(c.widths) > 0 {
		const begin = `\begin{pgfpicture}`
		file = bytes.Replace(file, []byte(begin), []byte("\\begingroup%\n"+strings.Join(c.widths, "%\n")+"\\endgroup%\n"+begin), 1)
	}
	for i, tex := range c.raw {
		file = bytes.Replace(file, fmt.Appendf(nil, `\pgftransformshift{\pgfpoint{%dpt}{0pt}}`, rawMark+i+1), []byte(tex), 1)
	}
	return file
}

// row draws things side by side, centred between 0 and w, each of which is a line of text with something of the width
// lead before it, and gap between them. It is TeX that measures the texts: draw draws the i-th thing from x = 0 on.
func (c *texCanvas) row(f font.Face, texts []string, lead, gap, w vg.Length, draw func(i int)) {
	size, first := float64(tidy(f.Font.Size)), len(c.widths)
	for _, txt := range texts { // before the picture, within which no font measures anything
		c.widths = append(c.widths, fmt.Sprintf(`\setbox0\hbox{\fontsize{%gpt}{%gpt}\selectfont %s}\expandafter\xdef\csname cgwidth%d\endcsname{\the\wd0}`,
			size, size, c.set(f, txt), len(c.widths)))
	}
	for i := range texts {
		fixed := tidy((w-vg.Length(len(texts))*lead-vg.Length(len(texts)-1)*gap)/2 + vg.Length(i)*(lead+gap))
		var b strings.Builder
		fmt.Fprintf(&b, `\pgftransformxshift{\dimexpr %gpt`, float64(fixed))
		for k := range texts {
			sign := "-"
			if k < i {
				sign = "+"
			}
			fmt.Fprintf(&b, `%s.5\dimexpr\csname cgwidth%d\endcsname\relax`, sign, first+k)
		}
		c.Push()
		c.insert(b.String() + `\relax}`)
		c.measured = true
		draw(i)
		c.measured = false
		c.Pop()
	}
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
	st := newStyle(s)
	st.reserve = 1.12 // document fonts may be wider than ours
	w, h, err := f.resolveIn(st, s)
	if err != nil {
		return nil, nil, err
	}
	c := &texCanvas{Canvas: vgtex.New(w, h), name: name}
	// An invisible rectangle gives the picture its size.
	box(c, color.NRGBA{0xff, 0xff, 0xff, 0}, vg.Rectangle{Max: vg.Point{X: w, Y: h}})
	if err := f.drawOn(c, st, w, h); err != nil {
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
	return c.inserted(b.Bytes()), c.images, nil
}
