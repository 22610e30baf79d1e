// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import "fmt"

// GridData is the data of [WinsorizedGrid].
type GridData struct {
	Meta
	// Noises are the columns' shares of label noise in [0, 1], Cs the rows'
	// percentages of winsorization in [0, 50).
	Noises, Cs []float64
	// Cells is indexed by row (c) and column (noise); a nil cell, or one
	// without a value, is drawn as an empty frame that says "no record".
	Cells [][]*Evaluations
}

// WinsorizedGrid draws Figure 4 of the paper: a column for each noise level, a
// row for each c, and in each cell train accuracy, test accuracy and overfit
// over log steps, with the proper accuracy as a reference line. Any number of
// rows and columns from 1 to [MaxGrid].
func WinsorizedGrid(d GridData) (*Figure, error) {
	if len(d.Cells) != len(d.Cs) {
		return nil, fmt.Errorf("winsorized grid: %d rows of cells for %d values of c: give one each", len(d.Cells), len(d.Cs))
	}
	g := Grid{XLabel: "step", YLabel: "accuracy, overfit (%)", ColumnTitle: "label noise", ShareX: true, ShareY: true, Aspect: 0.82}
	// Few columns are wide: keep the figure from growing taller than a page.
	if n := len(d.Noises); n < 4 {
		g.Aspect = 0.4 + 0.1*float64(n)
	}
	for _, n := range d.Noises {
		if !(n >= 0 && n <= 1) {
			return nil, fmt.Errorf("winsorized grid: noise %v is out of range: use 0 to 1", n)
		}
		g.ColumnHeads = append(g.ColumnHeads, percent(n))
	}
	for r, c := range d.Cs {
		if !(c >= 0 && c < 50) {
			return nil, fmt.Errorf("winsorized grid: c = %v is out of range: use 0 to less than 50", c)
		}
		if len(d.Cells[r]) != len(d.Noises) {
			return nil, fmt.Errorf("winsorized grid: %d cells for %d noise levels in the row of c = %v: give one each, nil if missing", len(d.Cells[r]), len(d.Noises), c)
		}
		g.RowHeads = append(g.RowHeads, "c = "+compact(c))
		var row []*Panel
		for k, e := range d.Cells[r] {
			p := &Panel{XSteps: true, Percent: true}
			if e != nil {
				if err := e.check(); err != nil {
					return nil, fmt.Errorf("winsorized grid: c = %v, noise %s: %w", c, percent(d.Noises[k]), err)
				}
				e.curve(p, "train accuracy (noisy labels)", "", e.TrainAccuracy, e.TrainBand, Train, DashAuto)
				e.curve(p, "test accuracy", "", e.TestAccuracy, e.TestBand, Test, DashAuto)
				e.curve(p, "overfit", "", e.Overfit, e.OverfitBand, Overfit, DashAuto)
				e.proper(p, false)
			}
			row = append(row, p)
		}
		g.Panels = append(g.Panels, row)
	}
	f, err := NewGrid(d.Meta, g)
	if err != nil {
		return nil, fmt.Errorf("winsorized grid: %w", err)
	}
	return f, nil
}
