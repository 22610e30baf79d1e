// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image/png"
	"math"

	"gonum.org/v1/plot/vg/vgimg"
)

// printDPI is the resolution of saved PNG files.
const printDPI = 300

// PNGImage draws the figure as a PNG of dpi dots per inch (36 to 1200), with
// caption and provenance in text chunks.
func (f *Figure) PNGImage(s Size, dpi int) ([]byte, error) {
	if dpi < 36 || dpi > 1200 {
		return nil, fmt.Errorf("resolution %d dpi is out of range: use 36 to 1200", dpi)
	}
	w, h, err := f.resolve(s)
	if err != nil {
		return nil, err
	}
	if px := float64(w) / 72 * float64(dpi) * float64(h) / 72 * float64(dpi); px > 1.5e8 {
		return nil, fmt.Errorf("image of %.0f million pixels: use a smaller size or resolution (at most 150 million)", px/1e6)
	}
	c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi))
	if err := f.drawOn(c, newStyle(s), w, h); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&b, c.Image()); err != nil {
		return nil, fmt.Errorf("encoding PNG: %w", err)
	}
	return withPNGText(b.Bytes(), dpi, f.pairs()), nil
}

// withPNGText puts the resolution and the pairs behind the header chunk.
func withPNGText(file []byte, dpi int, pairs []pair) []byte {
	const headerEnd = 8 + 8 + 13 + 4 // signature, chunk head, IHDR, checksum
	var b bytes.Buffer
	b.Write(file[:headerEnd])
	perMetre := uint32(math.Round(float64(dpi) / 0.0254))
	phys := binary.BigEndian.AppendUint32(nil, perMetre)
	phys = binary.BigEndian.AppendUint32(phys, perMetre)
	writeChunk(&b, "pHYs", append(phys, 1))
	for _, p := range pairs {
		if !isASCII(p.key) || len(p.key) > 79 { // a keyword is Latin-1 and short
			p = pair{"Comment", p.key + ": " + p.value}
		}
		if isASCII(p.key + p.value) {
			writeChunk(&b, "tEXt", []byte(p.key+"\x00"+p.value))
		} else { // tEXt is Latin-1 only; iTXt is UTF-8, uncompressed, no language
			writeChunk(&b, "iTXt", []byte(p.key+"\x00\x00\x00\x00\x00"+p.value))
		}
	}
	b.Write(file[headerEnd:])
	return b.Bytes()
}

func writeChunk(b *bytes.Buffer, kind string, data []byte) {
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(data)))
	b.Write(n[:])
	body := append([]byte(kind), data...)
	b.Write(body)
	binary.BigEndian.PutUint32(n[:], crc32.ChecksumIEEE(body))
	b.Write(n[:])
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
