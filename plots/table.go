// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
)

// Table is a figure's raw numbers, one observation a row, as text that keeps
// every digit of a float64.
type Table struct {
	Columns []string
	Rows    [][]string
}

// csv encodes the table, with the comments above it as "# " lines.
func (t Table) csv(comments []string) ([]byte, error) {
	var b bytes.Buffer
	for _, c := range comments {
		b.WriteString("# " + c + "\n")
	}
	w := csv.NewWriter(&b)
	if err := w.Write(t.Columns); err != nil {
		return nil, err
	}
	if err := w.WriteAll(t.Rows); err != nil {
		return nil, err
	}
	return b.Bytes(), w.Error()
}

// number writes v so that it reads back the same; a missing value is empty.
func number(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// table is the grid's curves and reference lines in long form. lo and hi are
// empty where there is no band; x is empty for a reference line, y for a
// vertical one. A bar's x is its category, a histogram's lo and hi are the
// edges of a bin and y what is in it, and a cell of a heat map has its column
// as x, its row as y, and its value as lo and hi.
func (g *Grid) table() Table {
	t := Table{Columns: []string{"row", "column", "curve", "x", "y", "lo", "hi"}}
	head := func(heads []string, i int) string {
		if i < len(heads) {
			return heads[i]
		}
		return strconv.Itoa(i)
	}
	for r, row := range g.Panels {
		for c, p := range row {
			rh, ch := head(g.RowHeads, r), head(g.ColumnHeads, c)
			if p.Title != "" && len(g.ColumnHeads) == 0 {
				ch = p.Title
			}
			for _, cv := range p.Curves {
				for i := range cv.X {
					lo, hi := "", ""
					if len(cv.Lo) > 0 {
						lo, hi = number(cv.Lo[i]), number(cv.Hi[i])
					}
					t.Rows = append(t.Rows, []string{rh, ch, cv.Name, number(cv.X[i]), number(cv.Y[i]), lo, hi})
				}
			}
			if l := p.layer(); l != nil {
				for _, values := range l.rows() {
					t.Rows = append(t.Rows, append([]string{rh, ch}, values...))
				}
			}
			for _, v := range p.Verticals {
				t.Rows = append(t.Rows, []string{rh, ch, v.Name, number(v.X), "", "", ""})
			}
			for _, ref := range p.References {
				name := ref.Name
				if name == "" {
					name = ref.Label
				}
				t.Rows = append(t.Rows, []string{rh, ch, name, "", number(ref.Y), "", ""})
			}
		}
	}
	return t
}
