// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// Bars are values by category: one bar for each series in each category, side
// by side. A NaN is a missing bar.
type Bars struct {
	Categories []string // 1 to [MaxCategories]
	Series     []BarSeries
}

// BarSeries is one bar in each category. Lo and Hi, where given, are the ends
// of a range drawn over it (say, over seeds).
type BarSeries struct {
	Name   string
	Y      []float64
	Lo, Hi []float64
	Role   Role
}

// MaxCategories is how many categories bars may have.
const MaxCategories = 60

func (b *Bars) check() (*Bars, error) {
	n := len(b.Categories)
	if n == 0 || n > MaxCategories {
		return nil, fmt.Errorf("bars in %d categories: use 1 to %d", n, MaxCategories)
	}
	if len(b.Series) == 0 || len(b.Series) > MaxRuns {
		return nil, fmt.Errorf("bars of %d series: use 1 to %d", len(b.Series), MaxRuns)
	}
	out := &Bars{Categories: cleanAll(b.Categories)}
	for _, s := range b.Series {
		s.Name = oneLine(s.Name, 80)
		if len(s.Y) != n {
			return nil, fmt.Errorf("bars %q: %d values for %d categories: give one each, NaN where it is missing", s.Name, len(s.Y), n)
		}
		if len(s.Lo) != len(s.Hi) || len(s.Lo) != 0 && len(s.Lo) != n {
			return nil, fmt.Errorf("bars %q: a range of %d lower and %d upper values for %d bars: give one each, or none", s.Name, len(s.Lo), len(s.Hi), n)
		}
		for i := range s.Lo {
			if s.Lo[i] > s.Hi[i] {
				return nil, fmt.Errorf("bars %q: range of bar %d: lower value %v is above upper value %v", s.Name, i, s.Lo[i], s.Hi[i])
			}
		}
		s.Y = append([]float64(nil), s.Y...)
		s.Lo, s.Hi = append([]float64(nil), s.Lo...), append([]float64(nil), s.Hi...)
		out.Series = append(out.Series, s)
	}
	return out, nil
}

func (b *Bars) spans() (x, y span) {
	y = span{0, 0}
	for _, s := range b.Series {
		for _, list := range [][]float64{s.Y, s.Lo, s.Hi} {
			for _, v := range list {
				y.add(v)
			}
		}
	}
	return span{-0.5, float64(len(b.Categories)) - 0.5}, y
}

// hatch tells series of like lightness apart: every other one is striped, and the last two of the eight, as dark and as
// light as the first two, have lines of their own.
func hatch(r Role, i int) entryKind {
	if r == Auto {
		r = Series(i)
	}
	switch {
	case r == Corrupt:
		return striped
	case r == Pristine:
		return filled
	case r == Series(6):
		return upright
	case r == Series(7):
		return crossed
	case i%2 == 1:
		return striped
	}
	return filled
}

func (b *Bars) draw(c vg.Canvas, f frame) {
	st := f.st
	slot := (f.px(1) - f.px(0)) * 0.76 / vg.Length(len(b.Series))
	foot := f.py(0)
	if f.logY {
		foot = f.rect.Min.Y
	}
	foot = min(max(foot, f.rect.Min.Y), f.rect.Max.Y)
	for i, s := range b.Series {
		for k, v := range s.Y {
			if !finite(v) || f.logY && v <= 0 {
				continue
			}
			left := f.px(float64(k)) + slot*(vg.Length(i)-vg.Length(len(b.Series))/2)
			top := min(max(f.py(v), f.rect.Min.Y), f.rect.Max.Y)
			r := vg.Rectangle{Min: vg.Point{X: left + slot*0.04, Y: min(foot, top)}, Max: vg.Point{X: left + slot*0.96, Y: max(foot, top)}}
			drawBar(c, st, roleColor(s.Role, i), r, hatch(s.Role, i))
			if len(s.Lo) > 0 && finite(s.Lo[k]) && finite(s.Hi[k]) && s.Hi[k] > s.Lo[k] {
				x := left + slot/2
				drawRange(c, f, ink, []vg.Point{{X: x, Y: f.py(s.Lo[k])}, {X: x, Y: f.py(s.Hi[k])}})
			}
		}
	}
	if f.y.lo < 0 && f.y.hi > 0 && !f.logY {
		line(c, axisInk, st.axisWidth(), nil, vg.Point{X: f.rect.Min.X, Y: foot}, vg.Point{X: f.rect.Max.X, Y: foot})
	}
}

func (b *Bars) xTicks(f frame) []plot.Tick {
	fc := face(regular, f.st.tickSize())
	room := f.px(1) - f.px(0) - f.st.pt(2)
	every := 1 // narrow figures name every second, third… category rather than none
	for every < len(b.Categories) && room*vg.Length(every) < fc.Width("00") {
		every++
	}
	var ts []plot.Tick
	for i, name := range b.Categories {
		t := plot.Tick{Value: float64(i)}
		if i%every == 0 {
			t.Label = fit(fc, name, room*vg.Length(every))
		}
		ts = append(ts, t)
	}
	return ts
}

func (b *Bars) entries() (list []legendEntry) {
	for i, s := range b.Series {
		list = append(list, legendEntry{name: s.Name, col: roleColor(s.Role, i), kind: hatch(s.Role, i)})
	}
	return list
}

func (b *Bars) rows() (rows [][]string) {
	for _, s := range b.Series {
		for k, v := range s.Y {
			lo, hi := "", ""
			if len(s.Lo) > 0 {
				lo, hi = number(s.Lo[k]), number(s.Hi[k])
			}
			rows = append(rows, []string{s.Name, b.Categories[k], number(v), lo, hi})
		}
	}
	return rows
}

func (b *Bars) tell() string {
	var parts []string
	for _, s := range b.Series {
		low, high := -1, -1
		for k, v := range s.Y {
			if finite(v) && (low < 0 || v < s.Y[low]) {
				low = k
			}
			if finite(v) && (high < 0 || v > s.Y[high]) {
				high = k
			}
		}
		if low >= 0 {
			parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s from %s (%s) to %s (%s)", plainText(s.Name),
				brief(s.Y[low]), plainText(b.Categories[low]), brief(s.Y[high]), plainText(b.Categories[high]))))
		}
	}
	return fmt.Sprintf("Bars in %d categories: %s", len(b.Categories), strings.Join(parts, "; "))
}

// brief writes a number in three digits.
func brief(v float64) string {
	if v == 0 || !finite(v) {
		return compact(v)
	}
	p := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(v))))
	if !finite(p) || p == 0 {
		return compact(v)
	}
	if rounded := math.Round(v*p) / p; finite(rounded) {
		return compact(rounded)
	}
	return compact(v)
}
