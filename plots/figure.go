// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Mark says that a figure is not a result at full scale on real data. It is
// written into the caption and, small, into the figure itself.
type Mark string

// Usual marks; any other short text will do too.
const (
	QuickRun      Mark = "quick run"
	SyntheticData Mark = "synthetic data"
)

// Meta is what every figure has beside its numbers.
type Meta struct {
	// Caption is plain text, one paragraph.
	Caption string
	// Alt describes the picture for someone who can't see it; empty lets the
	// figure function describe it.
	Alt string
	// Provenance is where the numbers came from: spec ids, seeds, versions. It
	// is written into every file. Put no time and no path of a machine into
	// it: they would change the bytes.
	Provenance map[string]string
	// Marks say what the figure is not, see [Mark].
	Marks []Mark
}

func (m Meta) clean() Meta {
	m.Caption, m.Alt = oneLine(m.Caption, 4000), oneLine(m.Alt, 3000)
	p := make(map[string]string, len(m.Provenance))
	for k, v := range m.Provenance {
		if k = oneLine(strings.ReplaceAll(k, ":", " "), 70); k != "" {
			p[k] = oneLine(v, 2000)
		}
	}
	m.Provenance = p
	var marks []Mark
	for _, k := range m.Marks {
		if k = Mark(oneLine(string(k), 60)); k != "" && !slices.Contains(marks, k) {
			marks = append(marks, k)
		}
	}
	m.Marks = marks
	return m
}

// Figure is a checked picture that can be drawn at any size. It does not
// change after it is made and may be used by several goroutines.
type Figure struct {
	meta  Meta
	table Table
	// height returns the figure's own height at a width, without the marks.
	height func(st style, w vg.Length) (vg.Length, error)
	// draw draws in the rectangle from (0, 0) to (w, h), leaving reserve free
	// at the bottom.
	draw func(c vg.Canvas, st style, w, h, reserve vg.Length) error
	// grid is the figure's, nil if it is none.
	grid *Grid
	// title stands above everything; "" for none.
	title string
}

// Titled is the same figure under a title, in one line at the left above everything; "" takes it away. A title that is
// wider than the figure is cut off. In a paper the caption, which stays as it is, does that work.
func (f *Figure) Titled(title string) *Figure {
	titled := *f
	titled.title = oneLine(title, 200)
	return &titled
}

// Caption is the caption in plain text, marks included.
func (f *Figure) Caption() string {
	if len(f.meta.Marks) == 0 {
		return f.meta.Caption
	}
	return strings.TrimSpace(f.meta.Caption + " (" + capitalised(f.markText()) + ".)")
}

// Alt is the alternative text, after the title if there is one.
func (f *Figure) Alt() string {
	if f.title == "" {
		return f.meta.Alt
	}
	return strings.TrimRight(f.title, ".") + ". " + f.meta.Alt
}

// Data is the raw numbers as drawn.
func (f *Figure) Data() Table { return f.table }

// Provenance is a copy of where the numbers came from.
func (f *Figure) Provenance() map[string]string { return maps.Clone(f.meta.Provenance) }

// Marks is a copy of the figure's marks; none means a result like any other.
func (f *Figure) Marks() []Mark { return slices.Clone(f.meta.Marks) }

func (f *Figure) markText() string {
	s := make([]string, len(f.meta.Marks))
	for i, m := range f.meta.Marks {
		s[i] = string(m)
	}
	return strings.Join(s, ", ")
}

// capitalised begins a sentence: with a capital, unless it begins with a symbol, as "ε = 0.5" and "c = 2" do.
func capitalised(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if second, _ := utf8.DecodeRuneInString(s[size:]); !unicode.IsLetter(second) {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// markRoom is the height of the line that holds the marks.
func (f *Figure) markRoom(st style) vg.Length {
	if len(f.meta.Marks) == 0 {
		return 0
	}
	return st.pt(7)
}

// titleRoom is the height of the line that holds the title.
func (f *Figure) titleRoom(st style) vg.Length {
	if f.title == "" {
		return 0
	}
	return st.pt(13)
}

// resolve fills in the height that the figure chooses itself.
func (f *Figure) resolve(s Size) (w, h vg.Length, err error) {
	return f.resolveIn(newStyle(s), s)
}

func (f *Figure) resolveIn(st style, s Size) (w, h vg.Length, err error) {
	if err := s.check(); err != nil {
		return 0, 0, err
	}
	h = s.Height
	if h == 0 {
		if h, err = f.height(st, s.Width); err != nil {
			return 0, 0, err
		}
		h += f.markRoom(st) + f.titleRoom(st)
	}
	return s.Width, h, nil
}

// Draw draws the figure on a part of a gonum canvas, at the canvas's own size;
// scale is Size.Scale. It is an error if the canvas is too small.
func (f *Figure) Draw(c draw.Canvas, scale float64) error {
	sz := c.Rectangle.Size()
	s := Size{Width: sz.X, Height: sz.Y, Scale: scale}
	if err := s.check(); err != nil {
		return err
	}
	c.Push()
	defer c.Pop()
	c.Translate(c.Min)
	return f.drawOn(c.Canvas, newStyle(s), sz.X, sz.Y)
}

func (f *Figure) drawOn(c vg.Canvas, st style, w, h vg.Length) error {
	if _, tex := c.(*texCanvas); tex { // knows by itself what it can't set
		return f.drawParts(c, st, w, h)
	}
	checked := &glyphCanvas{Canvas: c}
	return cmp.Or(f.drawParts(checked, st, w, h), checked.err)
}

func (f *Figure) drawParts(c vg.Canvas, st style, w, h vg.Length) error {
	reserve, top := f.markRoom(st), f.titleRoom(st)
	if err := f.draw(c, st, w, h-top, reserve); err != nil {
		return err
	}
	if top > 0 {
		fc := face(bold, st.figureTitleSize())
		drawText(c, fc, ink, vg.Point{X: st.pt(2), Y: h - st.pt(2)}, anchor{0, 1}, 0, fit(fc, f.title, w-st.pt(4)))
	}
	if reserve > 0 {
		fc := face(italic, st.smallSize())
		drawText(c, fc, faintInk, vg.Point{X: w - st.pt(2), Y: st.pt(2)}, anchor{1, 0}, 0, fit(fc, f.markText(), w-st.pt(4)))
	}
	return nil
}

// NewGrid makes a figure of any small multiples.
func NewGrid(m Meta, g Grid) (*Figure, error) {
	grid, err := g.check()
	if err != nil {
		return nil, err
	}
	m = m.clean()
	if m.Alt == "" {
		m.Alt = oneLine(grid.describe(), 3000)
	}
	return &Figure{
		meta:  m,
		grid:  grid,
		table: grid.table(),
		height: func(st style, w vg.Length) (vg.Length, error) {
			l, err := grid.reflowed(st, w).layout(st, w, 0, 0)
			if err != nil {
				return 0, err
			}
			return l.h, nil
		},
		draw: func(c vg.Canvas, st style, w, h, reserve vg.Length) error {
			g := grid.reflowed(st, w)
			l, err := g.layout(st, w, h, reserve)
			if err != nil {
				return err
			}
			g.draw(c, l)
			return nil
		},
	}, nil
}
