// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// GroupLines is what pristine and corrupt examples contribute over the steps of
// one run.
type GroupLines struct {
	Steps             []float64
	Pristine, Corrupt Line
}

// GroupRow is a row of [Figure2] or [Figure3]: the real world, a null world, a
// layer.
type GroupRow struct {
	Name  string
	Cells []*GroupLines // one a noise level; nil is drawn as missing
}

// GroupsData is the data of [Figure2] and [Figure3].
type GroupsData struct {
	Meta
	Noises []float64 // the columns' shares of label noise, in [0, 1]
	Rows   []GroupRow
}

// Figure2 draws Figure 2 of the paper: f^p and f^c, the parts of the squared
// gradient that pristine and corrupt examples contribute, over log steps. A
// column is a noise level; the first row is the real world, those below are
// null worlds, or whatever their names say. f^p + f^c = 1, and either may leave
// [0, 1]: the axis goes as far as the curves, but no further than from −0.5 to
// 1.5, so that a late step at which the two all but cancel does not flatten
// the rest.
func Figure2(d GroupsData) (*Figure, error) {
	g, err := d.grid("figure 2")
	if err != nil {
		return nil, err
	}
	g.YLabel, g.XLabel, g.ShareX, g.ShareY = "part of the squared gradient", "step", true, true
	all := span{0, 1}
	for _, row := range g.Panels {
		for _, p := range row {
			if p != nil {
				all.join(p.ySpan())
			}
		}
	}
	for _, row := range g.Panels {
		for _, p := range row {
			if p != nil {
				p.XSteps = true
				p.YMin, p.YMax = max(all.lo, -0.5), min(all.hi, 1.5)
				p.References = []Reference{{Name: "one half", Y: 0.5}}
			}
		}
	}
	return finishGroups("figure 2", d.Meta, g)
}

// Figure3 draws Figure 3 of the paper: i^p and i^c, the mean contribution of
// one pristine and of one corrupt example so far, over the first steps, laid
// out as in [Figure2]. The panels of a column have one range; the figure says
// which power of ten its axis is in.
func Figure3(d GroupsData) (*Figure, error) {
	g, err := d.grid("figure 3")
	if err != nil {
		return nil, err
	}
	columns := make([]span, len(d.Noises))
	largest := 0.0
	for c := range columns {
		columns[c] = span{0, 0}
		for _, row := range g.Panels {
			if row[c] != nil {
				columns[c].join(row[c].ySpan())
			}
		}
		largest = max(largest, -columns[c].lo, columns[c].hi)
	}
	unit := 1.0
	if largest > 0 {
		unit = math.Pow(10, math.Floor(math.Log10(largest)))
	}
	if unit == 0 || math.IsInf(unit, 0) {
		unit = 1
	}
	for _, row := range g.Panels {
		for c, p := range row {
			if p == nil {
				continue
			}
			for i := range p.Curves {
				cv := &p.Curves[i]
				for _, list := range []*[]float64{&cv.Y, &cv.Lo, &cv.Hi} {
					scaled := make([]float64, len(*list))
					for k, v := range *list {
						scaled[k] = v / unit
					}
					*list = scaled
				}
			}
			if s := (span{columns[c].lo / unit, columns[c].hi / unit}); s.hi > s.lo {
				p.YMin, p.YMax = s.lo, s.hi+0.05*(s.hi-s.lo)
				if s.lo < 0 {
					p.YMin = s.lo - 0.05*(s.hi-s.lo)
				}
			}
		}
	}
	g.YLabel, g.XLabel, g.ShareX = "contribution so far", "step", true
	if unit != 1 {
		g.YLabel += fmt.Sprintf(" (10^{%s})", strings.ReplaceAll(strconv.Itoa(int(math.Round(math.Log10(unit)))), "-", "−"))
	}
	g.Aspect = max(g.Aspect, 0.8) // enough for a labelled tick beside 0 at half a text width
	return finishGroups("figure 3", d.Meta, g)
}

// grid checks the data and makes the panels, without axes.
func (d GroupsData) grid(figure string) (Grid, error) {
	g := Grid{ColumnTitle: "label noise"}
	if len(d.Noises) == 0 || len(d.Rows) == 0 {
		return g, fmt.Errorf("%s of %d rows and %d noise levels: give at least one of each", figure, len(d.Rows), len(d.Noises))
	}
	g.Aspect = 0.42 + 0.3/float64(len(d.Rows)) // many rows are flat, so that the figure stays on a page
	if n := len(d.Noises); n < 3 {
		g.Aspect *= 0.4 + 0.2*float64(n)
	}
	for _, n := range d.Noises {
		if !(n >= 0 && n <= 1) {
			return g, fmt.Errorf("%s: noise %v is out of range: use 0 to 1", figure, n)
		}
		g.ColumnHeads = append(g.ColumnHeads, percent(n))
	}
	for _, r := range d.Rows {
		if len(r.Cells) != len(d.Noises) {
			return g, fmt.Errorf("%s: %d cells for %d noise levels in the row %q: give one each, nil if missing", figure, len(r.Cells), len(d.Noises), oneLine(r.Name, 60))
		}
		g.RowHeads = append(g.RowHeads, r.Name)
		row := make([]*Panel, len(r.Cells))
		for c, lines := range r.Cells {
			if lines == nil {
				continue
			}
			p := &Panel{}
			for _, group := range []struct {
				name string
				Line
				role Role
			}{{"pristine", lines.Pristine, Pristine}, {"corrupt", lines.Corrupt, Corrupt}} {
				if group.Y != nil {
					p.Curves = append(p.Curves, Curve{Name: group.name, X: lines.Steps, Y: group.Y, Lo: group.Lo, Hi: group.Hi, Role: group.role})
				}
			}
			row[c] = p
		}
		g.Panels = append(g.Panels, row)
	}
	return g, nil
}

func finishGroups(figure string, m Meta, g Grid) (*Figure, error) {
	f, err := NewGrid(m, g)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", figure, err)
	}
	return f, nil
}
