// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

// mark is the shape of a point. Shapes differ so that groups are told apart in grey.
type mark int

const (
	circle mark = iota
	triangle
	square
	diamond
	ring // the same, hollow
	hollowTriangle
	hollowSquare
	hollowDiamond
)

// markOf is the shape of a role; i is the curve's place in its panel.
func markOf(r Role, i int) mark {
	switch {
	case r == Pristine || r == Train || r == Cloud:
		return circle
	case r == Corrupt || r == Test:
		return triangle
	case r == Overfit:
		return square
	}
	if _, ordered := sequential(r); ordered {
		return circle
	}
	return mark(seriesIndex(r, i)) // as many as there are series
}

// drawMark draws a point with a thin white edge, so that those that overlap stay apart.
func drawMark(c vg.Canvas, st style, m mark, col color.NRGBA, at vg.Point) {
	shape := func(col color.Color, r vg.Length) {
		p := func(x, y float64) vg.Point { return vg.Point{X: at.X + vg.Length(x)*r, Y: at.Y + vg.Length(y)*r} }
		switch m % ring {
		case triangle:
			polygon(c, col, p(0, 1.25), p(-1.15, -0.85), p(1.15, -0.85))
		case square:
			polygon(c, col, p(-0.95, -0.95), p(0.95, -0.95), p(0.95, 0.95), p(-0.95, 0.95))
		case diamond:
			polygon(c, col, p(0, -1.3), p(1.3, 0), p(0, 1.3), p(-1.3, 0))
		default:
			dot(c, col, at, r)
		}
	}
	shape(color.White, st.pt(1.95))
	shape(col, st.pt(1.45))
	if m >= ring {
		shape(color.White, st.pt(0.75))
	}
}

// ranged says that the curve has a band that is to be seen: one of a single run has no width.
func (c *Curve) ranged() bool {
	for i, lo := range c.Lo {
		if i < len(c.Hi) && c.Hi[i] > lo {
			return true
		}
	}
	return false
}

// entry is the curve's in the legend; i is its place in its panel.
func (c *Curve) entry(i int) legendEntry {
	e := legendEntry{name: c.Name, col: roleColor(c.Role, i), dash: roleDash(c.Role, c.Dash, i), band: c.ranged()}
	switch {
	case c.Scatter:
		e.kind, e.mark, e.dash = marked, markOf(c.Role, i), DashAuto
	case c.Marks:
		e.kind, e.mark = lineAndMarks, markOf(c.Role, i)
	}
	return e
}

func (e legendEntry) lineWidth(st style) vg.Length {
	if e.col == cloudGrey {
		return st.cloudWidth()
	}
	return st.curveWidth()
}
