// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"math"
)

// Curve is a named line through the points (X[i], Y[i]), in the order of X,
// which must not decrease. A NaN or infinite Y is a gap. Lo and Hi, where
// given, are the edges of a band around it (say, over seeds).
// In names, "f_{a}" sets a subscript and "f^{p}" a superscript.
// A curve with no points is legal: it has its line in the legend only.
type Curve struct {
	Name   string
	X, Y   []float64
	Lo, Hi []float64
	// Role gives colour and dashes; Dash, where set, overrides the dashes.
	Role Role
	Dash Dash
	// Label is what a direct label says; empty means Name.
	Label string
	// Marks sets a mark at each point, to show where there are values.
	Marks bool
	// Scatter sets marks and draws no line; the points may come in any order.
	Scatter bool
}

// Reference is a horizontal line, such as the proper accuracy. Name is its
// entry in the legend (none if empty), Label its text in the panel, drawn
// where there is room.
type Reference struct {
	Name, Label string
	Y           float64
}

// Vertical is a vertical line, such as a threshold. Name is its entry in the
// legend (none if empty).
type Vertical struct {
	Name string
	X    float64
}

// Panel is one frame: curves, and at most one of bars, a histogram and a heat
// map behind them.
type Panel struct {
	// Title stands above the frame and takes the place of a Y label.
	Title          string
	XLabel, YLabel string
	Curves         []Curve
	References     []Reference
	Verticals      []Vertical
	Bars           *Bars
	Histogram      *Histogram
	Heat           *HeatMap
	// LogY makes the Y axis logarithmic; values of 0 and below are gaps there.
	LogY bool
	// XSteps draws the X axis as training steps, see [StepScale].
	XSteps bool
	// Percent labels shares from 0 to 1 as 0 to 100 on the Y axis, and makes
	// 0 to 1 the least range shown.
	Percent bool
	// YMin and YMax fix the Y range where they differ.
	YMin, YMax float64
	// Empty is shown in the middle of a panel that has nothing to draw; "no
	// record" if it is empty itself.
	Empty string
	// Skip leaves the panel's place in a grid free, with no frame and no axes: for what a last row has too few panels for.
	Skip bool
	// DirectLabels writes each curve's label at its right end.
	DirectLabels bool
}

// check returns a copy of the panel fit to be drawn, or an error that names
// the curve and the value.
func (p *Panel) check() (*Panel, error) {
	q := *p
	q.Title, q.XLabel, q.YLabel = oneLine(p.Title, 120), oneLine(p.XLabel, 80), oneLine(p.YLabel, 80)
	q.Empty = oneLine(p.Empty, 80)
	q.Curves = append([]Curve(nil), p.Curves...)
	q.References = append([]Reference(nil), p.References...)
	q.Verticals = append([]Vertical(nil), p.Verticals...)
	if err := q.checkLayers(); err != nil {
		return nil, fmt.Errorf("panel %q: %w", q.Title, err)
	}
	if q.LogY && q.YMin < q.YMax && q.YMin <= 0 {
		return nil, fmt.Errorf("panel %q: y range from %v on a logarithmic axis: begin above 0", q.Title, q.YMin)
	}
	if !finite(q.YMin) || !finite(q.YMax) || q.YMin > q.YMax {
		return nil, fmt.Errorf("panel %q: y range [%v, %v] is not a range: use finite numbers in order, or 0 and 0 for automatic", q.Title, q.YMin, q.YMax)
	}
	for i := range q.Curves {
		c := &q.Curves[i]
		c.Name, c.Label = oneLine(c.Name, 80), oneLine(c.Label, 80)
		if c.Label == "" {
			c.Label = c.Name
		}
		if err := c.check(q.XSteps); err != nil {
			return nil, fmt.Errorf("panel %q: curve %q: %w", q.Title, c.Name, err)
		}
	}
	for i := range q.References {
		r := &q.References[i]
		r.Name, r.Label = oneLine(r.Name, 80), oneLine(r.Label, 80)
		if !finite(r.Y) {
			return nil, fmt.Errorf("panel %q: reference line %q at %v: use a finite number", q.Title, r.Name, r.Y)
		}
		if q.LogY && r.Y <= 0 {
			return nil, fmt.Errorf("panel %q: reference line %q at %v on a logarithmic axis: use a number above 0", q.Title, r.Name, r.Y)
		}
	}
	for i := range q.Verticals {
		v := &q.Verticals[i]
		if v.Name = oneLine(v.Name, 80); !finite(v.X) || q.XSteps && v.X < 0 {
			return nil, fmt.Errorf("panel %q: vertical line %q at %v: use a finite number on the axis", q.Title, v.Name, v.X)
		}
	}
	return &q, nil
}

