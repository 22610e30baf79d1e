// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"cmp"
	"slices"
)

const (
	glyphSide = 28
	onePixel  = 256     // drawn coordinates are in 1/256 of a pixel
	one       = 1 << 16 // fixed-point 1 of the affine map
	subLines  = 4       // scan lines in one row of pixels
	fullInk   = onePixel * subLines
)

// pen draws outlines into images. It keeps its scratch memory; one goroutine at a time.
type pen struct {
	ink, tmp  [glyphSide * glyphSide]int64
	crossings []crossing
}

// crossing is where a contour crosses a scan line, upwards or downwards.
type crossing struct{ line, x, winding int64 }

func newPen() *pen { return &pen{} }

// affine is x' = (xx·x + xy·y)/one + dx, y' likewise.
type affine struct{ xx, xy, yx, yy, dx, dy int64 }

// randomAffine is rotation · shear · scale, from font units to 1/256 of a pixel, and a shift.
func randomAffine(rng *source) affine {
	// cos and sin from t = tan(angle/2): exact enough, and only integers.
	t := rng.between(-one/8, one/8) // up to 14 degrees
	t2 := t * t / one
	cos, sin := (one-t2)*one/(one+t2), 2*t*one/(one+t2)
	shear := rng.between(-one/5, one/5)
	// A digit is about 1,400 units high; 17 pixels are then the middle of the range.
	size := rng.between(one*285/100, one*350/100)
	sx := size * rng.between(88, 112) / 100
	sy := size * rng.between(92, 108) / 100
	return affine{
		xx: cos * sx / one, xy: (cos*shear/one - sin) * sy / one,
		yx: sin * sx / one, yy: (sin*shear/one + cos) * sy / one,
		dx: glyphSide*onePixel/2 + rng.between(-2*onePixel, 2*onePixel),
		dy: glyphSide*onePixel/2 + rng.between(-2*onePixel, 2*onePixel),
	}
}

func (a affine) apply(p point) point {
	return point{(a.xx*p.x+a.xy*p.y)/one + a.dx, (a.yx*p.x+a.yy*p.y)/one + a.dy}
}

// draw makes one image.
func (p *pen) draw(image []uint8, o outline, rng *source) {
	p.fill(o, randomAffine(rng))
	for range rng.between(0, 2) {
		p.blur()
	}
	ground, paint := rng.between(0, 20), rng.between(150, 255)
	noise := rng.between(5, 35)
	for i, ink := range p.ink {
		v := ground + (paint-ground)*ink/fullInk
		v += rng.between(-noise, noise) + rng.between(-noise, noise) // triangular
		image[i] = uint8(max(0, min(255, v)))
	}
}

// fill sets p.ink to how much of each pixel lies inside the outline under a, 0…fullInk: exact along each of the scan
// lines. What falls outside the image is lost.
func (p *pen) fill(o outline, a affine) {
	clear(p.ink[:])
	p.crossings = p.crossings[:0]
	for _, contour := range o {
		from := a.apply(contour[len(contour)-1])
		for _, q := range contour {
			to := a.apply(q)
			p.cross(from, to)
			from = to
		}
	}
	slices.SortFunc(p.crossings, func(a, b crossing) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.x, b.x), cmp.Compare(a.winding, b.winding))
	})
	var winding int64
	for i, c := range p.crossings {
		if winding != 0 { // contours are closed, so it is 0 again at the end of each line
			p.span(c.line, p.crossings[i-1].x, c.x)
		}
		winding += c.winding
	}
}

// cross notes where the edge from a to b crosses the scan lines. Line l lies at y = (l + ½)·onePixel/subLines.
func (p *pen) cross(a, b point) {
	winding := int64(1)
	if a.y > b.y {
		a, b, winding = b, a, -1
	}
	const step = onePixel / subLines
	for line := max(0, ceilDiv(a.y-step/2, step)); line < glyphSide*subLines; line++ {
		y := line*step + step/2
		if y >= b.y { // a.y ≤ y < b.y, so that a corner is counted once
			return
		}
		p.crossings = append(p.crossings, crossing{line, a.x + (b.x-a.x)*(y-a.y)/(b.y-a.y), winding})
	}
}

// span inks a line from x0 to x1.
func (p *pen) span(line, x0, x1 int64) {
	x0, x1 = max(x0, 0), min(x1, glyphSide*onePixel)
	row := p.ink[line/subLines*glyphSide:][:glyphSide]
	for x0 < x1 {
		pixel := x0 / onePixel
		end := min(x1, (pixel+1)*onePixel)
		row[pixel] += end - x0
		x0 = end
	}
}

// blur is one pass of the binomial filter 1 2 1 along rows and columns; the border counts as empty.
func (p *pen) blur() {
	pass := func(to, from *[glyphSide * glyphSide]int64, stride, across int) {
		for u := range glyphSide {
			for v := range glyphSide {
				i := u*across + v*stride
				sum := 2 * from[i]
				if v > 0 {
					sum += from[i-stride]
				}
				if v < glyphSide-1 {
					sum += from[i+stride]
				}
				to[i] = sum / 4
			}
		}
	}
	pass(&p.tmp, &p.ink, 1, glyphSide)
	pass(&p.ink, &p.tmp, glyphSide, 1)
}

// ceilDiv is a/b rounded up, b > 0.
func ceilDiv(a, b int64) int64 {
	q := a / b
	if a%b > 0 {
		q++
	}
	return q
}
