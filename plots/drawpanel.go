// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// drawPanel draws the panel's data and axes in the frame. labels is the room
// for direct labels at the right of the frame.
func drawPanel(c vg.Canvas, f frame, p *Panel, labels vg.Length) {
	st, r := f.st, f.rect
	if p.blank() {
		box(c, paperTint, r)
		f.drawAxes(c)
		txt := p.Empty
		if txt == "" {
			txt = "no record"
		}
		fc := face(italic, st.tickSize())
		drawText(c, fc, faintInk, vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2}, anchor{0.5, 0.5}, 0, fit(fc, txt, r.Size().X))
		return
	}
	if p.Heat == nil {
		f.drawBack(c)
	}
	if f.layer != nil {
		f.layer.draw(c, f)
	}
	drawClouds(c, f, p)
	for _, ref := range p.References {
		y := f.py(ref.Y)
		if y < r.Min.Y || y > r.Max.Y {
			continue
		}
		line(c, refInk, st.refWidth(), nil, vg.Point{X: r.Min.X, Y: y}, vg.Point{X: r.Max.X, Y: y})
	}
	for _, v := range p.Verticals {
		if x := f.px(v.X); x >= r.Min.X && x <= r.Max.X {
			line(c, verticalInk, st.refWidth()*1.3, verticalDash.pattern(st), vg.Point{X: x, Y: r.Min.Y}, vg.Point{X: x, Y: r.Max.Y})
		}
	}
	clip := draw.Canvas{Canvas: c, Rectangle: r}
	for i := range p.Curves {
		for _, poly := range bandPolygons(f, &p.Curves[i]) {
			if narrow(poly) {
				drawRange(c, f, roleColor(p.Curves[i].Role, i), poly)
				continue
			}
			polygon(c, withAlpha(roleColor(p.Curves[i].Role, i), 0.18), clip.ClipPolygonXY(poly)...)
		}
	}
	var all [][]vg.Point
	for i := range p.Curves {
		cv := &p.Curves[i]
		if cv.Role == Cloud {
			continue
		}
		col := roleColor(cv.Role, i)
		dashes := roleDash(cv.Role, cv.Dash, i).pattern(st)
		shape, marked := markOf(cv.Role, i), cv.Marks || cv.Scatter
		for _, run := range runs(cv.X, f.drawn(cv.Y)) {
			pts := make([]vg.Point, 0, len(run))
			for _, j := range run {
				pts = append(pts, vg.Point{X: f.px(cv.X[j]), Y: f.py(cv.Y[j])})
			}
			all = append(all, pts)
			if marked {
				for _, pt := range pts {
					if clip.Contains(pt) {
						drawMark(c, st, shape, col, pt)
					}
				}
			}
			if cv.Scatter {
				continue
			}
			if onePlace(pts) && marked {
				continue
			}
			if onePlace(pts) {
				if clip.Contains(pts[0]) {
					dot(c, col, pts[0], st.pt(1.4))
				}
				continue
			}
			for _, l := range clip.ClipLinesXY(pts) {
				line(c, col, st.curveWidth(), dashes, l...)
			}
		}
	}
	f.drawAxes(c)
	if p.Heat != nil {
		p.Heat.drawScale(c, f)
	}
	for _, ref := range p.References {
		if labels > 0 && p.DirectLabels { // at its end, among the curves'
			continue
		}
		drawReferenceLabel(c, f, ref, all)
	}
	if labels > 0 && p.DirectLabels { // another panel of the column may have taken the room
		drawDirectLabels(c, f, p, labels)
	}
}

// runs splits a curve at its gaps into runs of indices.
func runs(x, y []float64) [][]int {
	var out [][]int
	var cur []int
	for i := range x {
		if finite(y[i]) {
			cur = append(cur, i)
			continue
		}
		if cur != nil {
			out = append(out, cur)
			cur = nil
		}
	}
	if cur != nil {
		out = append(out, cur)
	}
	return out
}

// drawClouds draws the lines that lie behind all else.
func drawClouds(c vg.Canvas, f frame, p *Panel) {
	clip := draw.Canvas{Canvas: c, Rectangle: f.rect}
	for i := range p.Curves {
		cv := &p.Curves[i]
		if cv.Role != Cloud {
			continue
		}
		for _, run := range runs(cv.X, f.drawn(cv.Y)) {
			var pts []vg.Point
			for _, j := range run {
				pts = append(pts, vg.Point{X: f.px(cv.X[j]), Y: f.py(cv.Y[j])})
			}
			for _, l := range clip.ClipLinesXY(pts) {
				line(c, cloudGrey, f.st.cloudWidth(), nil, l...)
			}
		}
	}
}

