// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
)

// webBuilder turns a grid, as it is laid out, into what the script draws.
type webBuilder struct {
	out     webFigure
	grid    *Grid
	layout  *gridLayout
	entries []legendEntry
}

// web is the figure as the notebook shows it.
func (f *Figure) web() (*webFigure, error) {
	st := newStyle(Notebook)
	g := f.grid.reflowed(st, Notebook.Width)
	l, err := g.layout(st, Notebook.Width, 0, f.markRoom(st))
	if err != nil {
		return nil, err
	}
	l.h += f.titleRoom(st)
	b := &webBuilder{grid: g, layout: l, out: webFigure{W: cssPixels(l.w), H: cssPixels(l.h), Size: cssPixels(st.textSize()),
		Tick: cssPixels(st.tickSize()), Sample: cssPixels(st.legendSample()), Alt: f.Alt(), ShareY: g.ShareY, Xs: [][]web{}, Texts: []webText{}, Legend: []webEntry{}}}
	for _, t := range g.texts(l) {
		b.text(t)
	}
	if len(f.meta.Marks) > 0 {
		b.out.Texts = append(b.out.Texts, webText{T: piecesOf(f.markText()), X: cssPixels(l.w - st.pt(2)), Y: cssPixels(l.h - st.pt(2)),
			Size: cssPixels(st.smallSize()), Anchor: 2, Italic: true, Color: webHex(faintInk)})
	}
	if f.title != "" {
		fc := face(bold, st.figureTitleSize())
		b.out.Texts = append(b.out.Texts, webText{T: piecesOf(fit(fc, f.title, l.w-st.pt(4))), X: cssPixels(st.pt(2)),
			Y: cssPixels(st.pt(2) + capHeight*st.figureTitleSize()), Size: cssPixels(st.figureTitleSize()), Bold: true, Color: webHex(ink)})
	}
	b.legend()
	for r, row := range g.Panels {
		for k, p := range row {
			if p.Skip {
				continue
			}
			w, err := b.panel(p, g.frame(l, r, k), l.labels[k])
			if err != nil {
				return nil, err
			}
			var head []string
			for _, h := range []string{at(g.RowHeads, r), at(g.ColumnHeads, k), p.Title} {
				if h != "" {
					head = append(head, plainText(h))
				}
			}
			if w.Name = strings.Join(head, ", "); w.Name == "" {
				w.Name = "panel"
			}
			b.out.Panels = append(b.out.Panels, *w)
		}
	}
	return &b.out, nil
}

// y is a height in the page.
func (b *webBuilder) y(v vg.Length) web { return cssPixels(b.layout.h - v) }

func (b *webBuilder) text(t placed) {
	st := b.layout.st
	at := t.at
	if shift := vg.Length(t.by.Y*capHeight) * st.textSize(); t.up {
		at.X += shift
	} else {
		at.Y -= shift
	}
	b.out.Texts = append(b.out.Texts, webText{T: piecesOf(t.text), X: cssPixels(at.X), Y: b.y(at.Y), Size: cssPixels(st.textSize()),
		Anchor: int(2 * t.by.X), Bold: t.bold, Up: t.up, Color: webHex(t.color)})
}

// legend places the entries as they are drawn.
func (b *webBuilder) legend() {
	g, l, st := b.grid, b.layout, b.layout.st
	add := func(e legendEntry, x, y vg.Length) {
		w := webEntry{T: piecesOf(e.name), X: cssPixels(x), Y: b.y(y), W: cssPixels(e.width(st)), Color: webHex(e.col), Dash: st.webDash(e.dash), Band: e.band}
		switch {
		case e.kind.bar():
			w.Kind = "box"
		case e.kind == marked:
			w.Kind = "dot"
		}
		b.entries = append(b.entries, e)
		b.out.Legend = append(b.out.Legend, w)
	}
	switch g.Legend {
	case LegendBelow:
		for i, row := range l.legend {
			var w vg.Length
			for _, e := range row {
				w += e.width(st) + st.pt(11)
			}
			x := (l.w - w + st.pt(11)) / 2
			for _, e := range row {
				add(e, x, l.legendTop-st.legendLine()*(vg.Length(i)+0.5))
				x += e.width(st) + st.pt(11)
			}
		}
	case LegendRight:
		for i, e := range l.entries {
			add(e, l.legendX, l.upperY-st.legendLine()*(vg.Length(i)+0.5))
		}
	}
}

// switches are the entries that stand for something of a look: those of its colour, and, of keys that explain dashes,
// those of its dashes. Without keys an entry is its name and its look.
func (b *webBuilder) switches(e legendEntry) (list []int) {
	for i, k := range b.entries {
		same := k.name == e.name && k.col == e.col && k.kind == e.kind
		if len(b.grid.Keys) > 0 {
			same = k.col == e.col || k.col == axisInk && k.dash == e.dash
		}
		if same && !k.ref {
			list = append(list, i)
		}
	}
	return list
}

