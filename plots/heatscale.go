// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"gonum.org/v1/plot/vg"
)

// scaleSteps is how many colours the drawn scale has.
const scaleSteps = 48

// scaleTicks are the numbers beside the scale.
func (h *HeatMap) scaleTicks() []float64 {
	low, n := 0.0, 3
	if h.diverging() {
		low, n = -h.Limit, 5
	}
	var out []float64
	for _, t := range linearTicks(low, h.Limit, n) {
		out = append(out, t.Value)
	}
	return out
}

// scaleWidth is the room that the scale takes at the right of the frame.
func (h *HeatMap) scaleWidth(st style) vg.Length {
	fc := face(regular, st.tickSize())
	w := textWidth(fc, h.Name)/2 + st.pt(4)
	for _, v := range h.scaleTicks() {
		w = max(w, fc.Width(brief(v)))
	}
	return w + st.pt(18)
}

// drawScale draws the colours with their numbers at the right of the frame.
func (h *HeatMap) drawScale(c vg.Canvas, f frame) {
	st, r := f.st, f.rect
	fc := face(regular, st.tickSize())
	top := r.Max.Y
	if h.Name != "" {
		top -= st.pt(13) // the name, and half of the number at the top
	}
	bar := vg.Rectangle{Min: vg.Point{X: r.Max.X + st.pt(7), Y: r.Min.Y}, Max: vg.Point{X: r.Max.X + st.pt(13), Y: top}}
	low, d := 0.0, h.diverging()
	if d {
		low = -h.Limit
	}
	height := bar.Max.Y - bar.Min.Y
	at := func(v float64) vg.Length { return bar.Min.Y + vg.Length((v-low)/(h.Limit-low))*height }
	for i := range scaleSteps {
		a := low + (h.Limit-low)*float64(i)/scaleSteps
		b := low + (h.Limit-low)*float64(i+1)/scaleSteps
		box(c, h.color((a+b)/2, d), vg.Rectangle{Min: vg.Point{X: bar.Min.X, Y: at(a)}, Max: vg.Point{X: bar.Max.X, Y: min(at(b)+st.pt(0.2), bar.Max.Y)}})
	}
	line(c, axisInk, st.axisWidth(), nil, bar.Min, vg.Point{X: bar.Max.X, Y: bar.Min.Y}, bar.Max, vg.Point{X: bar.Min.X, Y: bar.Max.Y}, bar.Min)
	for _, v := range h.scaleTicks() {
		line(c, axisInk, st.axisWidth(), nil, vg.Point{X: bar.Max.X, Y: at(v)}, vg.Point{X: bar.Max.X + st.pt(2), Y: at(v)})
		drawText(c, fc, ink, vg.Point{X: bar.Max.X + st.pt(3.4), Y: at(v)}, anchor{0, 0.5}, 0, brief(v))
	}
	drawText(c, fc, ink, vg.Point{X: bar.Min.X - st.pt(4), Y: r.Max.Y}, anchor{0, 1}, 0, h.Name)
}
