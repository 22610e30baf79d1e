// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// gridLayout is every position of a grid, worked out before drawing.
type gridLayout struct {
	st             style
	w, h           vg.Length
	cellW, cellH   vg.Length
	x, y           [][]span
	left           []vg.Length  // left edge of each column's frames
	bottom         []vg.Length  // bottom edge of each row's frames
	labels         []vg.Length  // room for direct labels, by column
	titles         [][][]string // of each panel, in lines
	headX          vg.Length    // base line of row heads and of the Y label
	headLines      int          // of row heads
	yLabelX        vg.Length
	headY, titleY  vg.Length // column heads and their title
	xLabelY        vg.Length
	legend         [][]legendEntry
	legendTop      vg.Length
	legendX        vg.Length
	entries        []legendEntry
	firstX, lastX  vg.Length
	firstY, upperY vg.Length
}

// layout places everything in the width w and the height h; h = 0 lets the
// panels' aspect decide. reserve is kept free at the bottom.
func (g *Grid) layout(st style, w, h, reserve vg.Length) (*gridLayout, error) {
	rows, cols := len(g.Panels), len(g.Panels[0])
	l := &gridLayout{st: st, w: w}
	l.x, l.y = g.ranges()

	// Across: edge, Y label, row heads, then for each column tick labels,
	// frame, direct labels.
	edge := st.pt(2)
	x := edge
	if g.YLabel != "" {
		x += st.textSize()
		l.yLabelX = x
		x += st.pt(3.5)
	}
	if len(g.RowHeads) > 0 {
		x += st.textSize()
		l.headLines = 1
		about := ((w-x)/vg.Length(cols) - st.pt(16)) * vg.Length(g.Aspect) // a panel's height
		for _, h := range g.RowHeads {
			if textWidth(face(bold, st.textSize()), h) > about+st.pt(5) {
				l.headLines = 2
			}
		}
		x += st.titleLine() * vg.Length(l.headLines-1)
		l.headX = x
		x += st.pt(2)
	}
	tick := face(regular, st.tickSize())
	l.labels = make([]vg.Length, cols)
	l.left = make([]vg.Length, cols)
	lead := make([]vg.Length, cols) // what stands before each column's frame
	free := w - x
	for c := 0; c < cols; c++ {
		if c == 0 || !g.ShareY {
			for r := 0; r < rows; r++ {
				if p := g.Panels[r][c]; !p.Skip {
					lead[c] = max(lead[c], yLabelWidth(st, l.y[r][c], p)+st.pt(4.5))
				}
			}
		}
		if c > 0 {
			lead[c] += st.pt(6)
			for r := range rows { // the last number of a step axis, and the 0 beside it
				if hi := l.x[r][c-1].hi; g.Panels[r][c-1].XSteps && g.ShareY && decade(hi) {
					lead[c] = max(lead[c], (tick.Width(stepLabel(hi))+tick.Width("0"))/2+st.pt(3.5))
				}
			}
			if p := g.Panels[0][c]; !p.XSteps && g.ShareY { // the number at one end, and that at the next one's beginning
				lead[c] += st.pt(7)
			}
		}
		for r := 0; r < rows; r++ {
			p := g.Panels[r][c]
			if p.Heat != nil {
				l.labels[c] = max(l.labels[c], p.Heat.scaleWidth(st))
			}
			if !p.DirectLabels || p.blank() {
				continue
			}
			for _, cv := range p.Curves {
				// Longer labels are shortened rather than the panels.
				room := min(textWidth(tick, cv.Label)+st.pt(8), w*0.35/vg.Length(cols))
				l.labels[c] = max(l.labels[c], room)
			}
			for _, ref := range p.References {
				l.labels[c] = max(l.labels[c], min(textWidth(tick, ref.Label)+st.pt(8), w*0.35/vg.Length(cols)))
			}
		}
		free -= lead[c] + l.labels[c]
	}
	l.entries = g.legend()
	most := w - 2*edge
	if g.Legend == LegendRight {
		most = w * 0.35
	}
	for i := range l.entries {
		l.entries[i].name = fit(face(regular, st.textSize()), l.entries[i].name, most-st.legendSample()-st.pt(3))
	}
	var legendW vg.Length
	switch g.Legend {
	case LegendRight:
		for _, e := range l.entries {
			legendW = max(legendW, e.width(st)+st.pt(8))
		}
		free -= legendW
	case LegendNone:
		l.entries = nil
	}
	right := st.pt(6) // the last tick label's overhang
	l.cellW = (free - right) / vg.Length(cols)
	if most := st.pt(235); g.heat() && l.cellW > most { // as tall as it is wide: keep it on a page
		x += (l.cellW - most) * vg.Length(cols) / 2
		l.yLabelX += (l.cellW - most) * vg.Length(cols) / 2
		l.headX += (l.cellW - most) * vg.Length(cols) / 2
		l.cellW = most
	}
	if l.cellW < st.pt(14) {
		return nil, fmt.Errorf("figure width %.3g in is too small for %d columns of panels: use a wider size or fewer columns", float64(w)/72, cols)
	}
	for c := 0; c < cols; c++ {
		x += lead[c]
		l.left[c] = x
		x += l.cellW + l.labels[c]
	}
	l.firstX, l.lastX = l.left[0], l.left[cols-1]+l.cellW
	l.legendX = x + st.pt(8)

	// Down: edge, column title, column heads, then for each row its title,
	// frame, tick labels; the X label, the legend.
	var above vg.Length
	if g.ColumnTitle != "" {
		above += st.pt(9.5)
		l.titleY = above - st.pt(2)
	}
	if len(g.ColumnHeads) > 0 {
		above += st.pt(10)
		l.headY = above - st.pt(3)
	}
	above = max(above, st.pt(5))
	over := make([]vg.Length, rows)
	under := make([]vg.Length, rows)
	fixed := above
	for r := 0; r < rows; r++ {
		if r > 0 {
			over[r] = st.pt(6)
		}
		label := false
		titles := make([][]string, cols)
		lines := 0
		for c, p := range g.Panels[r] {
			titles[c] = wrap(face(bold, st.textSize()), p.Title, l.cellW+l.labels[c]+st.pt(4), 3)
			lines = max(lines, len(titles[c]))
			label = label || p.XLabel != ""
		}
		l.titles = append(l.titles, titles)
		if lines > 0 {
			over[r] = st.pt(12) + st.titleLine()*vg.Length(lines-1)
			if r > 0 {
				over[r] += st.pt(3)
			}
		}
		if g.labelsX(r) {
			under[r] = st.pt(4.5) + st.tickSize()
		}
		if label {
			under[r] += st.textSize() + st.pt(1)
		}
		fixed += over[r] + under[r]
	}
	if g.XLabel != "" {
		fixed += st.textSize() + st.pt(1.5)
	}
	if g.Legend == LegendBelow {
		l.legend = legendRows(st, l.entries, w-2*edge)
		if n := len(l.legend); n > 0 {
			fixed += st.legendLine()*vg.Length(n) + st.pt(3)
		}
	}
	fixed += edge + reserve
	if h == 0 {
		l.cellH = l.cellW * vg.Length(g.Aspect)
		l.h = fixed + l.cellH*vg.Length(rows)
		if g.Legend == LegendRight {
			l.h = max(l.h, above+st.legendLine()*vg.Length(len(l.entries))+edge)
		}
	} else {
		l.h = h
		l.cellH = (h - fixed) / vg.Length(rows)
	}
	if l.cellH < st.pt(10) {
		return nil, fmt.Errorf("figure height %.3g in is too small for %d rows of panels: use a taller size, or height 0", float64(h)/72, rows)
	}
	y := l.h - above
	l.titleY, l.headY = l.h-l.titleY, l.h-l.headY
	l.upperY = y
	for r := 0; r < rows; r++ {
		y -= over[r] + l.cellH
		l.bottom = append(l.bottom, y)
		y -= under[r]
	}
	l.firstY = l.bottom[rows-1]
	if g.XLabel != "" {
		y -= st.textSize() + st.pt(1.5)
		l.xLabelY = y + st.pt(2.5)
	}
	l.legendTop = y - st.pt(3)
	return l, nil
}

