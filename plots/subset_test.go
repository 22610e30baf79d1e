// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"fmt"
	"testing"

	"golang.org/x/image/font/sfnt"
)

func TestSubsetTTF(t *testing.T) {
	var raw bytes.Buffer
	if _, err := face(regular, 10).Face.WriteSourceTo(nil, &raw); err != nil {
		t.Fatal(err)
	}
	text := "Aé−ε→ü%"
	used := map[rune]bool{'数': true, '🙂': true}
	for _, r := range text {
		used[r] = true
	}
	small, err := subsetTTF(raw.Bytes(), used)
	if err != nil {
		t.Fatal(err)
	}
	if len(small) > raw.Len()/20 {
		t.Errorf("%d of %d bytes left", len(small), raw.Len())
	}
	if ttfSum(small) != 0xB1B0AFBA {
		t.Errorf("checksum of the file is %#x", ttfSum(small))
	}
	old, err := sfnt.Parse(raw.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	cut, err := sfnt.Parse(small)
	if err != nil {
		t.Fatal(err)
	}
	outline := func(f *sfnt.Font, r rune) string {
		var b sfnt.Buffer
		id, err := f.GlyphIndex(&b, r)
		if err != nil || id == 0 {
			t.Fatalf("%q: glyph %d, %v", r, id, err)
		}
		adv, err := f.GlyphAdvance(&b, id, 2048, 0)
		if err != nil {
			t.Fatal(err)
		}
		segs, err := f.LoadGlyph(&b, id, 2048, nil)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(adv, segs)
	}
	for _, r := range text {
		if outline(old, r) != outline(cut, r) {
			t.Errorf("%q changed its outline or advance", r)
		}
	}
	var b sfnt.Buffer
	if id, _ := cut.GlyphIndex(&b, 'B'); id != 0 {
		t.Error("an unused character was kept")
	}
	for _, bad := range [][]byte{nil, {1}, raw.Bytes()[:5000]} {
		if _, err := subsetTTF(bad, used); err == nil {
			t.Errorf("%d bytes of a font: no error", len(bad))
		}
	}
}
