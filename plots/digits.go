// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
)

// DigitsData is the data of [Digits].
type DigitsData struct {
	Meta
	// Images are square pictures, row by row from the top left: side² grey
	// values, or 3·side² values red, green, blue for each pixel. All have the
	// same length.
	Images [][]uint8
	// Labels are the labels as given to training, Original the labels before
	// label noise; nil means the same as Labels.
	Labels, Original []int
	// Word stands before the other label of a marked example, and Key says below
	// what marked ones are; empty means "was", and "corrupt: label changed".
	Word, Key string
	// Names, where given, name the classes; else labels are shown as numbers.
	Names []string
	// Attribution is printed small below the pictures.
	Attribution string
}

// MaxDigits is the largest number of images in one figure.
const MaxDigits = 400

// Bytes turns pixels in [0, 1] into bytes for [DigitsData], clamping others;
// NaN becomes 0.
func Bytes(pixels []float64) []uint8 {
	out := make([]uint8, len(pixels))
	for i, v := range pixels {
		if v > 0 {
			out[i] = uint8(math.Min(v, 1)*255 + 0.5)
		}
	}
	return out
}

// Digits draws example images with their labels. A corrupt example has a heavy
// frame with a filled corner and says what its label was, so it doesn't depend
// on colour. Grey images are printed dark on white.
func Digits(d DigitsData) (*Figure, error) {
	n := len(d.Images)
	if n == 0 || n > MaxDigits {
		return nil, fmt.Errorf("digits: %d images: use 1 to %d", n, MaxDigits)
	}
	if len(d.Labels) != n || d.Original != nil && len(d.Original) != n {
		return nil, fmt.Errorf("digits: %d labels and %d original labels for %d images: give one each (original labels may be nil)", len(d.Labels), len(d.Original), n)
	}
	size := len(d.Images[0])
	side, channels := squareSide(size)
	if side == 0 {
		return nil, fmt.Errorf("digits: image of %d values is not a square of grey or colour pixels: use side² or 3·side² values", size)
	}
	t := digits{pixels: side, channels: channels, attribution: oneLine(d.Attribution, 300),
		word: cmp.Or(oneLine(d.Word, 40), "was"), key: cmp.Or(oneLine(d.Key, 80), "corrupt: label changed")}
	table := Table{Columns: []string{"image", "label", "original_label", "corrupt"}}
	for i := 0; i < size; i++ {
		table.Columns = append(table.Columns, "v"+strconv.Itoa(i))
	}
	for i, px := range d.Images {
		if len(px) != size {
			return nil, fmt.Errorf("digits: image %d has %d values, image 0 has %d: use one size", i, len(px), size)
		}
		given, orig := d.Labels[i], d.Labels[i]
		if d.Original != nil {
			orig = d.Original[i]
		}
		tile := tile{px: slices.Clone(px), label: className(d.Names, given)}
		if given != orig {
			tile.was, t.corrupt = className(d.Names, orig), t.corrupt+1
		}
		t.tiles = append(t.tiles, tile)
		row := []string{strconv.Itoa(i), strconv.Itoa(given), strconv.Itoa(orig), strconv.FormatBool(given != orig)}
		for _, v := range px {
			row = append(row, strconv.Itoa(int(v)))
		}
		table.Rows = append(table.Rows, row)
	}
	m := d.Meta.clean()
	if m.Alt == "" {
		m.Alt = fmt.Sprintf("%d example images with their labels, %d of them corrupt.", n, t.corrupt)
		if d.Key != "" {
			m.Alt = fmt.Sprintf("%d example images with their labels, %d of them marked (%s).", n, t.corrupt, t.key)
		}
	}
	return &Figure{meta: m, table: table, height: t.height, draw: t.draw}, nil
}

func className(names []string, label int) string {
	if label >= 0 && label < len(names) {
		return oneLine(names[label], 40)
	}
	return strconv.Itoa(label)
}

// squareSide returns side and channels of an image of n values, or 0.
func squareSide(n int) (side, channels int) {
	for _, ch := range []int{1, 3} {
		if n%ch != 0 {
			continue
		}
		s := int(math.Round(math.Sqrt(float64(n / ch))))
		if s >= 2 && s <= 512 && s*s*ch == n {
			return s, ch
		}
	}
	return 0, 0
}

type tile struct {
	px         []uint8
	label, was string
}

type digits struct {
	tiles            []tile
	pixels, channels int // of a side, of a pixel
	corrupt          int
	attribution      string
	word, key        string
}

// zoom is how many sheet pixels an image pixel takes: enough that no viewer or
// printer blurs it.
func (t digits) zoom(cols int) int {
	return max(1, min(168/t.pixels, 2400/(t.pixels*cols)))
}

// sheet is all images in one picture, with gaps of the given pixels. One
// picture, because a PDF with several doesn't come out the same twice, and a
// LaTeX figure needs each in a file of its own.
func (t digits) sheet(cols, rows, zoom, gapX, gapY int) image.Image {
	side := t.pixels * zoom
	img := image.NewRGBA(image.Rect(0, 0, cols*(side+gapX)-gapX, rows*(side+gapY)-gapY))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for n, tl := range t.tiles {
		x0, y0 := n%cols*(side+gapX), n/cols*(side+gapY)
		for y := 0; y < side; y++ {
			for x := 0; x < side; x++ {
				p := tl.px[(y/zoom*t.pixels+x/zoom)*t.channels:]
				if t.channels == 1 {
					v := 255 - p[0]
					img.SetRGBA(x0+x, y0+y, color.RGBA{v, v, v, 255})
				} else {
					img.SetRGBA(x0+x, y0+y, color.RGBA{p[0], p[1], p[2], 255})
				}
			}
		}
	}
	return img
}