// heat says that all panels are heat maps.
func (g *Grid) heat() bool {
	for _, row := range g.Panels {
		for _, p := range row {
			if p.Heat == nil && !p.Skip {
				return false
			}
		}
	}
	return true
}

// labelsX says that a panel of a row has numbers on its X axis.
func (g *Grid) labelsX(r int) bool {
	for k := range g.Panels[r] {
		if !g.labelledBelow(r, k) {
			return true
		}
	}
	return false
}

// labelledBelow says that the numbers on a panel's X axis are those of a panel below it.
func (g *Grid) labelledBelow(r, k int) bool {
	for _, row := range g.Panels[r+1:] {
		if g.ShareX && !row[k].Skip {
			return true
		}
	}
	return false
}

// placed is a text with its place.
type placed struct {
	text  string
	at    vg.Point
	by    anchor
	up    bool // read from below
	bold  bool
	color color.NRGBA
}

// texts are the grid's titles, heads and labels of axes.
func (g *Grid) texts(l *gridLayout) (list []placed) {
	st := l.st
	head, text := face(bold, st.textSize()), face(regular, st.textSize())
	add := func(x, y vg.Length, by anchor, up, heavy bool, txt string) {
		if txt != "" {
			list = append(list, placed{txt, vg.Point{X: x, Y: y}, by, up, heavy, ink})
		}
	}
	for r, row := range g.Panels {
		for k, p := range row {
			x, y := l.left[k], l.bottom[r]
			for i, line := range l.titles[r][k] {
				add(x, y+l.cellH+st.pt(4.5)+st.titleLine()*vg.Length(len(l.titles[r][k])-1-i), anchor{0, 0}, false, true, line)
			}
			add(x+l.cellW/2, y-st.pt(5)-st.tickSize(), anchor{0.5, 1}, false, false, p.XLabel)
		}
	}
	midX, midY := (l.firstX+l.lastX)/2, (l.bottom[0]+l.cellH+l.firstY)/2
	add(midX, l.titleY, anchor{0.5, 0}, false, false, g.ColumnTitle)
	for k, h := range g.ColumnHeads {
		add(l.left[k]+l.cellW/2, l.headY, anchor{0.5, 0}, false, true, fit(head, h, l.cellW+st.pt(5)))
	}
	for r, h := range g.RowHeads {
		lines := wrap(head, h, l.cellH+st.pt(5), l.headLines)
		for i, line := range lines {
			add(l.headX-st.titleLine()*vg.Length(len(lines)-1-i), l.bottom[r]+l.cellH/2, anchor{0.5, 0}, true, true, line)
		}
	}
	add(l.yLabelX, midY, anchor{0.5, 0}, true, false, fit(text, g.YLabel, l.h*0.95))
	add(midX, l.xLabelY, anchor{0.5, 0}, false, false, g.XLabel)
	return list
}

