// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// HeatMap is a matrix as colours, its first row at the top, such as the inner
// products of all pairs of examples. Where there are values below 0 the scale
// goes from dark blue through grey, which is 0, to light yellow: in a grey print
// too what is darker than 0 is negative. Else it goes from white to blue. A NaN
// is black on the one and grey on the other.
type HeatMap struct {
	Values [][]float64 // by row and column; rows have one length
	// Limit is where the scale ends, on both sides of 0; values beyond it have
	// its last colour. 0 takes the largest absolute value.
	Limit float64
	// Groups, where given, say what consecutive rows belong to, from the top,
	// and the columns likewise if there are as many: lines between them, names
	// at the left and below, and a strip in the colour of each group's role.
	Groups []HeatGroup
	// Name of the values, above the scale.
	Name string
}

// HeatGroup is a number of consecutive rows. A group without a name has a line and
// a strip alone.
type HeatGroup struct {
	Name string
	Size int
	Role Role // Auto has no strip
}

// MaxHeatMap is the largest number of rows and of columns.
const MaxHeatMap = 1000

func (h *HeatMap) check() (*HeatMap, error) {
	out := *h
	out.Name = oneLine(h.Name, 60)
	rows := len(h.Values)
	if rows == 0 || rows > MaxHeatMap || len(h.Values[0]) == 0 || len(h.Values[0]) > MaxHeatMap {
		return nil, fmt.Errorf("heat map of %d rows: use 1 to %d rows and columns", rows, MaxHeatMap)
	}
	if !(h.Limit >= 0) || math.IsInf(h.Limit, 0) {
		return nil, fmt.Errorf("heat map limit %v: use 0 (the largest value) or a number above it", h.Limit)
	}
	out.Values = nil
	largest := 0.0
	for r, row := range h.Values {
		if len(row) != len(h.Values[0]) {
			return nil, fmt.Errorf("heat map: row %d has %d values, row 0 has %d: give as many in each, NaN where one is missing", r, len(row), len(h.Values[0]))
		}
		out.Values = append(out.Values, append([]float64(nil), row...))
		for _, v := range row {
			if finite(v) {
				largest = math.Max(largest, math.Abs(v))
			}
		}
	}
	if out.Limit == 0 {
		out.Limit = largest
	}
	if out.Limit == 0 {
		out.Limit = 1
	}
	total := 0
	out.Groups = append([]HeatGroup(nil), h.Groups...)
	for i := range out.Groups {
		g := &out.Groups[i]
		if g.Name = oneLine(g.Name, 40); g.Size < 1 {
			return nil, fmt.Errorf("heat map: group %d %q of %d rows: use 1 or more", i, g.Name, g.Size)
		}
		total += g.Size
	}
	if len(h.Groups) > 0 && total != rows {
		return nil, fmt.Errorf("heat map: groups of %d rows for %d rows: their sizes must add up", total, rows)
	}
	return &out, nil
}

// aspect keeps the cells square.
func (h *HeatMap) aspect() float64 {
	if len(h.Values) == 0 || len(h.Values[0]) == 0 {
		return 1
	}
	return math.Max(0.2, math.Min(1, float64(len(h.Values))/float64(len(h.Values[0]))))
}

func (h *HeatMap) square() bool { return len(h.Values) == len(h.Values[0]) }

func (h *HeatMap) spans() (x, y span) {
	return span{0, float64(len(h.Values[0]))}, span{0, float64(len(h.Values))}
}

// diverging says that there are values on both sides of 0, or below it.
func (h *HeatMap) diverging() bool {
	for _, row := range h.Values {
		for _, v := range row {
			if v < 0 {
				return true
			}
		}
	}
	return false
}

// The scales of values of either sign, from 0 on; lightness never turns from one end to the other, as colours that are
// equally light on both sides of 0 are one in grey. And the scale of values of one sign.
var (
	heatPlus   = []color.NRGBA{{0x9e, 0x9e, 0x9e, 0xff}, {0xe4, 0xb4, 0x7c, 0xff}, {0xfb, 0xd0, 0x78, 0xff}, {0xff, 0xf6, 0xb0, 0xff}}
	heatMinus  = []color.NRGBA{{0x9e, 0x9e, 0x9e, 0xff}, {0x55, 0x7c, 0xb0, 0xff}, {0x22, 0x50, 0x90, 0xff}, {0x03, 0x20, 0x45, 0xff}}
	heatAmount = []color.NRGBA{{0xff, 0xff, 0xff, 0xff}, {0x92, 0xc5, 0xde, 0xff}, {0x43, 0x93, 0xc3, 0xff}, {0x05, 0x30, 0x61, 0xff}}
	heatVoid   = color.NRGBA{0x00, 0x00, 0x00, 0xff}
	heatNone   = color.NRGBA{0xbb, 0xbb, 0xbb, 0xff}
)

// between is the colour at t in [0, 1] of a scale of equally spaced colours.
func between(scale []color.NRGBA, t float64) color.NRGBA {
	t = math.Max(0, math.Min(1, t)) * float64(len(scale)-1)
	i := min(int(t), len(scale)-2)
	a, b, d := scale[i], scale[i+1], t-float64(i)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + d*(float64(b)-float64(a)))) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

func (h *HeatMap) color(v float64, diverging bool) color.NRGBA {
	switch {
	case math.IsNaN(v) && diverging:
		return heatVoid
	case math.IsNaN(v):
		return heatNone
	case !diverging:
		return between(heatAmount, v/h.Limit)
	case v < 0:
		return between(heatMinus, -v/h.Limit)
	}
	return between(heatPlus, v/h.Limit)
}

