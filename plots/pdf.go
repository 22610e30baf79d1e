// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"regexp"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// pdfCanvas draws on a PDF page. gonum's own vgpdf writes text in code page
// 1252 (no "ε", no "→"), embeds whole fonts, hides the document's information
// fields and stamps the time; this one embeds the glyphs in use, in Unicode.
type pdfCanvas struct {
	doc   *fpdf.Fpdf
	h     vg.Length
	state pdfState
	stack []pdfState
	fonts map[string]bool
	image int
}

type pdfState struct {
	m      affine
	width  vg.Length
	dashes []vg.Length
	offset vg.Length
	col    color.Color
}

// affine maps (x, y) to (a·x + c·y + e, b·x + d·y + f).
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) apply(p vg.Point) (x, y float64) {
	return m.a*float64(p.X) + m.c*float64(p.Y) + m.e, m.b*float64(p.X) + m.d*float64(p.Y) + m.f
}

// then returns the map that applies n first and m after it.
func (m affine) then(n affine) affine {
	return affine{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

var _ vg.Canvas = (*pdfCanvas)(nil)

func newPDFCanvas(w, h vg.Length) *pdfCanvas {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: w.Points(), Ht: h.Points()}})
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.SetCatalogSort(true)
	doc.SetCreationDate(pdfEpoch)
	doc.SetModificationDate(pdfEpoch)
	doc.AddPage()
	c := &pdfCanvas{doc: doc, h: h, state: pdfState{m: affine{a: 1, d: 1}}, fonts: map[string]bool{}}
	vg.Initialize(c)
	return c
}

// pdfEpoch marks the dates that withoutDates blanks out.
var pdfEpoch = time.Unix(0, 0).UTC()

var pdfDates = regexp.MustCompile(`/(Creation|Mod)Date \(D:19700101000000\)`)

// withoutDates overwrites the dates by spaces, so that no offset changes.
func withoutDates(file []byte) []byte {
	return pdfDates.ReplaceAllFunc(file, func(m []byte) []byte { return bytes.Repeat([]byte{' '}, len(m)) })
}

func (c *pdfCanvas) SetLineWidth(w vg.Length) { c.state.width = w }
func (c *pdfCanvas) SetLineDash(pattern []vg.Length, o vg.Length) {
	c.state.dashes, c.state.offset = pattern, o
}
func (c *pdfCanvas) SetColor(col color.Color) {
	if col == nil {
		col = color.Black
	}
	c.state.col = col
}

func (c *pdfCanvas) Rotate(r float64) {
	sin, cos := math.Sincos(r)
	c.state.m = c.state.m.then(affine{a: cos, b: sin, c: -sin, d: cos})
}

func (c *pdfCanvas) Translate(p vg.Point) {
	c.state.m = c.state.m.then(affine{a: 1, d: 1, e: float64(p.X), f: float64(p.Y)})
}

func (c *pdfCanvas) Scale(x, y float64) { c.state.m = c.state.m.then(affine{a: x, d: y}) }
func (c *pdfCanvas) Push()              { c.stack = append(c.stack, c.state) }
func (c *pdfCanvas) Pop() {
	c.state = c.stack[len(c.stack)-1]
	c.stack = c.stack[:len(c.stack)-1]
}

// at maps to fpdf's coordinates, which have their origin at the top left.
func (c *pdfCanvas) at(p vg.Point) (x, y float64) {
	x, y = c.state.m.apply(p)
	return x, float64(c.h) - y
}

// ink sets the colours; fpdf writes only what changed.
func (c *pdfCanvas) ink() {
	n := color.NRGBAModel.Convert(c.state.col).(color.NRGBA)
	r, g, b := int(n.R), int(n.G), int(n.B)
	c.doc.SetDrawColor(r, g, b)
	c.doc.SetFillColor(r, g, b)
	c.doc.SetTextColor(r, g, b)
	c.doc.SetAlpha(float64(n.A)/255, "Normal")
}

func (c *pdfCanvas) Stroke(p vg.Path) {
	if c.state.width <= 0 {
		return
	}
	c.ink()
	c.doc.SetLineWidth(c.state.width.Points())
	ds := make([]float64, len(c.state.dashes))
	for i, d := range c.state.dashes {
		ds[i] = d.Points()
	}
	c.doc.SetDashPattern(ds, c.state.offset.Points())
	c.path(p)
	c.doc.DrawPath("D")
}

func (c *pdfCanvas) Fill(p vg.Path) {
	c.ink()
	c.path(p)
	c.doc.DrawPath("F")
}

