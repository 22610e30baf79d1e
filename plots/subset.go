// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/image/font/sfnt"
)

var errFont = errors.New("font: truncated or unsupported TrueType data")

// subsetTTF returns a TrueType font with only the glyphs of the given
// characters (and those they are composed of), renumbered. Kerning and hinting
// are dropped. Characters outside the basic plane or the font are skipped.
// Format: the OpenType specification, tables head, hhea, hmtx, maxp, loca,
// glyf, cmap.
func subsetTTF(raw []byte, used map[rune]bool) (out []byte, err error) {
	defer func() { // a damaged font must not bring the program down
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("%w: %v", errFont, r)
		}
	}()
	face, err := sfnt.Parse(raw)
	if err != nil {
		return nil, err
	}
	tables := ttfTables(raw)
	for _, t := range []string{"head", "hhea", "hmtx", "maxp", "loca", "glyf"} {
		if tables[t] == nil {
			return nil, fmt.Errorf("%w: no %s table", errFont, t)
		}
	}
	be := binary.BigEndian
	glyph := func(id uint16) []byte {
		loca := tables["loca"]
		if be.Uint16(tables["head"][50:]) == 0 {
			return tables["glyf"][2*int(be.Uint16(loca[2*int(id):])) : 2*int(be.Uint16(loca[2*int(id)+2:]))]
		}
		return tables["glyf"][be.Uint32(loca[4*int(id):]):be.Uint32(loca[4*int(id)+4:])]
	}

	// Old glyph numbers in their new order; 0 (missing glyph) stays first.
	var buf sfnt.Buffer
	order := []uint16{0}
	number := map[uint16]uint16{0: 0}
	include := func(id uint16) uint16 {
		if n, ok := number[id]; ok {
			return n
		}
		number[id] = uint16(len(order))
		order = append(order, id)
		return number[id]
	}
	var runes []rune
	for _, r := range slices.Sorted(maps.Keys(used)) {
		if id, err := face.GlyphIndex(&buf, r); err == nil && id != 0 && r < 0xffff {
			include(uint16(id))
			runes = append(runes, r)
		}
	}
	var glyf, loca, hmtx []byte
	longs := int(be.Uint16(tables["hhea"][34:]))
	for i := 0; i < len(order); i++ { // order grows by components
		id := order[i]
		loca = be.AppendUint32(loca, uint32(len(glyf)))
		g := withoutHints(glyph(id), include)
		glyf = append(glyf, g...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		h := tables["hmtx"]
		if int(id) < longs {
			hmtx = append(hmtx, h[4*int(id):4*int(id)+4]...)
		} else {
			hmtx = append(hmtx, h[4*longs-4:4*longs-2]...)
			hmtx = append(hmtx, h[4*longs+2*(int(id)-longs):][:2]...)
		}
	}
	loca = be.AppendUint32(loca, uint32(len(glyf)))

	n := uint16(len(order))
	head, hhea, maxp := slices.Clone(tables["head"]), slices.Clone(tables["hhea"]), slices.Clone(tables["maxp"])
	be.PutUint32(head[8:], 0)  // checksum adjustment, set by assemble
	be.PutUint16(head[50:], 1) // long loca
	be.PutUint16(hhea[34:], n)
	be.PutUint16(maxp[4:], n)
	post := make([]byte, 32)
	be.PutUint32(post, 0x00030000) // no glyph names
	kept := map[string][]byte{
		"head": head, "hhea": hhea, "maxp": maxp, "hmtx": hmtx, "loca": loca, "glyf": glyf, "post": post,
		"cmap": cmap4(runes, func(r rune) uint16 {
			id, _ := face.GlyphIndex(&buf, r)
			return number[uint16(id)]
		}),
	}
	for _, t := range []string{"OS/2", "name"} {
		if tables[t] != nil {
			kept[t] = tables[t]
		}
	}
	return assembleTTF(kept), nil
}

