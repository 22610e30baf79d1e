// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"fmt"
	"sync"

	"codeberg.org/go-fonts/liberation/liberationmonobold"
	"codeberg.org/go-fonts/liberation/liberationmonobolditalic"
	"codeberg.org/go-fonts/liberation/liberationmonoitalic"
	"codeberg.org/go-fonts/liberation/liberationmonoregular"
	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansbolditalic"
	"codeberg.org/go-fonts/liberation/liberationsansitalic"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-fonts/liberation/liberationserifbold"
	"codeberg.org/go-fonts/liberation/liberationserifbolditalic"
	"codeberg.org/go-fonts/liberation/liberationserifitalic"
	"codeberg.org/go-fonts/liberation/liberationserifregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// point is in font units when it belongs to an outline, and in 1/256 of a pixel when it is drawn. y grows downwards.
// They are int64 because products of them outgrow the int of a 32-bit machine.
type point struct{ x, y int64 }

// outline is closed contours, curves flattened, with the middle of its bounding box at the origin. Areas are filled by
// the nonzero rule.
type outline [][]point

// glyphOutlines returns outlines[digit][face].
var glyphOutlines = sync.OnceValues(func() (outlines [10][]outline, err error) {
	for _, ttf := range [][]byte{
		liberationsansregular.TTF, liberationsansbold.TTF, liberationsansitalic.TTF, liberationsansbolditalic.TTF,
		liberationserifregular.TTF, liberationserifbold.TTF, liberationserifitalic.TTF, liberationserifbolditalic.TTF,
		liberationmonoregular.TTF, liberationmonobold.TTF, liberationmonoitalic.TTF, liberationmonobolditalic.TTF,
	} {
		font, err := sfnt.Parse(ttf)
		if err != nil {
			return outlines, fmt.Errorf("embedded font: %w", err)
		}
		for digit := range outlines {
			o, err := loadOutline(font, rune('0'+digit))
			if err != nil {
				return outlines, fmt.Errorf("embedded font, digit %d: %w", digit, err)
			}
			outlines[digit] = append(outlines[digit], o)
		}
	}
	return outlines, nil
})

// loadOutline reads one glyph. At ppem = units per em, sfnt does no scaling, so the coordinates are the font's integers.
func loadOutline(font *sfnt.Font, r rune) (outline, error) {
	var buffer sfnt.Buffer
	index, err := font.GlyphIndex(&buffer, r)
	if err != nil {
		return nil, err
	}
	segments, err := font.LoadGlyph(&buffer, index, fixed.Int26_6(font.UnitsPerEm()), nil)
	if err != nil {
		return nil, err
	}
	var o outline
	var contour []point
	for _, s := range segments {
		to := func(i int) point { return point{int64(s.Args[i].X), int64(s.Args[i].Y)} }
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if len(contour) > 0 {
				o = append(o, contour)
			}
			contour = []point{to(0)}
		case sfnt.SegmentOpLineTo:
			contour = append(contour, to(0))
		case sfnt.SegmentOpQuadTo:
			contour = appendQuad(contour, to(0), to(1))
		default:
			return nil, fmt.Errorf("outline with a segment of kind %d, TrueType has lines and quadratic curves only", s.Op)
		}
	}
	o = append(o, contour)
	o.centre()
	return o, nil
}

// appendQuad appends the quadratic Bézier curve from the contour's last point, as six straight pieces:
// P(k/n) = ((n−k)²·P₀ + 2k(n−k)·P₁ + k²·P₂)/n².
func appendQuad(contour []point, p1, p2 point) []point {
	const n = 6
	p0 := contour[len(contour)-1]
	for k := int64(1); k <= n; k++ {
		a, b, c := (n-k)*(n-k), 2*k*(n-k), k*k
		contour = append(contour, point{(a*p0.x + b*p1.x + c*p2.x) / (n * n), (a*p0.y + b*p1.y + c*p2.y) / (n * n)})
	}
	return contour
}

func (o outline) centre() {
	low, high := o[0][0], o[0][0]
	for _, contour := range o {
		for _, p := range contour {
			low = point{min(low.x, p.x), min(low.y, p.y)}
			high = point{max(high.x, p.x), max(high.y, p.y)}
		}
	}
	for _, contour := range o {
		for i := range contour {
			contour[i].x -= (low.x + high.x) / 2
			contour[i].y -= (low.y + high.y) / 2
		}
	}
}