func (c *Curve) check(steps bool) error {
	n := len(c.X)
	if len(c.Y) != n {
		return fmt.Errorf("%d x values but %d y values: give as many of each", n, len(c.Y))
	}
	if len(c.Lo) != len(c.Hi) || len(c.Lo) != 0 && len(c.Lo) != n {
		return fmt.Errorf("%d points but a band of %d lower and %d upper values: give as many of each, or no band", n, len(c.Lo), len(c.Hi))
	}
	for i, x := range c.X {
		switch {
		case !finite(x):
			return fmt.Errorf("x[%d] = %v: use finite numbers", i, x)
		case steps && x < 0:
			return fmt.Errorf("x[%d] = %v: steps must be 0 or more", i, x)
		case i > 0 && x < c.X[i-1] && !c.Scatter:
			return fmt.Errorf("x[%d] = %v comes after %v: sort the points by x", i, x, c.X[i-1])
		}
	}
	for i := range c.Lo {
		if c.Lo[i] > c.Hi[i] {
			return fmt.Errorf("band at x = %v: lower value %v is above upper value %v", c.X[i], c.Lo[i], c.Hi[i])
		}
	}
	c.X, c.Y = append([]float64(nil), c.X...), append([]float64(nil), c.Y...)
	c.Lo, c.Hi = append([]float64(nil), c.Lo...), append([]float64(nil), c.Hi...)
	return nil
}

// blank says that the panel has no finite point.
func (p *Panel) blank() bool {
	if p.layer() != nil {
		return false
	}
	for _, c := range p.Curves {
		for _, y := range c.Y {
			if finite(y) {
				return false
			}
		}
	}
	return true
}

func (p *Panel) scattered() bool {
	for _, c := range p.Curves {
		if c.Scatter {
			return true
		}
	}
	return false
}

// span is a closed range; an empty one has lo > hi.
type span struct{ lo, hi float64 }

func emptySpan() span { return span{math.Inf(1), math.Inf(-1)} }

func (s *span) add(v float64) {
	if finite(v) {
		s.lo, s.hi = math.Min(s.lo, v), math.Max(s.hi, v)
	}
}

func (s *span) join(t span) { s.add(t.lo); s.add(t.hi) }

// xSpan is the range of the X values.
func (p *Panel) xSpan() span {
	s := emptySpan()
	if l := p.layer(); l != nil {
		s, _ = l.spans()
	}
	for _, c := range p.Curves {
		for _, x := range c.X {
			s.add(x)
		}
	}
	for _, v := range p.Verticals {
		s.add(v.X)
	}
	return s
}

// ySpan is the range of everything drawn, or the fixed one.
func (p *Panel) ySpan() span {
	if p.YMin < p.YMax {
		return span{p.YMin, p.YMax}
	}
	s := emptySpan()
	if p.Percent && !p.LogY {
		s = span{0, 1}
	}
	if l := p.layer(); l != nil {
		_, y := l.spans()
		if p.LogY { // bars have no foot on a logarithmic axis
			y.lo = math.Max(y.lo, y.hi/1e3)
		}
		s.join(y)
	}
	for _, c := range p.Curves {
		for _, ys := range [][]float64{c.Y, c.Lo, c.Hi} {
			for _, y := range ys {
				if !p.LogY || y > 0 {
					s.add(y)
				}
			}
		}
	}
	for _, r := range p.References {
		s.add(r.Y)
	}
	return s
}

// padded makes a usable axis range of s: never empty, a little air.
func (s span) padded(fixed bool) span {
	if s.lo > s.hi {
		return span{0, 1}
	}
	// Ranges wider than a float64 can tell are cut rather than overflowed.
	s.lo, s.hi = math.Max(s.lo, -1e300), math.Min(s.hi, 1e300)
	d := s.hi - s.lo
	if d <= math.Abs(s.hi)*1e-9 {
		d = math.Max(math.Abs(s.hi)*0.2, 1e-6)
		return span{s.lo - d, s.hi + d}
	}
	if fixed {
		return s
	}
	return span{s.lo - 0.03*d, s.hi + 0.03*d}
}

// axisY is the range that the Y axis shows for the values in s.
func (p *Panel) axisY(s span, fixed bool) span {
	if p.Heat != nil {
		return s
	}
	if !p.LogY {
		if l := p.layer(); l != nil && !fixed && s.lo == 0 && s.hi > 0 { // bars stand on the axis
			return span{0, math.Min(s.hi, 1e300) * 1.04}
		}
		return s.padded(fixed)
	}
	if !(s.lo > 0) || s.lo > s.hi {
		return span{0.1, 1}
	}
	s.hi = math.Min(s.hi, 1e300)
	d := math.Log10(s.hi / s.lo)
	switch {
	case d < 1e-6:
		return span{s.lo / 2, s.hi * 2}
	case fixed:
		return s
	}
	air := math.Pow(10, 0.04*d)
	return span{s.lo / air, s.hi * air}
}