func ttfTables(raw []byte) map[string][]byte {
	out := map[string][]byte{}
	for i := 0; i < int(binary.BigEndian.Uint16(raw[4:])); i++ {
		e := raw[12+16*i:]
		off, n := binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])
		out[string(e[:4])] = raw[off : off+n]
	}
	return out
}

// withoutHints copies a glyph without its instructions; the components of a
// composite glyph are renumbered.
func withoutHints(g []byte, include func(uint16) uint16) []byte {
	if len(g) < 10 {
		return nil
	}
	be := binary.BigEndian
	contours := int(int16(be.Uint16(g)))
	if contours >= 0 {
		at := 10 + 2*contours
		n := int(be.Uint16(g[at:]))
		out := append(slices.Clone(g[:at]), 0, 0)
		return append(out, g[at+2+n:]...)
	}
	const words, scale, more, xy, two, instructions = 1, 1 << 3, 1 << 5, 1 << 6, 1 << 7, 1 << 8
	out := slices.Clone(g)
	for at := 10; ; {
		flags := be.Uint16(out[at:])
		be.PutUint16(out[at:], flags&^instructions)
		be.PutUint16(out[at+2:], include(be.Uint16(out[at+2:])))
		at += 6
		if flags&words != 0 {
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&xy != 0:
			at += 4
		case flags&two != 0:
			at += 8
		}
		if flags&more == 0 {
			return out[:at]
		}
	}
}

// cmap4 is a character map in format 4, one segment a character.
func cmap4(runes []rune, id func(rune) uint16) []byte {
	be := binary.BigEndian
	n := len(runes) + 1 // and the closing segment
	search, selector := 2, 0
	for search*2 <= 2*n {
		search, selector = search*2, selector+1
	}
	var end, start, delta []byte
	for _, r := range runes {
		end, start = be.AppendUint16(end, uint16(r)), be.AppendUint16(start, uint16(r))
		delta = be.AppendUint16(delta, id(r)-uint16(r))
	}
	end, start, delta = be.AppendUint16(end, 0xffff), be.AppendUint16(start, 0xffff), be.AppendUint16(delta, 1)
	out := []byte{0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12} // one table: Windows, Unicode
	for _, v := range []int{4, 16 + 8*n, 0, 2 * n, search, selector, 2*n - search} {
		out = be.AppendUint16(out, uint16(v))
	}
	out = append(append(out, end...), 0, 0)
	out = append(append(out, start...), delta...)
	return append(out, make([]byte, 2*n)...) // no range offsets
}

func assembleTTF(tables map[string][]byte) []byte {
	be := binary.BigEndian
	names := slices.Sorted(maps.Keys(tables))
	search, selector := 16, 0
	for search*2 <= 16*len(names) {
		search, selector = search*2, selector+1
	}
	var dir, body bytes.Buffer
	dir.Write([]byte{0, 1, 0, 0})
	for _, v := range []int{len(names), search, selector, 16*len(names) - search} {
		_ = binary.Write(&dir, be, uint16(v))
	}
	headAt := 0
	for _, name := range names {
		off := 12 + 16*len(names) + body.Len()
		if name == "head" {
			headAt = off
		}
		dir.WriteString(name)
		for _, v := range []uint32{ttfSum(tables[name]), uint32(off), uint32(len(tables[name]))} {
			_ = binary.Write(&dir, be, v)
		}
		body.Write(tables[name])
		for body.Len()%4 != 0 {
			body.WriteByte(0)
		}
	}
	out := append(dir.Bytes(), body.Bytes()...)
	be.PutUint32(out[headAt+8:], 0xB1B0AFBA-ttfSum(out))
	return out
}

func ttfSum(b []byte) (sum uint32) {
	for i := 0; i < len(b); i += 4 {
		var w [4]byte
		copy(w[:], b[i:])
		sum += binary.BigEndian.Uint32(w[:])
	}
	return sum
}
