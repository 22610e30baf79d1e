// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"

	"gonum.org/v1/plot/vg"
)

// LegendPlace says where the legend of a Grid goes: always outside the frames.
type LegendPlace int

// Places of the legend.
const (
	LegendBelow LegendPlace = iota
	LegendRight
	LegendNone
)

// Key is a legend entry. With Neutral it is drawn in grey, to explain what a
// dash pattern means whatever the colour.
type Key struct {
	Name    string
	Role    Role
	Dash    Dash
	Neutral bool
}

// MaxGrid is the largest number of rows and of columns.
const MaxGrid = 12

// Grid is panels in rows and columns (small multiples).
type Grid struct {
	// Panels is indexed by row and column; rows must have equal lengths. A nil
	// panel is drawn as an empty frame that says "no record".
	Panels [][]*Panel
	// ColumnHeads and RowHeads, where given, name each column and row;
	// ColumnTitle stands above the column heads.
	ColumnTitle           string
	ColumnHeads, RowHeads []string
	// XLabel and YLabel are for the grid as a whole.
	XLabel, YLabel string
	// ShareX and ShareY give all panels one range, labelled at the outer
	// panels only.
	ShareX, ShareY bool
	Legend         LegendPlace
	// Keys, where given, are the legend's curve entries in place of the
	// curves' names; reference lines are added to them.
	Keys []Key
	// Aspect is height over width of a panel; zero means 0.7.
	Aspect float64
	// Reflow stacks a single row of panels in one column where the figure is
	// too narrow to have them side by side.
	Reflow bool
}

// check returns a drawable copy.
func (g Grid) check() (*Grid, error) {
	rows := len(g.Panels)
	if rows == 0 || rows > MaxGrid {
		return nil, fmt.Errorf("grid of %d rows: use 1 to %d", rows, MaxGrid)
	}
	cols := len(g.Panels[0])
	if cols == 0 || cols > MaxGrid {
		return nil, fmt.Errorf("grid of %d columns: use 1 to %d", cols, MaxGrid)
	}
	if len(g.ColumnHeads) != 0 && len(g.ColumnHeads) != cols {
		return nil, fmt.Errorf("%d column headings for %d columns: give one each, or none", len(g.ColumnHeads), cols)
	}
	if len(g.RowHeads) != 0 && len(g.RowHeads) != rows {
		return nil, fmt.Errorf("%d row headings for %d rows: give one each, or none", len(g.RowHeads), rows)
	}
	if !finite(g.Aspect) || g.Aspect < 0 || g.Aspect > 10 {
		return nil, fmt.Errorf("panel aspect %v is out of range: use 0 (meaning 0.7) to 10", g.Aspect)
	}
	if g.Aspect == 0 {
		g.Aspect = 0.7
	}
	g.ColumnTitle, g.XLabel, g.YLabel = oneLine(g.ColumnTitle, 80), oneLine(g.XLabel, 80), oneLine(g.YLabel, 80)
	g.ColumnHeads, g.RowHeads = cleanAll(g.ColumnHeads), cleanAll(g.RowHeads)

	g.Keys = append([]Key(nil), g.Keys...)
	for i := range g.Keys {
		g.Keys[i].Name = oneLine(g.Keys[i].Name, 80)
	}

	// What a missing panel's axes look like is taken from any other one.
	var model Panel
	for _, row := range g.Panels {
		for _, p := range row {
			if p != nil {
				model = Panel{XSteps: p.XSteps, Percent: p.Percent, LogY: p.LogY, YMin: p.YMin, YMax: p.YMax}
			}
		}
	}
	panels := make([][]*Panel, rows)
	for r, row := range g.Panels {
		if len(row) != cols {
			return nil, fmt.Errorf("grid row %d has %d panels, row 0 has %d: fill up with nil", r, len(row), cols)
		}
		panels[r] = make([]*Panel, cols)
		for c, p := range row {
			if p == nil {
				m := model
				panels[r][c] = &m
				continue
			}
			q, err := p.check()
			if err != nil {
				return nil, fmt.Errorf("row %d, column %d: %w", r, c, err)
			}
			panels[r][c] = q
		}
	}
	g.Panels = panels
	return &g, nil
}

func cleanAll(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = oneLine(s, 60)
	}
	return out
}

// reflowed returns the grid as it is drawn at width w.
func (g *Grid) reflowed(st style, w vg.Length) *Grid {
	if !g.Reflow || len(g.Panels) != 1 || len(g.Panels[0]) < 2 {
		return g
	}
	if w/vg.Length(len(g.Panels[0])) >= st.pt(125) {
		return g
	}
	s := *g
	s.Panels = nil
	s.Aspect = min(g.Aspect, 0.5)
	for _, p := range g.Panels[0] {
		s.Panels = append(s.Panels, []*Panel{p})
	}
	s.RowHeads, s.ColumnHeads = nil, nil
	return &s
}

// ranges returns the axis ranges of each panel.
func (g *Grid) ranges() (x, y [][]span) {
	allX, allY := emptySpan(), emptySpan()
	fixed := true
	for _, row := range g.Panels {
		var xs, ys []span
		for _, p := range row {
			px, py := p.xSpan(), p.ySpan()
			allX.join(px)
			allY.join(py)
			fixed = fixed && (p.YMin < p.YMax || p.Skip)
			xs, ys = append(xs, px), append(ys, py)
		}
		x, y = append(x, xs), append(y, ys)
	}
	for r, row := range g.Panels {
		for c, p := range row {
			if g.ShareX || x[r][c].lo > x[r][c].hi {
				x[r][c] = allX
			}
			if g.ShareY || y[r][c].lo > y[r][c].hi {
				y[r][c] = allY
			}
			x[r][c] = xRange(x[r][c], p.XSteps, p.scattered())
			y[r][c] = p.axisY(y[r][c], p.YMin < p.YMax && (!g.ShareY || fixed))
		}
	}
	return x, y
}

// xRange is the range that an X axis shows for the values in s; air is left beside scattered points.
func xRange(s span, steps, air bool) span {
	if s.lo > s.hi {
		if steps {
			return span{0, 10}
		}
		return span{0, 1}
	}
	if s.lo == s.hi {
		if steps {
			// A single evaluation: show it among its neighbours, not on an edge.
			return span{0, max(10, min(s.hi*10, 1e308))}
		}
		return s.padded(false)
	}
	if steps {
		s.hi = max(s.hi, 1)
		return s
	}
	return s.padded(!air)
}