func (c *pdfCanvas) path(p vg.Path) {
	for _, comp := range p {
		x, y := c.at(comp.Pos)
		switch comp.Type {
		case vg.MoveComp:
			c.doc.MoveTo(x, y)
		case vg.LineComp:
			c.doc.LineTo(x, y)
		case vg.ArcComp:
			c.arc(comp)
		case vg.CurveComp:
			if len(comp.Control) == 2 {
				ax, ay := c.at(comp.Control[0])
				bx, by := c.at(comp.Control[1])
				c.doc.CurveBezierCubicTo(ax, ay, bx, by, x, y)
			} else if len(comp.Control) == 1 {
				ax, ay := c.at(comp.Control[0])
				c.doc.CurveTo(ax, ay, x, y)
			}
		case vg.CloseComp:
			c.doc.ClosePath()
		}
	}
}

// arc draws an arc as cubic Bézier curves of at most a quarter turn.
func (c *pdfCanvas) arc(comp vg.PathComp) {
	n := int(math.Ceil(math.Abs(comp.Angle)/(math.Pi/2) - 1e-9))
	if n == 0 {
		return
	}
	step := comp.Angle / float64(n)
	k := vg.Length(4.0 / 3 * math.Tan(step/4))
	on := func(a float64) (p, tangent vg.Point) {
		sin, cos := math.Sincos(a)
		r := comp.Radius
		return vg.Point{X: comp.Pos.X + r*vg.Length(cos), Y: comp.Pos.Y + r*vg.Length(sin)}, vg.Point{X: -r * vg.Length(sin), Y: r * vg.Length(cos)}
	}
	for i := 0; i < n; i++ {
		p, tp := on(comp.Start + float64(i)*step)
		q, tq := on(comp.Start + float64(i+1)*step)
		if i == 0 {
			c.doc.LineTo(c.at(p))
		}
		ax, ay := c.at(vg.Point{X: p.X + k*tp.X, Y: p.Y + k*tp.Y})
		bx, by := c.at(vg.Point{X: q.X - k*tq.X, Y: q.Y - k*tq.Y})
		x, y := c.at(q)
		c.doc.CurveBezierCubicTo(ax, ay, bx, by, x, y)
	}
}

func (c *pdfCanvas) FillString(f font.Face, pt vg.Point, text string) {
	if f.Font.Size <= 0 || text == "" {
		return
	}
	name := f.Name()
	if !c.fonts[name] {
		var raw bytes.Buffer
		if _, err := f.Face.WriteSourceTo(nil, &raw); err != nil {
			c.doc.SetErrorf("font %s: %v", name, err)
			return
		}
		c.doc.AddUTF8FontFromBytes(name, "", raw.Bytes())
		c.fonts[name] = true
	}
	c.ink()
	c.doc.SetFont(name, "", f.Font.Size.Points())
	x, y := c.at(pt)
	m := c.state.m
	if angle := math.Atan2(m.b, m.a); math.Abs(angle) > 1e-12 {
		c.doc.TransformBegin()
		c.doc.TransformRotate(angle*180/math.Pi, x, y)
		defer c.doc.TransformEnd()
	}
	c.doc.Text(x, y, text)
}

func (c *pdfCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		c.doc.SetErrorf("image: %v", err)
		return
	}
	c.image++
	name := fmt.Sprintf("image%d", c.image)
	opts := fpdf.ImageOptions{ImageType: "png"}
	c.doc.SetAlpha(1, "Normal")
	c.doc.RegisterImageOptionsReader(name, opts, &b)
	x, y := c.at(vg.Point{X: r.Min.X, Y: r.Max.Y})
	c.doc.ImageOptions(name, x, y, r.Size().X.Points(), r.Size().Y.Points(), false, opts, 0, "")
}

// pdf encodes the figure; caption and provenance are the document's subject
// and keywords.
func (f *Figure) pdf(s Size) ([]byte, error) {
	w, h, err := f.resolve(s)
	if err != nil {
		return nil, err
	}
	c := newPDFCanvas(w, h)
	c.doc.SetCreator(software, true)
	c.doc.SetSubject(f.Caption(), true)
	c.doc.SetKeywords(strings.Join(f.provenanceLines(), "; "), true)
	if err := f.drawOn(c, newStyle(s), w, h); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := c.doc.Output(&b); err != nil {
		return nil, fmt.Errorf("encoding PDF: %w", err)
	}
	return withoutDates(b.Bytes()), nil
}