// frame is that of a panel.
func (g *Grid) frame(l *gridLayout, r, k int) frame {
	f := newFrame(l.st, vg.Rectangle{
		Min: vg.Point{X: l.left[k], Y: l.bottom[r]},
		Max: vg.Point{X: l.left[k] + l.cellW, Y: l.bottom[r] + l.cellH},
	}, g.Panels[r][k], l.x[r][k], l.y[r][k])
	f.noLabelX = g.labelledBelow(r, k)
	f.noLabelY = g.ShareY && k > 0
	return f
}

// draw draws the grid.
func (g *Grid) draw(c vg.Canvas, l *gridLayout) {
	st := l.st
	for r, row := range g.Panels {
		for k, p := range row {
			if !p.Skip {
				drawPanel(c, g.frame(l, r, k), p, l.labels[k])
			}
		}
	}
	for _, t := range g.texts(l) {
		w, rot := regular, 0.0
		if t.bold {
			w = bold
		}
		if t.up {
			rot = math.Pi / 2
		}
		drawText(c, face(w, st.textSize()), t.color, t.at, t.by, rot, t.text)
	}
	switch g.Legend {
	case LegendBelow:
		drawLegendBelow(c, st, l.legend, 0, l.w, l.legendTop)
	case LegendRight:
		for i, e := range l.entries {
			e.draw(c, st, vg.Point{X: l.legendX, Y: l.upperY - st.legendLine()*(vg.Length(i)+0.5)})
		}
	}
}