// drawn is the values as the axis can show them: on a logarithmic one, what is not above 0 is a gap.
func (f frame) drawn(y []float64) []float64 {
	if !f.logY {
		return y
	}
	out := make([]float64, len(y))
	for i, v := range y {
		if out[i] = v; !(v > 0) {
			out[i] = math.NaN()
		}
	}
	return out
}

func bandPolygons(f frame, c *Curve) [][]vg.Point {
	if len(c.Lo) == 0 {
		return nil
	}
	both := make([]float64, len(c.X))
	for i := range both {
		both[i] = c.Lo[i] + 0*c.Hi[i] // NaN or infinite where either is
	}
	var out [][]vg.Point
	for _, run := range runs(c.X, both) {
		var poly []vg.Point
		for _, j := range run {
			poly = append(poly, vg.Point{X: f.px(c.X[j]), Y: f.py(c.Lo[j])})
		}
		for k := len(run) - 1; k >= 0; k-- {
			poly = append(poly, vg.Point{X: f.px(c.X[run[k]]), Y: f.py(c.Hi[run[k]])})
		}
		out = append(out, poly)
	}
	return out
}

// narrow says that a band has no width: it is over one point, or over several at one x.
func narrow(poly []vg.Point) bool {
	return !slices.ContainsFunc(poly, func(pt vg.Point) bool { return pt.X != poly[0].X })
}

// drawRange draws a band without width as a bar from its lowest to its highest value, with a stroke across each end
// that lies within the frame.
func drawRange(c vg.Canvas, f frame, col color.NRGBA, poly []vg.Point) {
	lo, hi, x := poly[0].Y, poly[0].Y, poly[0].X
	for _, pt := range poly {
		lo, hi = min(lo, pt.Y), max(hi, pt.Y)
	}
	low, high := max(lo, f.rect.Min.Y), min(hi, f.rect.Max.Y)
	if low >= high || x < f.rect.Min.X || x > f.rect.Max.X {
		return
	}
	w, cap := f.st.axisWidth()*1.4, f.st.pt(2)
	line(c, col, w, nil, vg.Point{X: x, Y: low}, vg.Point{X: x, Y: high})
	for _, y := range []vg.Length{lo, hi} {
		if low <= y && y <= high {
			line(c, col, w, nil, vg.Point{X: x - cap, Y: y}, vg.Point{X: x + cap, Y: y})
		}
	}
}

// onePlace says that a line goes nowhere: it is shown as a dot.
func onePlace(pts []vg.Point) bool {
	return !slices.ContainsFunc(pts, func(pt vg.Point) bool { return pt != pts[0] })
}

// drawReferenceLabel puts the label where it touches no curve: above or below
// its line, at the left, the right or the middle; at the left, on white, if all
// are taken.
func drawReferenceLabel(c vg.Canvas, f frame, ref Reference, curves [][]vg.Point) {
	st, r := f.st, f.rect
	fc := face(regular, st.smallSize())
	w, h, air := textWidth(fc, ref.Label), st.smallSize()*capHeight, st.pt(1.8)
	if ref.Label == "" || w > r.Size().X*0.7 {
		return
	}
	y := f.py(ref.Y)
	for _, x := range []vg.Length{r.Min.X + st.pt(3), r.Max.X - w - st.pt(2), (r.Min.X + r.Max.X - w) / 2} {
		for _, base := range []vg.Length{y + air, y - air - h} {
			b := vg.Rectangle{Min: vg.Point{X: x, Y: base}, Max: vg.Point{X: x + w, Y: base + h}}
			if b.Min.Y < r.Min.Y+st.pt(1) || b.Max.Y > r.Max.Y || y < r.Min.Y || y > r.Max.Y || touches(b, air*0.6, curves) {
				continue
			}
			drawText(c, fc, faintInk, b.Min, anchor{0, 0}, 0, ref.Label)
			return
		}
	}
	if y < r.Min.Y || y > r.Max.Y {
		return
	}
	at := vg.Point{X: r.Min.X + st.pt(3), Y: min(y+air, r.Max.Y-h)}
	box(c, color.NRGBA{0xff, 0xff, 0xff, 0xc8}, vg.Rectangle{Min: vg.Point{X: at.X - air/2, Y: at.Y - air/2}, Max: vg.Point{X: at.X + w + air/2, Y: at.Y + h + air/2}})
	drawText(c, fc, faintInk, at, anchor{0, 0}, 0, ref.Label)
}

