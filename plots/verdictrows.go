// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// verdictLayout is where the columns of [Verdicts] stand and what each row says, at one width.
type verdictLayout struct {
	st                         style
	w                          vg.Length
	narrow                     bool // texts below one another
	name, text, small, head    font.Face
	nameX, textX, marksX       vg.Length
	wordX, decideX             vg.Length
	textWidth, decideWidth     vg.Length
	markStep, lineStep, margin vg.Length
	rows                       []verdictRow
	height                     vg.Length // of the rows, the header included
	header                     vg.Length
}

type verdictRow struct {
	text, decides []string
	height        vg.Length
}

// layout places the columns; an error says that there is no room.
func (v verdicts) layout(st style, w vg.Length) (*verdictLayout, error) {
	l := &verdictLayout{st: st, w: w, name: face(bold, st.textSize()), text: face(regular, st.tickSize()), small: face(regular, st.smallSize()), head: face(bold, st.smallSize())}
	l.markStep, l.lineStep, l.margin, l.header = st.pt(9.4), st.pt(7.8), st.pt(3.2), st.pt(12)
	nameWidth, wordWidth := textWidth(l.head, "claim"), textWidth(l.head, "verdict")
	for _, k := range v.claims {
		nameWidth, wordWidth = max(nameWidth, textWidth(l.name, k.Name)), max(wordWidth, textWidth(l.text, k.Verdict))
	}
	l.nameX = st.pt(8)
	marks := max(vg.Length(v.most)*l.markStep, textWidth(l.head, "conditions"))
	gap := st.pt(7)
	after := l.nameX + nameWidth + gap
	l.narrow = w < st.pt(330)
	free := w - after - marks - wordWidth - 3*gap - st.pt(2)
	switch {
	case l.narrow:
		l.textX, l.decideX = after, after
		l.textWidth, l.decideWidth = w-after-st.pt(3), w-after-st.pt(3)
		l.marksX, l.wordX = after, after+marks+gap
		if l.wordX+wordWidth > w || l.textWidth < st.pt(45) {
			return nil, fmt.Errorf("figure width %.3g in is too small for %d claims: use a larger size", float64(w)/72, len(v.claims))
		}
	default:
		l.textX = after
		l.textWidth = free * 0.52
		l.marksX = l.textX + l.textWidth + gap
		l.wordX = l.marksX + marks + gap
		l.decideX = l.wordX + wordWidth + gap
		l.decideWidth = free - l.textWidth
	}
	l.height = l.header
	for _, k := range v.claims {
		r := verdictRow{text: wrap(l.text, k.Text, l.textWidth, 0), decides: wrap(l.small, k.Deciding, l.decideWidth, 0)}
		lines := max(len(r.text), len(r.decides), 1)
		if l.narrow {
			lines = 1 + len(r.text) + len(r.decides)
		}
		r.height = l.lineStep*vg.Length(lines) + 2*l.margin
		l.height += r.height
		l.rows = append(l.rows, r)
	}
	return l, nil
}

// keyRoom is the height of the key below the rows, which has n rows.
func keyRoom(st style, n int) vg.Length {
	if n == 0 {
		return 0
	}
	return st.pt(6 + 10.5*float64(n))
}

func (v verdicts) height(st style, w vg.Length) (vg.Length, error) {
	l, err := v.layout(st, w)
	if err != nil {
		return 0, err
	}
	return l.height + keyRoom(st, len(v.keys(st, l.small, w))), nil
}

