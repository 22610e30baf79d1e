// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// frame is the data area of a panel with its two axes.
type frame struct {
	st       style
	rect     vg.Rectangle
	x, y     span
	steps    StepScale
	isSteps  bool
	percent  bool
	inset    vg.Length // air left and right, so that dots at the ends show
	noLabelX bool
	noLabelY bool
	logY     bool
	layer    layer
}

func newFrame(st style, r vg.Rectangle, p *Panel, x, y span) frame {
	f := frame{st: st, rect: r, x: x, y: y, isSteps: p.XSteps, percent: p.Percent, inset: st.pt(2.5), logY: p.LogY, layer: p.layer()}
	if p.layer() != nil {
		f.inset = 0
	}
	if p.Heat != nil { // the first row is the upper one
		f.y.lo, f.y.hi = f.y.hi, f.y.lo
	}
	if f.isSteps {
		f.steps.Gap = stepGap(x, r.Size().X-2*f.inset, st.pt(9))
	}
	return f
}

// stepGap chooses the distance from step 0 to step 1 in decades: half a decade,
// and at least min where the axis is narrow.
func stepGap(x span, width, min vg.Length) float64 {
	d := math.Log10(math.Max(x.hi, 1))
	gap := 0.5
	if share := float64(min / width); width > 0 && share < 0.4 {
		gap = math.Max(gap, share*d/(1-share))
	}
	return gap
}

func (f frame) px(x float64) vg.Length {
	n := 0.0
	if f.isSteps {
		n = f.steps.Normalize(f.x.lo, f.x.hi, x)
	} else if f.x.hi > f.x.lo {
		n = (x - f.x.lo) / (f.x.hi - f.x.lo)
	}
	n = math.Max(-1, math.Min(2, n))
	return f.rect.Min.X + f.inset + vg.Length(n)*(f.rect.Size().X-2*f.inset)
}

func (f frame) py(y float64) vg.Length {
	n := (y - f.y.lo) / (f.y.hi - f.y.lo)
	if f.logY {
		n = -3
		if y > 0 {
			n = math.Log(y/f.y.lo) / math.Log(f.y.hi/f.y.lo)
		}
	}
	// A value far outside a fixed range must not overflow a file's numbers.
	n = math.Max(-3, math.Min(4, n))
	return f.rect.Min.Y + vg.Length(n)*f.rect.Size().Y
}

func (f frame) yTicks() []plot.Tick {
	n := int(f.rect.Size().Y/f.st.pt(16)) + 1
	if a, ok := f.layer.(axes); ok {
		return a.yTicks(f)
	}
	return yTicks(f.y, f.percent, f.logY, max(2, min(n, 6)))
}

func yTicks(y span, percent, log bool, n int) []plot.Tick {
	unit := 1.0
	if percent {
		unit = 100
	}
	if log {
		ts := logTicks(unit*y.lo, unit*y.hi, n)
		for i := range ts {
			ts[i].Value /= unit
		}
		return ts
	}
	if !percent {
		return linearTicks(y.lo, y.hi, n-1)
	}
	if n >= 5 && y.lo > -0.2 && y.hi < 1.2 {
		n = 5 // quarters, rather than fifths
	}
	ts := linearTicks(100*y.lo, 100*y.hi, n)
	for i := range ts {
		ts[i].Value /= 100
	}
	return ts
}

// yLabelWidth is the room that the labels of a Y axis may need, whatever its
// height turns out to be.
func yLabelWidth(st style, y span, p *Panel) (w vg.Length) {
	fc := face(regular, st.tickSize())
	if a, ok := p.layer().(axes); ok {
		return a.yLabelWidth(fc.Width)
	}
	for n := 2; n <= 6; n++ {
		for _, t := range yTicks(y, p.Percent, p.LogY, n) {
			w = max(w, fc.Width(t.Label))
		}
	}
	return w
}

// xTicks thins the labels until they have room.
func (f frame) xTicks() []plot.Tick {
	fc := face(regular, f.st.tickSize())
	if a, ok := f.layer.(xAxis); ok {
		return a.xTicks(f)
	}
	if !f.isSteps {
		for n := 6; n > 1; n-- {
			if ts := linearTicks(f.x.lo, f.x.hi, n); f.roomFor(ts, fc.Width) {
				return ts
			}
		}
		return linearTicks(f.x.lo, f.x.hi, 1)
	}
	for every := 1; every < 12; every++ {
		ts := StepTicks{Every: every}.Ticks(f.x.lo, f.x.hi)
		if f.roomFor(ts, fc.Width) {
			return ts
		}
		if every == 1 { // the same without the labels at 2 and 5
			for i := range ts {
				if ts[i].Value > 0 && !decade(ts[i].Value) {
					ts[i].Label = ""
				}
			}
			if f.roomFor(ts, fc.Width) {
				return ts
			}
		}
	}
	return StepTicks{Every: 12}.Ticks(f.x.lo, f.x.hi)
}

