// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

// legendEntry is one line sample with its name.
type legendEntry struct {
	name string
	col  color.NRGBA
	dash Dash
	ref  bool
	band bool
	kind entryKind
	mark mark // of marked
}

// entryKind is what an entry shows beside its name.
type entryKind int

const (
	lined entryKind = iota
	lineAndMarks
	marked
	filled
	striped
	upright // upright lines, as stripes are level ones
	crossed
	vertical
)

// bar says that an entry shows a filled rectangle.
func (k entryKind) bar() bool { return k >= filled && k <= crossed }

// legend is the grid's legend: its keys, or else every name in its panels.
func (g *Grid) legend() []legendEntry {
	all := legendEntries(g.Panels)
	if len(g.Keys) == 0 {
		return all
	}
	var out []legendEntry
	for i, k := range g.Keys {
		if !k.Neutral && !g.shows(k, i) {
			continue
		}
		e := legendEntry{name: k.Name, col: roleColor(k.Role, i), dash: roleDash(k.Role, k.Dash, i)}
		if k.Neutral {
			e.col = axisInk
		}
		out = append(out, e)
	}
	for _, e := range all {
		if e.ref {
			out = append(out, e)
		}
	}
	return out
}

// shows says that some curve with points has a key's look, whatever its dashes.
func (g *Grid) shows(k Key, i int) bool {
	for _, row := range g.Panels {
		for _, p := range row {
			for j, c := range p.Curves {
				if c.drawable(p.LogY) && roleColor(c.Role, j) == roleColor(k.Role, i) {
					return true
				}
			}
		}
	}
	return false
}

// drawable says that a curve has a point to be drawn.
func (c *Curve) drawable(log bool) bool {
	for _, y := range c.Y {
		if finite(y) && (!log || y > 0) {
			return true
		}
	}
	return false
}

// legendEntries collects the names of all panels in order of appearance, each
// look once, but for curves without a point and for what has its name at its line, with a band if it has one in some panel; reference lines come last.
func legendEntries(panels [][]*Panel) []legendEntry {
	var curves, refs []legendEntry
	seen := map[legendEntry]int{} // by look: its place in its list
	add := func(to *[]legendEntry, e legendEntry) {
		look := e
		look.band = false
		if i, ok := seen[look]; ok {
			(*to)[i].band = (*to)[i].band || e.band
			return
		}
		if e.name != "" {
			seen[look] = len(*to)
			*to = append(*to, e)
		}
	}
	for _, row := range panels {
		for _, p := range row {
			if p == nil {
				continue
			}
			for i, c := range p.Curves {
				if c.drawable(p.LogY) && (!p.DirectLabels || c.Label == "" || c.Role == Cloud) {
					add(&curves, c.entry(i))
				}
			}
			if l := p.layer(); l != nil {
				for _, e := range l.entries() {
					add(&curves, e)
				}
			}
			for _, v := range p.Verticals {
				add(&refs, legendEntry{name: v.Name, col: verticalInk, dash: verticalDash, kind: vertical})
			}
			for _, r := range p.References {
				if p.DirectLabels && r.Label != "" {
					continue
				}
				add(&refs, legendEntry{name: r.Name, col: refInk, ref: true})
			}
		}
	}
	return append(curves, refs...)
}

func (s style) legendSample() vg.Length { return s.pt(17) }
func (s style) legendLine() vg.Length   { return s.pt(10.5) }

func (e legendEntry) width(st style) vg.Length {
	return st.legendSample() + st.pt(3) + st.textRoom(face(regular, st.textSize()), e.name)
}

// draw draws the entry with its left end at pt, which is at mid height.
func (e legendEntry) draw(c vg.Canvas, st style, pt vg.Point) {
	end := vg.Point{X: pt.X + st.legendSample(), Y: pt.Y}
	h := st.pt(2.6)
	swatch := vg.Rectangle{Min: vg.Point{X: end.X - st.pt(9), Y: pt.Y - h}, Max: vg.Point{X: end.X, Y: pt.Y + h}}
	switch {
	case e.kind.bar():
		drawBar(c, st, e.col, swatch, e.kind)
	case e.kind == marked:
		drawMark(c, st, e.mark, e.col, vg.Point{X: end.X - st.pt(4.5), Y: pt.Y})
	case e.kind == vertical:
		line(c, e.col, st.refWidth()*1.3, e.dash.pattern(st), pt, end)
	case e.ref:
		line(c, e.col, st.refWidth(), nil, pt, end)
	default:
		if e.band {
			h = st.pt(2.4)
			box(c, withAlpha(e.col, 0.18), vg.Rectangle{Min: vg.Point{X: pt.X, Y: pt.Y - h}, Max: vg.Point{X: end.X, Y: pt.Y + h}})
		}
		line(c, e.col, e.lineWidth(st), e.dash.pattern(st), pt, end)
		if e.kind == lineAndMarks {
			drawMark(c, st, e.mark, e.col, vg.Point{X: (pt.X + end.X) / 2, Y: pt.Y})
		}
	}
	drawText(c, face(regular, st.textSize()), ink, vg.Point{X: end.X + st.pt(3), Y: pt.Y}, anchor{0, 0.5}, 0, e.name)
}

// legendRows breaks the entries into rows no wider than w.
func legendRows(st style, es []legendEntry, w vg.Length) [][]legendEntry {
	var rows [][]legendEntry
	var used vg.Length
	for _, e := range es {
		ew := e.width(st)
		if len(rows) == 0 || used+st.pt(11)+ew > w {
			rows = append(rows, nil)
			used = -st.pt(11)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		used += st.pt(11) + ew
	}
	return rows
}

// drawLegendBelow draws the rows centred between x0 and x1, downwards from top.
func drawLegendBelow(c vg.Canvas, st style, rows [][]legendEntry, x0, x1, top vg.Length) {
	for i, row := range rows {
		if tex, ok := c.(*texCanvas); ok {
			var names []string
			for _, e := range row {
				names = append(names, e.name)
			}
			y := top - st.legendLine()*(vg.Length(i)+0.5)
			tex.row(face(regular, st.textSize()), names, st.legendSample()+st.pt(3), st.pt(11), x1-x0, func(k int) {
				row[k].draw(c, st, vg.Point{X: x0, Y: y})
			})
			continue
		}
		var w vg.Length
		for j, e := range row {
			if j > 0 {
				w += st.pt(11)
			}
			w += e.width(st)
		}
		x := (x0 + x1 - w) / 2
		y := top - st.legendLine()*(vg.Length(i)+0.5)
		for _, e := range row {
			e.draw(c, st, vg.Point{X: x, Y: y})
			x += e.width(st) + st.pt(11)
		}
	}
}
