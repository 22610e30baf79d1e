// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"maps"
	"slices"
)

// colours is how many a palette may have.
const colours = 256

// smaller is a PNG with a palette, which makes a chart about a third as long.
func smaller(text []byte) ([]byte, error) {
	from, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("a drawn figure can't be read: %w", err)
	}
	all := image.NewRGBA(from.Bounds())
	imagedraw.Draw(all, all.Rect, from, all.Rect.Min, imagedraw.Src)
	count := map[[4]uint8]int{}
	for i := 0; i < len(all.Pix); i += 4 {
		count[[4]uint8(all.Pix[i:])]++
	}
	list := slices.SortedFunc(maps.Keys(count), func(a, b [4]uint8) int {
		return cmp.Or(count[b]-count[a], bytes.Compare(a[:], b[:]))
	})
	rgba := func(c [4]uint8) color.RGBA { return color.RGBA{c[0], c[1], c[2], c[3]} }
	var palette color.Palette
	for _, c := range list { // the commonest first, and then what none of those is near to
		if len(palette) < colours && (len(palette) == 0 || apart(palette[palette.Index(rgba(c))].(color.RGBA), rgba(c))) {
			palette = append(palette, rgba(c))
		}
	}
	nearest := map[[4]uint8]uint8{}
	for _, c := range list {
		nearest[c] = uint8(palette.Index(rgba(c)))
	}
	to := image.NewPaletted(all.Rect, palette)
	for i := range to.Pix {
		to.Pix[i] = nearest[[4]uint8(all.Pix[4*i:])]
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, to); err != nil {
		return nil, fmt.Errorf("encoding PNG: %w", err)
	}
	return b.Bytes(), nil
}

// apart tells colours that the eye could tell apart.
func apart(a, b color.RGBA) bool {
	far := func(a, b uint8) bool { return max(a, b)-min(a, b) > 12 }
	return far(a.R, b.R) || far(a.G, b.G) || far(a.B, b.B) || far(a.A, b.A)
}