// shape is the number of columns and rows at a width, the side of an image and
// the height of a tile's text.
func (t digits) shape(st style, w vg.Length) (cols, rows int, side, text vg.Length) {
	n := len(t.tiles)
	most := max(1, int((w-st.pt(4)+st.pt(5))/(st.pt(33)+st.pt(5))))
	if n > 60 {
		most = max(most, int((w-st.pt(4))/st.pt(22)))
	}
	rows = (n + most - 1) / most
	cols = (n + rows - 1) / rows
	side = min((w-st.pt(4)+st.pt(5))/vg.Length(cols)-st.pt(5), st.pt(64))
	text = st.pt(9.5)
	if t.corrupt > 0 {
		text += st.pt(7.5)
	}
	return cols, rows, side, text
}

func (t digits) footer(st style) vg.Length {
	h := st.pt(2)
	if t.corrupt > 0 {
		h += st.pt(10)
	}
	if t.attribution != "" {
		h += st.pt(8)
	}
	return h
}

func (t digits) height(st style, w vg.Length) (vg.Length, error) {
	_, rows, side, text := t.shape(st, w)
	return st.pt(2) + vg.Length(rows)*(side+text+st.pt(4)) + t.footer(st), nil
}

func (t digits) draw(c vg.Canvas, st style, w, h, reserve vg.Length) error {
	cols, rows, side, text := t.shape(st, w)
	free := h - reserve - t.footer(st) - st.pt(2)
	side = min(side, free/vg.Length(rows)-text-st.pt(4))
	if side < st.pt(8) {
		return fmt.Errorf("figure of %.3g by %.3g in is too small for %d images: use a larger size or height 0", float64(w)/72, float64(h)/72, len(t.tiles))
	}
	// The pitches are whole pixels of the sheet, so that frames fit exactly.
	zoom := t.zoom(cols)
	pixel := side / vg.Length(t.pixels*zoom)
	gapX := int(((w-st.pt(4)+st.pt(5))/vg.Length(cols) - side) / pixel)
	gapY := int((text + st.pt(4)) / pixel)
	pitch, pitchY := side+vg.Length(gapX)*pixel, side+vg.Length(gapY)*pixel
	left := (w - pitch*vg.Length(cols-1) - side) / 2
	c.DrawImage(vg.Rectangle{
		Min: vg.Point{X: left, Y: h - st.pt(2) - side - pitchY*vg.Length(rows-1)},
		Max: vg.Point{X: left + pitch*vg.Length(cols-1) + side, Y: h - st.pt(2)},
	}, t.sheet(cols, rows, zoom, gapX, gapY))
	for i, tl := range t.tiles {
		x := left + vg.Length(i%cols)*pitch
		y := h - st.pt(2) - side - vg.Length(i/cols)*pitchY
		t.tile(c, st, tl, vg.Rectangle{Min: vg.Point{X: x, Y: y}, Max: vg.Point{X: x + side, Y: y + side}}, pitch-st.pt(2))
	}
	y := reserve + t.footer(st) - st.pt(8)
	fc := face(regular, st.smallSize())
	if t.corrupt > 0 {
		k := st.pt(7)
		r := vg.Rectangle{Min: vg.Point{X: st.pt(3), Y: y - st.pt(1)}, Max: vg.Point{X: st.pt(3) + k, Y: y - st.pt(1) + k}}
		corruptFrame(c, st, r)
		drawText(c, face(regular, st.tickSize()), ink, vg.Point{X: r.Max.X + st.pt(4), Y: r.Min.Y + k/2}, anchor{0, 0.5}, 0, t.key)
		y -= st.pt(9)
	}
	drawText(c, fc, faintInk, vg.Point{X: st.pt(2), Y: y}, anchor{0, 0}, 0, fit(fc, t.attribution, w-st.pt(4)))
	return nil
}

func (t digits) tile(c vg.Canvas, st style, tl tile, r vg.Rectangle, room vg.Length) {
	line(c, gridInk, st.gridWidth(), nil, r.Min, vg.Point{X: r.Max.X, Y: r.Min.Y}, r.Max, vg.Point{X: r.Min.X, Y: r.Max.Y}, r.Min)
	label := face(bold, st.textSize())
	mid := (r.Min.X + r.Max.X) / 2
	drawText(c, label, ink, vg.Point{X: mid, Y: r.Min.Y - st.pt(3)}, anchor{0.5, 1}, 0, fit(label, tl.label, room))
	if tl.was == "" {
		return
	}
	corruptFrame(c, st, r)
	was := face(italic, st.smallSize())
	drawText(c, was, faintInk, vg.Point{X: mid, Y: r.Min.Y - st.pt(10.5)}, anchor{0.5, 1}, 0, fit(was, t.word+" "+tl.was, room))
}

// corruptFrame marks a corrupt example by shape first, colour second.
func corruptFrame(c vg.Canvas, st style, r vg.Rectangle) {
	half := st.pt(0.6)
	a, b := vg.Point{X: r.Min.X + half, Y: r.Min.Y + half}, vg.Point{X: r.Max.X - half, Y: r.Max.Y - half}
	corner := max((r.Max.X-r.Min.X)*0.24, st.pt(4))
	polygon(c, okabeOrange, vg.Point{X: r.Max.X - corner, Y: r.Max.Y}, r.Max, vg.Point{X: r.Max.X, Y: r.Max.Y - corner})
	// The extra point past the start closes the corner without a notch.
	line(c, okabeOrange, 2*half, nil, vg.Point{X: a.X, Y: a.Y - half}, vg.Point{X: a.X, Y: b.Y}, b, vg.Point{X: b.X, Y: a.Y}, vg.Point{X: a.X, Y: a.Y})
}
