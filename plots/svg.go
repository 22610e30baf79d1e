// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"

	"gonum.org/v1/plot/vg/vgsvg"
)

var (
	svgText = regexp.MustCompile(`<text [^>]*>([^<]*)</text>`)
	svgOpen = regexp.MustCompile(`(?s)<svg [^>]*>\n?`)
)

// svg encodes the figure with the glyphs it uses embedded, and with title,
// description and provenance. The text stays text: it can be searched, copied
// and edited.
func (f *Figure) svg(s Size) ([]byte, error) {
	w, h, err := f.resolve(s)
	if err != nil {
		return nil, err
	}
	c := vgsvg.NewWith(vgsvg.UseWH(w, h), vgsvg.EmbedFonts(true))
	if err := f.drawOn(c, newStyle(s), w, h); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("encoding SVG: %w", err)
	}
	out := b.Bytes()
	if out, err = subsetSVGFonts(out); err != nil {
		return nil, fmt.Errorf("encoding SVG: %w", err)
	}
	// gonum labels its embedded PNG pictures as JPEG.
	out = bytes.ReplaceAll(out, []byte("data:image/jpg;base64,"), []byte("data:image/png;base64,"))
	out = bytes.ReplaceAll(out, []byte("font-family:Liberation Sans;font-variant"), []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;font-variant"))
	return f.withSVGMetadata(out)
}

// withSVGMetadata asks to keep spaces (a string may begin with one) and adds title, description and provenance to the
// root element.
func (f *Figure) withSVGMetadata(svg []byte) ([]byte, error) {
	loc := svgOpen.FindIndex(svg)
	if loc == nil {
		return nil, fmt.Errorf("encoding SVG: no svg element")
	}
	var b bytes.Buffer
	b.Write(svg[:loc[0]])
	open := strings.TrimRight(string(svg[loc[0]:loc[1]]), ">\n")
	b.WriteString(open + "\n\trole=\"img\" xml:space=\"preserve\">\n")
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n<metadata>\n", html.EscapeString(f.Alt()), html.EscapeString(f.Caption()))
	for _, l := range f.provenanceLines() {
		b.WriteString(html.EscapeString(l) + "\n")
	}
	b.WriteString("</metadata>\n")
	b.Write(svg[loc[1]:])
	return b.Bytes(), wellFormed(b.Bytes())
}

// wellFormed is nil for a file that programs which read XML take.
func wellFormed(file []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(file))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("encoding SVG: %w", err)
		}
	}
}

// subsetSVGFonts cuts the embedded fonts down to the characters in use: from
// half a megabyte each to a few kilobytes.
func subsetSVGFonts(svg []byte) ([]byte, error) {
	used := map[rune]bool{}
	for _, m := range svgText.FindAllSubmatch(svg, -1) {
		for _, r := range html.UnescapeString(string(m[1])) {
			used[r] = true
		}
	}
	const begin = "charset=utf-8;base64,"
	var out bytes.Buffer
	for {
		i := bytes.Index(svg, []byte(begin))
		if i < 0 {
			out.Write(svg)
			return out.Bytes(), nil
		}
		out.Write(svg[:i])
		svg = svg[i+len(begin):]
		end := max(bytes.IndexByte(svg, ')'), 0)
		raw, err := base64.StdEncoding.DecodeString(string(svg[:end]))
		if err != nil {
			return nil, err
		}
		if raw, err = subsetTTF(raw, used); err != nil {
			return nil, err
		}
		out.WriteString("base64," + base64.StdEncoding.EncodeToString(raw))
		svg = svg[end:]
	}
}
