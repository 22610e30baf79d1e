// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// TwoExamplesData is the data of [TwoExamples].
type TwoExamplesData struct {
	Meta
	// Directions name the orthogonal directions, in the order of A and B, for
	// instance "only a", "shared", "only b". At most 12.
	Directions []string
	// A and B are the components of the gradients of two examples.
	A, B []float64
	// NameA and NameB are the gradients' names; empty means "g_{a}" and
	// "g_{b}" ("_{…}" is a subscript).
	NameA, NameB string
}

// TwoExamples draws the thought experiment of the paper's introduction: the
// gradients of two examples by direction, and their sum, in which a shared
// direction is twice as strong. The bars of the sum are stacked from the two.
func TwoExamples(d TwoExamplesData) (*Figure, error) {
	n := len(d.Directions)
	if n == 0 || n > 12 {
		return nil, fmt.Errorf("two examples: %d directions: use 1 to 12", n)
	}
	if len(d.A) != n || len(d.B) != n {
		return nil, fmt.Errorf("two examples: %d and %d components for %d directions: give one each", len(d.A), len(d.B), n)
	}
	for i := range d.A {
		if !finite(d.A[i]) || !finite(d.B[i]) || math.Abs(d.A[i]) > 1e300 || math.Abs(d.B[i]) > 1e300 {
			return nil, fmt.Errorf("two examples: component %d is %v and %v: use finite numbers", i, d.A[i], d.B[i])
		}
	}
	t := twoExamples{dirs: cleanAll(d.Directions), a: append([]float64(nil), d.A...), b: append([]float64(nil), d.B...),
		nameA: oneLine(d.NameA, 40), nameB: oneLine(d.NameB, 40)}
	if t.nameA == "" {
		t.nameA = "g_{a}"
	}
	if t.nameB == "" {
		t.nameB = "g_{b}"
	}
	m := d.Meta.clean()
	if m.Alt == "" {
		m.Alt = fmt.Sprintf("Bar charts of the components of two gradients and of their sum in %d directions.", n)
	}
	table := Table{Columns: []string{"direction", plainText(t.nameA), plainText(t.nameB), "sum"}}
	for i, dir := range t.dirs {
		table.Rows = append(table.Rows, []string{dir, number(t.a[i]), number(t.b[i]), number(t.a[i] + t.b[i])})
	}
	return &Figure{
		meta: m, table: table,
		height: func(st style, w vg.Length) (vg.Length, error) { return max(w*0.3, st.pt(92)), nil },
		draw:   t.draw,
	}, nil
}

type twoExamples struct {
	dirs         []string
	a, b         []float64
	nameA, nameB string
}

func (t twoExamples) draw(c vg.Canvas, st style, w, h, reserve vg.Length) error {
	zero := make([]float64, len(t.a))
	y := span{0, 0}
	for i := range t.a {
		for _, v := range []float64{t.a[i], t.b[i], math.Max(t.a[i], 0) + math.Max(t.b[i], 0), math.Min(t.a[i], 0) + math.Min(t.b[i], 0)} {
			y.add(v)
		}
	}
	if y.lo == y.hi {
		y.hi = 1
	}
	d := y.hi - y.lo // room for the numbers above and below the bars
	y.hi += 0.14 * d
	if y.lo < 0 {
		y.lo -= 0.14 * d
	}
	head, text := face(bold, st.pt(8.5)), face(regular, st.textSize())
	left := st.textSize() + st.pt(8) + yLabelWidth(st, y, &Panel{})
	gap := st.pt(13)
	pw := (w - left - st.pt(3) - 2*gap) / 3
	bottom := reserve + st.pt(6) + st.tickSize()
	top := h - st.pt(15)
	if pw < st.pt(20) || top-bottom < st.pt(25) {
		return fmt.Errorf("figure of %.3g by %.3g in is too small for three bar charts: use a larger size", float64(w)/72, float64(h)/72)
	}
	for k, part := range []struct {
		title string
		a, b  []float64
	}{{t.nameA, t.a, zero}, {t.nameB, zero, t.b}, {t.nameA + " + " + t.nameB, t.a, t.b}} {
		x := left + vg.Length(k)*(pw+gap)
		r := vg.Rectangle{Min: vg.Point{X: x, Y: bottom}, Max: vg.Point{X: x + pw, Y: top}}
		f := frame{st: st, rect: r, x: span{-0.5, float64(len(t.dirs)) - 0.5}, y: y}
		t.bars(c, f, part.a, part.b, k == 0)
		drawText(c, head, ink, vg.Point{X: x + pw/2, Y: top + st.pt(5)}, anchor{0.5, 0}, 0, part.title)
		if k > 0 {
			sign := []string{"", "+", "="}[k]
			drawText(c, face(bold, st.pt(12)), axisInk, vg.Point{X: x - gap/2, Y: (top + bottom) / 2}, anchor{0.5, 0.5}, 0, sign)
		}
	}
	drawText(c, text, ink, vg.Point{X: st.textSize() + st.pt(1), Y: (top + bottom) / 2}, anchor{0.5, 0}, math.Pi/2, "component")
	return nil
}