// draw fills the frame. The picture has some pixels for each cell, so that no viewer blurs it.
func (h *HeatMap) draw(c vg.Canvas, f frame) {
	st, r := f.st, f.rect
	c.DrawImage(r, h.picture(max(1, 600/max(len(h.Values), len(h.Values[0])))))
	line(c, axisInk, st.axisWidth(), nil, r.Min, vg.Point{X: r.Max.X, Y: r.Min.Y}, r.Max, vg.Point{X: r.Min.X, Y: r.Max.Y}, r.Min)
	at := 0
	strip := st.pt(2.4)
	for i, g := range h.Groups {
		if i > 0 {
			p := float64(at)
			line(c, heatLine, st.axisWidth(), nil, vg.Point{X: r.Min.X, Y: f.py(p)}, vg.Point{X: r.Max.X, Y: f.py(p)})
			if h.square() {
				line(c, heatLine, st.axisWidth(), nil, vg.Point{X: f.px(p), Y: r.Min.Y}, vg.Point{X: f.px(p), Y: r.Max.Y})
			}
		}
		from, to := float64(at), float64(at+g.Size)
		at += g.Size
		if g.Role == Auto {
			continue
		}
		col := roleColor(g.Role, i)
		drawBar(c, st, col, vg.Rectangle{Min: vg.Point{X: r.Min.X - strip, Y: f.py(to)}, Max: vg.Point{X: r.Min.X - st.pt(0.4), Y: f.py(from)}}, hatch(g.Role, 0))
		if h.square() {
			drawBar(c, st, col, vg.Rectangle{Min: vg.Point{X: f.px(from), Y: r.Min.Y - strip}, Max: vg.Point{X: f.px(to), Y: r.Min.Y - st.pt(0.4)}}, filled)
		}
	}
}

// picture has zoom by zoom pixels for each cell.
func (h *HeatMap) picture(zoom int) image.Image {
	rows, cols, d := len(h.Values), len(h.Values[0]), h.diverging()
	img := image.NewRGBA(image.Rect(0, 0, cols*zoom, rows*zoom))
	for y := range rows * zoom {
		for x := range cols * zoom {
			img.Set(x, y, h.color(h.Values[y/zoom][x/zoom], d))
		}
	}
	return img
}

var heatLine = color.NRGBA{0x22, 0x22, 0x22, 0x90}

// groupTicks are the groups' names in their middles, thinned by the room that each has.
func (h *HeatMap) groupTicks(room func(size int, name string) string) []plot.Tick {
	var ts []plot.Tick
	at := 0
	for i := 0; i < len(h.Groups); i++ {
		size := h.Groups[i].Size
		for i+1 < len(h.Groups) && h.Groups[i+1].Name == "" { // those without a name belong to the one before
			i++
			size += h.Groups[i].Size
		}
		name := h.Groups[i].Name
		for k := i; k >= 0 && name == ""; k-- {
			name = h.Groups[k].Name
		}
		if name = room(size, name); name != "" {
			ts = append(ts, plot.Tick{Value: float64(at) + float64(size)/2, Label: name})
		}
		at += size
	}
	return ts
}

func (h *HeatMap) yTicks(f frame) []plot.Tick {
	if len(h.Groups) == 0 {
		return linearTicks(0, float64(len(h.Values)), 4)
	}
	return h.groupTicks(func(size int, name string) string {
		if f.py(0)-f.py(float64(size)) < f.st.tickSize()*0.9 {
			return ""
		}
		return name
	})
}

func (h *HeatMap) xTicks(f frame) []plot.Tick {
	fc := face(regular, f.st.tickSize())
	if len(h.Groups) == 0 || !h.square() {
		return linearTicks(0, float64(len(h.Values[0])), 4)
	}
	return h.groupTicks(func(size int, name string) string {
		return fit(fc, name, f.px(float64(size))-f.px(0)-f.st.pt(1.5))
	})
}

func (h *HeatMap) yLabelWidth(width func(string) vg.Length) (w vg.Length) {
	if len(h.Groups) == 0 {
		return width(strconv.Itoa(len(h.Values)))
	}
	for _, g := range h.Groups {
		w = max(w, width(g.Name))
	}
	return w
}

// entries name the groups' colours, where roles have names.
func (h *HeatMap) entries() (list []legendEntry) {
	for _, e := range []legendEntry{{name: "pristine", col: okabeGreen, kind: filled}, {name: "corrupt", col: okabeOrange, kind: striped}} {
		for _, g := range h.Groups {
			if g.Role == Pristine && e.kind == filled || g.Role == Corrupt && e.kind == striped {
				list = append(list, e)
				break
			}
		}
	}
	return list
}

func (h *HeatMap) rows() (rows [][]string) {
	for r, row := range h.Values {
		for c, v := range row {
			rows = append(rows, []string{h.Name, strconv.Itoa(c), strconv.Itoa(r), number(v), number(v)})
		}
	}
	return rows
}

func (h *HeatMap) tell() string {
	s := emptySpan()
	for _, row := range h.Values {
		for _, v := range row {
			s.add(v)
		}
	}
	text := fmt.Sprintf("Heat map of %d rows and %d columns", len(h.Values), len(h.Values[0]))
	if h.Name != "" {
		text += " of " + plainText(h.Name)
	}
	if s.lo <= s.hi {
		text += fmt.Sprintf(", from %s to %s", brief(s.lo), brief(s.hi))
	}
	names := 0
	for _, g := range h.Groups {
		if g.Name != "" {
			names++
		}
	}
	if names > 0 {
		text += fmt.Sprintf(", sorted in %d groups", names)
	}
	return text
}
