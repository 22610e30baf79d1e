// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// GlyphError says that a text of a figure holds a character that can't be drawn: the font has none, or it would stand
// in the wrong place, or LaTeX has no command for it. It would be missing in the figure without a word.
type GlyphError struct {
	Text string
	Rune rune
	Why  string
}

func (e *GlyphError) Error() string {
	return fmt.Sprintf("the text %q of a figure holds %q (%U), %s: write it in other characters", e.Text, e.Rune, e.Rune, e.Why)
}

// glyphCanvas passes everything on, and keeps an error for the first text that its font can't draw.
type glyphCanvas struct {
	vg.Canvas
	err error
}

func (c *glyphCanvas) FillString(f font.Face, pt vg.Point, text string) {
	if c.err == nil {
		c.err = drawable(f, text)
	}
	c.Canvas.FillString(f, pt, text)
}

// drawable is nil if a face has a glyph for each character of a text, and draws them in the order they are read.
func drawable(f font.Face, text string) error {
	var b sfnt.Buffer
	for _, r := range text {
		if unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return &GlyphError{text, r, "which is read from right to left, as figures don't write"}
		}
		if id, err := f.Face.GlyphIndex(&b, r); err != nil || id == 0 {
			return &GlyphError{text, r, "which is not in the figures' font"}
		}
	}
	return nil
}