// touches tells whether a polyline comes nearer to b than air.
func touches(b vg.Rectangle, air vg.Length, lines [][]vg.Point) bool {
	in := draw.Canvas{Rectangle: vg.Rectangle{
		Min: vg.Point{X: b.Min.X - air, Y: b.Min.Y - air}, Max: vg.Point{X: b.Max.X + air, Y: b.Max.Y + air}}}
	for _, l := range lines {
		if len(l) == 1 && in.Contains(l[0]) || len(in.ClipLinesXY(l)) > 0 {
			return true
		}
	}
	return false
}

// directLabel is a label at the right end of a curve.
type directLabel struct {
	text string
	col  color.Color
	at   vg.Point  // end of the curve
	y    vg.Length // middle of the label
}

func directLabels(f frame, p *Panel) []directLabel {
	var out []directLabel
	for i := range p.Curves {
		cv := &p.Curves[i]
		for j := len(cv.X) - 1; j >= 0; j-- {
			if !finite(cv.Y[j]) || f.logY && cv.Y[j] <= 0 || cv.Label == "" || cv.Role == Cloud {
				continue
			}
			y := min(max(f.py(cv.Y[j]), f.rect.Min.Y), f.rect.Max.Y)
			out = append(out, directLabel{cv.Label, darker(roleColor(cv.Role, i)), vg.Point{X: f.px(cv.X[j]), Y: y}, y})
			break
		}
	}
	for _, ref := range p.References {
		if y := f.py(ref.Y); ref.Label != "" && y >= f.rect.Min.Y && y <= f.rect.Max.Y {
			out = append(out, directLabel{ref.Label, faintInk, vg.Point{X: f.rect.Max.X, Y: y}, y})
		}
	}
	spread(out, f.st.pt(7.6), f.rect.Min.Y, f.rect.Max.Y)
	return out
}

func drawDirectLabels(c vg.Canvas, f frame, p *Panel, room vg.Length) {
	st := f.st
	fc := face(regular, st.tickSize())
	x := f.rect.Max.X + st.pt(7)
	for _, l := range directLabels(f, p) {
		line(c, l.col, st.gridWidth(), nil, vg.Point{X: l.at.X + st.pt(1), Y: l.at.Y}, vg.Point{X: x - st.pt(1.5), Y: l.y})
		drawText(c, fc, l.col, vg.Point{X: x, Y: l.y}, anchor{0, 0.5}, 0, fit(fc, l.text, room-st.pt(7)))
	}
}

// spread moves labels apart to a distance of at least gap, within [lo, hi] if
// they fit at all, keeping their order and moving each as little as a simple
// pass can: groups of touching labels are centred on their wishes.
func spread(ls []directLabel, gap, lo, hi vg.Length) {
	order := make([]int, len(ls))
	for i := range order {
		order[i] = i
	}
	for i := 1; i < len(order); i++ { // stable insertion sort by height
		for j := i; j > 0 && ls[order[j]].y < ls[order[j-1]].y; j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	type group struct {
		first, n int
		mid      vg.Length
	}
	var gs []group
	for i := range order {
		g := group{i, 1, ls[order[i]].y}
		for {
			half := gap * vg.Length(g.n-1) / 2
			g.mid = max(min(g.mid, hi-half), lo+half)
			if len(gs) == 0 {
				break
			}
			prev := gs[len(gs)-1]
			if g.mid-half-(prev.mid+gap*vg.Length(prev.n-1)/2) >= gap {
				break
			}
			gs = gs[:len(gs)-1]
			n := prev.n + g.n
			g = group{prev.first, n, (prev.mid*vg.Length(prev.n) + g.mid*vg.Length(g.n)) / vg.Length(n)}
		}
		gs = append(gs, g)
	}
	for _, g := range gs {
		for k := 0; k < g.n; k++ {
			ls[order[g.first+k]].y = g.mid + gap*(vg.Length(k)-vg.Length(g.n-1)/2)
		}
	}
}

// darker makes a colour fit for text on white.
func darker(c color.NRGBA) color.NRGBA {
	return color.NRGBA{uint8(float64(c.R) * 0.8), uint8(float64(c.G) * 0.8), uint8(float64(c.B) * 0.8), 0xff}
}