func (v verdicts) draw(c vg.Canvas, st style, w, h, reserve vg.Length) error {
	l, err := v.layout(st, w)
	if err != nil {
		return err
	}
	keys := v.keys(st, l.small, w)
	bottom := reserve + keyRoom(st, len(keys))
	if h < bottom+l.height*0.85 {
		return fmt.Errorf("figure of %.3g by %.3g in is too small for %d claims: use a larger size", float64(w)/72, float64(h)/72, len(v.claims))
	}
	stretch := (h - bottom) / l.height
	y := h - l.header*stretch
	base := y + st.pt(4)
	headText := func(x vg.Length, s string) {
		drawText(c, l.head, faintInk, vg.Point{X: x, Y: base}, anchor{0, 0}, 0, s)
	}
	headText(l.nameX, "claim")
	headText(l.marksX, "conditions")
	headText(l.wordX, "verdict")
	if !l.narrow {
		headText(l.decideX, fit(l.head, "number that decides, its range, its limit", l.decideWidth+st.pt(4)))
	}
	line(c, axisInk, st.axisWidth(), nil, vg.Point{Y: y}, vg.Point{X: w, Y: y})
	for i, k := range v.claims {
		r := l.rows[i]
		height := r.height * stretch
		v.row(c, l, k, r, y, height, i%2 == 0)
		y -= height
	}
	for i, row := range keys {
		x, at := st.pt(8), bottom-st.pt(3)-st.pt(10.5)*(vg.Length(i)+0.5)
		for _, k := range row {
			drawCondition(c, st, vg.Point{X: x, Y: at}, k.condition)
			drawText(c, l.small, faintInk, vg.Point{X: x + st.pt(6), Y: at}, anchor{0, 0.5}, 0, k.text)
			x += k.width(st, l.small)
		}
	}
	return nil
}

// row draws one claim downwards from top.
func (v verdicts) row(c vg.Canvas, l *verdictLayout, k JudgedClaim, r verdictRow, top, height vg.Length, tinted bool) {
	st := l.st
	if tinted {
		box(c, paperTint, vg.Rectangle{Min: vg.Point{Y: top - height}, Max: vg.Point{X: l.w, Y: top}})
	}
	box(c, verdictColor(k.Verdict), vg.Rectangle{Min: vg.Point{Y: top - height + st.pt(1)}, Max: vg.Point{X: st.pt(3), Y: top - st.pt(1)}})
	first := top - (height-2*l.margin)/2 - l.margin // middle of the row
	if l.narrow {
		first = top - l.margin - l.lineStep/2
	}
	drawText(c, l.name, ink, vg.Point{X: l.nameX, Y: first}, anchor{0, 0.5}, 0, k.Name)
	for j, condition := range k.Conditions {
		drawCondition(c, st, vg.Point{X: l.marksX + (vg.Length(j)+0.5)*l.markStep, Y: first}, condition)
	}
	drawText(c, l.text, ink, vg.Point{X: l.wordX, Y: first}, anchor{0, 0.5}, 0, k.Verdict)
	block := func(fc font.Face, lines []string, x, mid vg.Length) {
		for i, s := range lines {
			y := mid + l.lineStep*(vg.Length(len(lines)-1)/2-vg.Length(i))
			drawText(c, fc, ink, vg.Point{X: x, Y: y}, anchor{0, 0.5}, 0, s)
		}
	}
	if !l.narrow {
		block(l.text, r.text, l.textX, first)
		block(l.small, r.decides, l.decideX, first)
		return
	}
	at := first - l.lineStep*vg.Length(len(r.text)+1)/2
	block(l.text, r.text, l.textX, at)
	at -= l.lineStep * vg.Length(len(r.text)+len(r.decides)) / 2
	block(l.small, r.decides, l.decideX, at)
}

// verdictKey is an entry of the key.
type verdictKey struct {
	condition Condition
	text      string
}

func (k verdictKey) width(st style, fc font.Face) vg.Length {
	return st.pt(6+11) + textWidth(fc, k.text)
}

// keys say what the marks mean, for those that there are, broken into rows.
func (v verdicts) keys(st style, fc font.Face, w vg.Length) (rows [][]verdictKey) {
	used := vg.Length(0)
	for _, k := range []struct {
		verdictKey
		in func(Condition) bool
	}{
		{verdictKey{Condition{Core: true, Met: true}, "core condition"}, func(k Condition) bool { return k.Core }},
		{verdictKey{Condition{Met: true}, "other"}, func(k Condition) bool { return !k.Core }},
		{verdictKey{Condition{Core: true}, "not met"}, func(k Condition) bool { return !k.Met }},
		{verdictKey{Condition{Met: true, Seeds: 3, SeedsMet: 2}, "met by the median, and by 2 of the seeds alone"},
			func(k Condition) bool { return k.Met && k.SeedsMet < k.Seeds }},
	} {
		there := false
		for _, c := range v.claims {
			for _, condition := range c.Conditions {
				there = there || k.in(condition)
			}
		}
		if !there {
			continue
		}
		if kw := k.width(st, fc); len(rows) == 0 || used+kw > w {
			rows, used = append(rows, nil), st.pt(8)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], k.verdictKey)
		used += k.width(st, fc)
	}
	return rows
}
