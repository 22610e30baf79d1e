// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"math"
	"strings"
	"unicode"
)

// manyPanels is from how many panels on a description says where curves end, and not how they get there.
const manyPanels = 7

// describe is the alternative text of a grid: what is to be seen in it, panel by panel, from the numbers.
func (g *Grid) describe() string {
	var all []*Panel
	var heads []string
	missing := 0
	for r, row := range g.Panels {
		for c, p := range row {
			if p.Skip {
				continue
			}
			if p.blank() {
				missing++
				continue
			}
			var head []string
			for _, h := range []string{at(g.RowHeads, r), at(g.ColumnHeads, c), p.Title} {
				if h != "" {
					head = append(head, plainText(h))
				}
			}
			all, heads = append(all, p), append(heads, strings.Join(head, ", "))
		}
	}
	n := len(all) + missing
	over := ""
	x, y := plainText(g.XLabel), plainText(g.YLabel)
	if x == "" && n == 1 {
		x = plainText(g.Panels[0][0].XLabel)
	}
	if x != "" {
		over = " over " + x
	}
	if n == 1 && y != "" {
		over += ", " + y + " upwards"
	}
	var text strings.Builder
	if n > 1 {
		fmt.Fprintf(&text, "%d %ss %s%s", n, kindOf(all), arranged(len(g.Panels), len(g.Panels[0])), over)
		if missing > 0 {
			fmt.Fprintf(&text, ", %d without data", missing)
		}
		text.WriteString(". ")
	}
	for i, p := range all {
		var said []string
		if l := p.layer(); l != nil {
			said = append(said, l.tell())
		}
		said = append(said, p.tellCurves(n >= manyPanels)...)
		line := strings.Join(said, "; ")
		switch {
		case n == 1 && p.layer() == nil && p.Title != "":
			line = capitalised(kindOf(all)) + " of " + plainText(p.Title) + over + logarithmic(p) + ": " + line
		case n == 1 && p.layer() == nil:
			line = capitalised(kindOf(all)) + over + logarithmic(p) + ": " + line
		case n > 1 && heads[i] != "":
			line = heads[i] + ": " + lowered(line)
		}
		if line != "" {
			text.WriteString(strings.TrimSuffix(line, ".") + ". ")
		}
	}
	if len(all) == 0 && n == 1 {
		return "Empty chart" + over + "."
	}
	return strings.TrimSpace(text.String())
}

// arranged says how panels lie.
func arranged(rows, columns int) string {
	switch {
	case rows == 1:
		return "side by side"
	case columns == 1:
		return "one below the other"
	}
	return fmt.Sprintf("in %d rows and %d columns", rows, columns)
}

func logarithmic(p *Panel) string {
	if p.LogY {
		return ", logarithmic"
	}
	return ""
}

// lowered undoes capitalised, where the first word is one of ours.
func lowered(s string) string {
	for _, word := range []string{"Histogram", "Heat map", "Bars"} {
		if strings.HasPrefix(s, word) {
			return string(unicode.ToLower(rune(s[0]))) + s[1:]
		}
	}
	return s
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// kindOf is what panels are called.
func kindOf(panels []*Panel) string {
	kind := ""
	for _, p := range panels {
		k := "line chart"
		switch {
		case p.Heat != nil:
			k = "heat map"
		case p.Histogram != nil:
			k = "histogram"
		case p.Bars != nil:
			k = "bar chart"
		case len(p.Curves) > 0 && p.Curves[0].Scatter:
			k = "scatter plot"
		}
		if kind != "" && kind != k {
			return "chart"
		}
		kind = k
	}
	if kind == "" {
		return "chart"
	}
	return kind
}

// tellCurves says what each curve does; briefly: where it ends.
func (p *Panel) tellCurves(briefly bool) (said []string) {
	axis := p.axisY(p.ySpan(), p.YMin < p.YMax)
	clouds := map[string]int{}
	for i := range p.Curves {
		c := &p.Curves[i]
		if c.Role != Cloud || c.Name == "" {
			continue
		}
		if clouds[c.Name]++; clouds[c.Name] == 1 {
			s, count := emptySpan(), 0
			for _, o := range p.Curves {
				if o.Role == Cloud && o.Name == c.Name {
					count++
					for _, y := range o.Y {
						s.add(y)
					}
				}
			}
			said = append(said, fmt.Sprintf("%s, %d curves from %s to %s", plainText(c.Name), count, p.value(s.lo), p.value(s.hi)))
		}
	}
	for i := range p.Curves {
		c := &p.Curves[i]
		if c.Role == Cloud {
			continue
		}
		name := c.Name
		if name == "" && p.Title == "" { // one without a name is what its panel is about
			name = p.YLabel
		}
		if text := p.tellCurve(c, axis, briefly); text != "" {
			said = append(said, strings.TrimSpace(plainText(name)+text))
		}
	}
	return said
}

func (p *Panel) tellCurve(c *Curve, axis span, briefly bool) string {
	first, last, low, high, n := -1, -1, -1, -1, 0
	for i, y := range c.Y {
		if !finite(y) || p.LogY && y <= 0 {
			continue
		}
		if n++; first < 0 {
			first = i
		}
		if last = i; low < 0 || y < c.Y[low] {
			low = i
		}
		if high < 0 || y > c.Y[high] {
			high = i
		}
	}
	if n == 0 {
		return ""
	}
	if c.Scatter {
		return fmt.Sprintf(", %d points from %s to %s", n, p.value(c.Y[low]), p.value(c.Y[high]))
	}
	from, to := c.Y[first], c.Y[last]
	if briefly {
		return " ends at " + p.value(to)
	}
	height := func(v float64) float64 { // on the page, from 0 to 1
		if p.LogY {
			return math.Log(v/axis.lo) / math.Log(axis.hi/axis.lo)
		}
		return (v - axis.lo) / (axis.hi - axis.lo)
	}
	const seen = 0.06 // what the eye would call a change
	up := height(c.Y[high]) - math.Max(height(from), height(to))
	down := math.Min(height(from), height(to)) - height(c.Y[low])
	place := func(i int) string {
		if p.XSteps {
			return " at step " + stepLabel(c.X[i])
		}
		return " at " + compact(c.X[i])
	}
	switch {
	case n == 1:
		return " is " + p.value(to)
	case up > seen && up >= down:
		return fmt.Sprintf(" rises from %s to %s%s and falls to %s", p.value(from), p.value(c.Y[high]), place(high), p.value(to))
	case down > seen:
		return fmt.Sprintf(" falls from %s to %s%s and rises to %s", p.value(from), p.value(c.Y[low]), place(low), p.value(to))
	case height(to)-height(from) > seen/2:
		return fmt.Sprintf(" rises from %s to %s", p.value(from), p.value(to))
	case height(from)-height(to) > seen/2:
		return fmt.Sprintf(" falls from %s to %s", p.value(from), p.value(to))
	}
	return " stays near " + p.value(to)
}

// value writes a value of the Y axis as the axis does.
func (p *Panel) value(v float64) string {
	if p.Percent {
		return compact(round(100*v, 1)) + " %"
	}
	return brief(v)
}