// bars draws one chart; the bars of b stand on those of a.
func (t twoExamples) bars(c vg.Canvas, f frame, a, b []float64, labelled bool) {
	st, r := f.st, f.rect
	tick, small := face(regular, st.tickSize()), face(regular, st.smallSize())
	for _, k := range f.yTicks() {
		y := f.py(k.Value)
		line(c, gridInk, st.gridWidth(), nil, vg.Point{X: r.Min.X, Y: y}, vg.Point{X: r.Max.X, Y: y})
		if labelled {
			drawText(c, tick, ink, vg.Point{X: r.Min.X - st.pt(3), Y: y}, anchor{1, 0.5}, 0, k.Label)
		}
	}
	slot := r.Size().X / vg.Length(len(t.dirs))
	for i := range t.dirs {
		mid := f.px(float64(i))
		bar := func(from, to float64, col color.NRGBA, striped bool) {
			if from == to {
				return
			}
			b := vg.Rectangle{Min: vg.Point{X: mid - slot*0.3, Y: f.py(math.Min(from, to))}, Max: vg.Point{X: mid + slot*0.3, Y: f.py(math.Max(from, to))}}
			box(c, col, b)
			if striped { // told from the plain bars in grey, too
				for y := b.Min.Y + st.pt(1.6); y < b.Max.Y-st.pt(0.6); y += st.pt(2.6) {
					line(c, color.White, st.pt(0.7), nil, vg.Point{X: b.Min.X, Y: y}, vg.Point{X: b.Max.X, Y: y})
				}
			}
		}
		bar(0, a[i], okabeBlue, false)
		base := 0.0
		if a[i]*b[i] > 0 {
			base = a[i]
		}
		bar(base, base+b[i], okabeSky, true)
		sum := a[i] + b[i]
		end, at := math.Max(math.Max(a[i], 0)+math.Max(b[i], 0), 0), anchor{0.5, 0}
		off := st.pt(2)
		if sum < 0 {
			end, at, off = math.Min(a[i], 0)+math.Min(b[i], 0), anchor{0.5, 1}, -st.pt(2)
		}
		drawText(c, tick, ink, vg.Point{X: mid, Y: f.py(end) + off}, at, 0, compact(round(sum, 3)))
		drawText(c, small, ink, vg.Point{X: mid, Y: r.Min.Y - st.pt(3.5)}, anchor{0.5, 1}, 0, fit(small, t.dirs[i], slot-st.pt(2)))
	}
	line(c, axisInk, st.axisWidth(), nil, vg.Point{X: r.Min.X, Y: f.py(0)}, vg.Point{X: r.Max.X, Y: f.py(0)})
}
