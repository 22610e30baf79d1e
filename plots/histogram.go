// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
)

// Histogram counts the values of one group or several in common bins, drawn
// one over the other. Not finite values are left out.
type Histogram struct {
	Groups []Sample
	// Bins is how many bins there are; 0 takes the square root of the number
	// of values, between 8 and 60.
	Bins int
	// Range is what the bins cover; [0, 0] is from the smallest to the largest
	// value. Values outside it are left out, and the alternative text says how
	// many.
	Range [2]float64
	// Share counts parts of each group instead of values, so that groups of
	// unequal size can be compared.
	Share bool
	// Clamp, where given, are one or two thresholds, such as those between
	// which winsorizing clamps: lines over the whole height, and what lies
	// outside of two of them is shaded.
	Clamp []float64
	// ClampName is their entry in the legend; empty means "clamp".
	ClampName string

	edges   []float64
	counts  [][]float64 // by group and bin
	outside int
}

// Sample is the values of one group.
type Sample struct {
	Name   string
	Values []float64
	Role   Role
}

// MaxBins is the largest number of bins.
const MaxBins = 400

func (h *Histogram) check() (*Histogram, error) {
	out := *h
	if len(h.Groups) == 0 || len(h.Groups) > MaxRuns {
		return nil, fmt.Errorf("histogram of %d groups: use 1 to %d", len(h.Groups), MaxRuns)
	}
	if h.Bins < 0 || h.Bins > MaxBins {
		return nil, fmt.Errorf("histogram of %d bins: use 0 (chosen by the number of values) to %d", h.Bins, MaxBins)
	}
	lo, hi := h.Range[0], h.Range[1]
	if !finite(lo) || !finite(hi) || lo > hi || lo == hi && lo != 0 {
		return nil, fmt.Errorf("histogram range [%v, %v] is not a range: use finite numbers in order, or 0 and 0 for automatic", lo, hi)
	}
	if len(h.Clamp) > 2 || len(h.Clamp) == 2 && h.Clamp[0] > h.Clamp[1] {
		return nil, fmt.Errorf("histogram thresholds %v: give one, or two in order", h.Clamp)
	}
	out.Clamp = append([]float64(nil), h.Clamp...)
	out.ClampName = oneLine(h.ClampName, 80)
	if out.ClampName == "" {
		out.ClampName = "clamp"
	}
	all, n := emptySpan(), 0
	out.Groups = nil
	for _, g := range h.Groups {
		g.Name = oneLine(g.Name, 80)
		g.Values = append([]float64(nil), g.Values...)
		for _, v := range g.Values {
			if all.add(v); finite(v) {
				n++
			}
		}
		out.Groups = append(out.Groups, g)
	}
	for _, v := range out.Clamp {
		if !finite(v) {
			return nil, fmt.Errorf("histogram threshold %v: use a finite number", v)
		}
		all.add(v)
	}
	if lo == hi {
		lo, hi = all.lo, all.hi
		if lo > hi {
			lo, hi = 0, 1
		}
		if d := math.Max(math.Abs(hi)*1e-6, 1e-300); hi-lo < d {
			lo, hi = lo-d*1e5, hi+d*1e5
		}
	}
	if math.Abs(lo) > 1e300 || math.Abs(hi) > 1e300 {
		return nil, fmt.Errorf("histogram of values from %v to %v: give a Range within ±1e300", lo, hi)
	}
	bins := h.Bins
	if bins == 0 {
		bins = int(math.Max(8, math.Min(60, math.Round(math.Sqrt(float64(n))*1.5))))
	}
	for i := 0; i <= bins; i++ {
		out.edges = append(out.edges, lo+(hi-lo)*float64(i)/float64(bins))
	}
	for _, g := range out.Groups {
		counts, total := make([]float64, bins), 0.0
		for _, v := range g.Values {
			if !finite(v) {
				continue
			}
			total++
			if v < lo || v > hi {
				out.outside++
				continue
			}
			counts[min(int((v-lo)/(hi-lo)*float64(bins)), bins-1)]++
		}
		for i := range counts {
			if h.Share && total > 0 {
				counts[i] /= total
			}
		}
		out.counts = append(out.counts, counts)
	}
	return &out, nil
}