func (b *webBuilder) panel(p *Panel, f frame, room vg.Length) (*webPanel, error) {
	r := f.rect
	w := &webPanel{
		Box:   [4]web{cssPixels(r.Min.X), b.y(r.Max.Y), cssPixels(r.Size().X), cssPixels(r.Size().Y)},
		Inset: cssPixels(f.inset), X: [2]web{web(f.x.lo), web(f.x.hi)}, Y: [2]web{web(f.y.lo), web(f.y.hi)},
		Gap: web(f.steps.Gap), Steps: f.isSteps, LogY: f.logY, Percent: f.percent, LabelX: !f.noLabelX, LabelY: !f.noLabelY,
		Labelled: p.DirectLabels, Curves: []webLine{}, Bars: []webBars{}, Refs: []webRef{}, Verticals: []webRef{},
	}
	if p.blank() {
		if w.Empty = p.Empty; w.Empty == "" {
			w.Empty = "no record"
		}
		return w, nil
	}
	tick := face(regular, f.st.tickSize())
	label := func(text string) (pieces, web) { // and its width; as [drawDirectLabels] has it
		text = fit(tick, text, room-f.st.pt(7))
		return piecesOf(text), cssPixels(textWidth(tick, text))
	}
	for i := range p.Curves {
		c := &p.Curves[i]
		e := c.entry(i)
		line := webLine{Name: plainText(c.Name), Text: piecesOf(c.Name), X: b.xs(c.X), Y: webList(c.Y), Lo: webList(c.Lo), Hi: webList(c.Hi),
			Color: webHex(e.col), Dash: f.st.webDash(e.dash), Keys: b.switches(e), Marks: c.Marks || c.Scatter, Scatter: c.Scatter, Cloud: c.Role == Cloud}
		if p.DirectLabels && c.Label != "" {
			line.Label, line.Room = label(c.Label)
			line.Ink = webHex(darker(e.col))
		}
		if c.Name == "" {
			line.Text = piecesOf("value")
		}
		w.Curves = append(w.Curves, line)
	}
	for _, ref := range p.References {
		v := webRef{Y: web(ref.Y)}
		if p.DirectLabels {
			v.Label, v.Room = label(ref.Label)
		}
		w.Refs = append(w.Refs, v)
	}
	for _, v := range p.Verticals {
		w.Verticals = append(w.Verticals, webRef{X: web(v.X)})
	}
	switch l := p.layer().(type) {
	case *Bars:
		b.bars(w, l)
	case *Histogram:
		for i, e := range l.entries()[:len(l.Groups)] {
			w.Bars = append(w.Bars, webBars{Name: plainText(e.name), Text: piecesOf(e.name), From: webList(l.edges[:len(l.edges)-1]), To: webList(l.edges[1:]),
				Y: webList(l.counts[i]), Color: webHex(e.col), Keys: b.switches(e)})
		}
		w.Clamp = webList(l.Clamp)
		for _, v := range l.Clamp {
			w.Verticals = append(w.Verticals, webRef{X: web(v)})
		}
	case *HeatMap:
		return w, b.heat(w, l, f)
	}
	return w, nil
}

// xs is the number of a list of X values, which is kept once.
func (b *webBuilder) xs(x []float64) int {
	list := webList(x)
	if i := slices.IndexFunc(b.out.Xs, func(o []web) bool { return slices.Equal(o, list) }); i >= 0 {
		return i
	}
	if list == nil {
		list = []web{}
	}
	b.out.Xs = append(b.out.Xs, list)
	return len(b.out.Xs) - 1
}

func (b *webBuilder) bars(w *webPanel, l *Bars) {
	w.Names = make([]string, len(l.Categories))
	for i, c := range l.Categories {
		w.Names[i] = plainText(c)
	}
	slot := 0.76 / float64(len(l.Series))
	for i, s := range l.Series {
		e := l.entries()[i]
		one := webBars{Name: plainText(s.Name), Text: piecesOf(s.Name), Y: webList(s.Y), Lo: webList(s.Lo), Hi: webList(s.Hi), Color: webHex(e.col), Keys: b.switches(e)}
		for k := range s.Y {
			left := float64(k) + slot*(float64(i)-float64(len(l.Series))/2)
			one.From, one.To = append(one.From, web(left+slot*0.04)), append(one.To, web(left+slot*0.96))
		}
		w.Bars = append(w.Bars, one)
	}
}

func (b *webBuilder) heat(w *webPanel, h *HeatMap, f frame) (err error) {
	heat := &webHeat{Name: piecesOf(h.Name), Square: h.square(), Names: []webTick{}, Below: []webTick{}, Lines: []int{}, Strips: []webStrip{}}
	if heat.Src, err = h.webPicture(); err != nil {
		return err
	}
	for _, row := range h.Values {
		heat.V = append(heat.V, webList(row))
	}
	for _, t := range h.yTicks(f) {
		heat.Names = append(heat.Names, webTick{t.Label, web(t.Value)})
	}
	for _, t := range h.xTicks(f) {
		heat.Below = append(heat.Below, webTick{t.Label, web(t.Value)})
	}
	at := 0
	for i, g := range h.Groups {
		if i > 0 {
			heat.Lines = append(heat.Lines, at)
		}
		if g.Role != Auto {
			heat.Strips = append(heat.Strips, webStrip{web(at), web(at + g.Size), webHex(roleColor(g.Role, i))})
		}
		at += g.Size
	}
	low, d := 0.0, h.diverging()
	if d {
		low = -h.Limit
	}
	for i := range scaleSteps {
		heat.Scale = append(heat.Scale, webHex(h.color(low+(h.Limit-low)*(float64(i)+0.5)/scaleSteps, d)))
	}
	for _, v := range h.scaleTicks() {
		heat.Ticks = append(heat.Ticks, webTick{brief(v), web((v - low) / (h.Limit - low))})
	}
	w.Heat = heat
	return nil
}