func (f frame) roomFor(ts []plot.Tick, width func(string) vg.Length) bool {
	end := vg.Length(math.Inf(-1))
	for _, t := range ts {
		if t.Label == "" {
			continue
		}
		x, w := f.px(t.Value), width(t.Label)
		if x-w/2 < end+f.st.pt(2.2) {
			return false
		}
		end = x + w/2
	}
	return true
}

// minorTicks tells whether ticks inside a decade have room to be told apart.
func (f frame) minorTicks() bool {
	return !f.isSteps || f.px(10)-f.px(1) >= f.st.pt(17)
}

// decade tells whether v is a power of ten.
func decade(v float64) bool {
	l := math.Log10(v)
	return v > 0 && math.Abs(l-math.Round(l)) < 1e-9
}

func line(c vg.Canvas, col color.Color, width vg.Length, dashes []vg.Length, pts ...vg.Point) {
	if len(pts) < 2 {
		return
	}
	c.SetColor(col)
	c.SetLineWidth(width)
	c.SetLineDash(dashes, 0)
	p := make(vg.Path, 0, len(pts))
	p.Move(pts[0])
	for _, q := range pts[1:] {
		p.Line(q)
	}
	c.Stroke(p)
}

func polygon(c vg.Canvas, col color.Color, pts ...vg.Point) {
	if len(pts) < 3 {
		return
	}
	c.SetColor(col)
	p := make(vg.Path, 0, len(pts)+1)
	p.Move(pts[0])
	for _, q := range pts[1:] {
		p.Line(q)
	}
	p.Close()
	c.Fill(p)
}

func box(c vg.Canvas, col color.Color, r vg.Rectangle) {
	polygon(c, col, r.Min, vg.Point{X: r.Max.X, Y: r.Min.Y}, r.Max, vg.Point{X: r.Min.X, Y: r.Max.Y})
}

func dot(c vg.Canvas, col color.Color, at vg.Point, radius vg.Length) {
	c.SetColor(col)
	draw.CircleGlyph{}.DrawGlyph(&draw.Canvas{Canvas: c}, draw.GlyphStyle{Color: col, Radius: radius}, at)
}

// drawBack draws what lies behind the data.
func (f frame) drawBack(c vg.Canvas) {
	st, r := f.st, f.rect
	for _, t := range f.yTicks() {
		y := f.py(t.Value)
		line(c, gridInk, st.gridWidth(), nil, vg.Point{X: r.Min.X, Y: y}, vg.Point{X: r.Max.X, Y: y})
	}
	for _, t := range f.xTicks() {
		if _, named := f.layer.(xAxis); named || t.Label == "" {
			continue
		}
		x := f.px(t.Value)
		line(c, gridInk, st.gridWidth(), nil, vg.Point{X: x, Y: r.Min.Y}, vg.Point{X: x, Y: r.Max.Y})
	}
}

// drawAxes draws the two axes with ticks and labels.
func (f frame) drawAxes(c vg.Canvas) {
	st, r := f.st, f.rect
	aw := st.axisWidth()
	fc := face(regular, st.tickSize())
	line(c, axisInk, aw, nil, vg.Point{X: r.Min.X, Y: r.Max.Y}, r.Min, vg.Point{X: r.Max.X, Y: r.Min.Y})

	for _, t := range f.yTicks() {
		y := f.py(t.Value)
		line(c, axisInk, aw, nil, vg.Point{X: r.Min.X, Y: y}, vg.Point{X: r.Min.X - st.pt(2.2), Y: y})
		if !f.noLabelY {
			drawText(c, fc, ink, vg.Point{X: r.Min.X - st.pt(3.6), Y: y}, anchor{1, 0.5}, 0, t.Label)
		}
	}
	minor := f.minorTicks()
	for _, t := range f.xTicks() {
		if t.Label == "" && !minor && !decade(t.Value) {
			continue
		}
		x, l := f.px(t.Value), st.pt(1.2)
		if t.Label != "" {
			l = st.pt(2.2)
		}
		line(c, axisInk, aw, nil, vg.Point{X: x, Y: r.Min.Y}, vg.Point{X: x, Y: r.Min.Y - l})
		if !f.noLabelX {
			drawText(c, fc, ink, vg.Point{X: x, Y: r.Min.Y - st.pt(3.6)}, anchor{0.5, 1}, 0, t.Label)
		}
	}
	if f.isSteps && f.x.lo < 1 && f.x.hi >= 1 {
		f.drawBreak(c)
	}
}

// drawBreak draws the two strokes that break the axis between steps 0 and 1.
func (f frame) drawBreak(c vg.Canvas) {
	st := f.st
	mid := vg.Point{X: (f.px(0) + f.px(1)) / 2, Y: f.rect.Min.Y}
	d, h := st.pt(0.9), st.pt(1.9)
	line(c, color.White, st.pt(1.3), nil, vg.Point{X: mid.X - d, Y: mid.Y}, vg.Point{X: mid.X + d, Y: mid.Y})
	for _, o := range []vg.Length{-d, d} {
		line(c, axisInk, st.axisWidth(), nil,
			vg.Point{X: mid.X + o - h/3, Y: mid.Y - h}, vg.Point{X: mid.X + o + h/3, Y: mid.Y + h})
	}
}