func (h *Histogram) spans() (x, y span) {
	y = span{0, 0}
	for _, counts := range h.counts {
		for _, v := range counts {
			y.add(v)
		}
	}
	if y.hi == 0 {
		y.hi = 1
	}
	return span{h.edges[0], h.edges[len(h.edges)-1]}, y
}

func (h *Histogram) draw(c vg.Canvas, f frame) {
	st, r := f.st, f.rect
	if len(h.Clamp) == 2 { // what is clamped
		for _, side := range [][2]vg.Length{{r.Min.X, f.px(h.Clamp[0])}, {f.px(h.Clamp[1]), r.Max.X}} {
			if a, b := max(side[0], r.Min.X), min(side[1], r.Max.X); a < b {
				box(c, clampTint, vg.Rectangle{Min: vg.Point{X: a, Y: r.Min.Y}, Max: vg.Point{X: b, Y: r.Max.Y}})
			}
		}
	}
	for i, g := range h.Groups {
		col := roleColor(g.Role, i)
		outline := []vg.Point{{X: f.px(h.edges[0]), Y: r.Min.Y}}
		for k, v := range h.counts[i] {
			y := min(max(f.py(v), r.Min.Y), r.Max.Y)
			outline = append(outline, vg.Point{X: f.px(h.edges[k]), Y: y}, vg.Point{X: f.px(h.edges[k+1]), Y: y})
		}
		outline = append(outline, vg.Point{X: f.px(h.edges[len(h.edges)-1]), Y: r.Min.Y})
		polygon(c, withAlpha(col, 0.3), outline...)
		line(c, col, st.curveWidth(), roleDash(g.Role, DashAuto, i).pattern(st), outline...)
	}
	for _, v := range h.Clamp {
		if x := f.px(v); x >= r.Min.X && x <= r.Max.X {
			line(c, verticalInk, st.refWidth()*1.3, verticalDash.pattern(st), vg.Point{X: x, Y: r.Min.Y}, vg.Point{X: x, Y: r.Max.Y})
		}
	}
}

var clampTint = color.NRGBA{0xee, 0xee, 0xee, 0xff}

func (h *Histogram) entries() (list []legendEntry) {
	for i, g := range h.Groups {
		list = append(list, legendEntry{name: g.Name, col: roleColor(g.Role, i), dash: roleDash(g.Role, DashAuto, i), band: true})
	}
	if len(h.Clamp) > 0 {
		list = append(list, legendEntry{name: h.ClampName, col: verticalInk, dash: verticalDash, kind: vertical})
	}
	return list
}

func (h *Histogram) rows() (rows [][]string) {
	for i, g := range h.Groups {
		for k, v := range h.counts[i] {
			mid := (h.edges[k] + h.edges[k+1]) / 2
			rows = append(rows, []string{g.Name, number(mid), number(v), number(h.edges[k]), number(h.edges[k+1])})
		}
	}
	for _, v := range h.Clamp {
		rows = append(rows, []string{h.ClampName, number(v), "", "", ""})
	}
	return rows
}

func (h *Histogram) tell() string {
	var parts []string
	for i, g := range h.Groups {
		top, n := 0, 0
		for k, v := range h.counts[i] {
			if v > h.counts[i][top] {
				top = k
			}
		}
		s := emptySpan()
		for _, v := range g.Values {
			if s.add(v); finite(v) {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s from %s to %s, most of them between %s and %s", n, plainText(g.Name),
				brief(s.lo), brief(s.hi), brief(h.edges[top]), brief(h.edges[top+1])))
		}
	}
	text := "Histogram: " + strings.Join(parts, "; ")
	for i, v := range h.Clamp {
		text += []string{"; " + h.ClampName + " at ", " and "}[i] + brief(v)
	}
	if h.outside > 0 {
		text += fmt.Sprintf("; %d values lie outside", h.outside)
	}
	return text
}
