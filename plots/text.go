// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// capHeight is the height of capitals and digits over the size, in Liberation Sans.
const capHeight = 0.69

// anchor places text: X 0 is its left edge and 1 its right edge; Y 0 is the
// base line and 1 the top of its capitals.
type anchor struct{ X, Y float64 }

// drawText draws one line of text, rotated anticlockwise by rot radians about
// pt. "_{…}" sets a subscript, as in "g_{ab}", and "^{…}" a superscript.
func drawText(c vg.Canvas, f font.Face, col color.Color, pt vg.Point, at anchor, rot float64, txt string) {
	if txt == "" {
		return
	}
	c.SetColor(col)
	dx := -vg.Length(at.X) * textWidth(f, txt)
	dy := -vg.Length(at.Y*capHeight) * f.Font.Size
	origin := vg.Point{X: pt.X + dx, Y: pt.Y + dy}
	if rot != 0 {
		c.Push()
		defer c.Pop()
		c.Translate(pt)
		c.Rotate(rot)
		origin = vg.Point{X: dx, Y: dy}
	}
	if tex, ok := c.(*texCanvas); ok { // LaTeX sets the line in its own font
		tex.text(f, origin, at.X, txt)
		return
	}
	for _, s := range segments(f, txt) {
		c.FillString(s.face, vg.Point{X: origin.X, Y: origin.Y + s.rise}, s.text)
		origin.X += s.face.Width(s.text)
	}
}

// textWidth is the width that drawText takes.
func textWidth(f font.Face, txt string) vg.Length {
	var w vg.Length
	for _, s := range segments(f, txt) {
		w += s.face.Width(s.text)
	}
	return w
}

type segment struct {
	text string
	face font.Face
	rise vg.Length
}

// segments splits text at its subscripts and superscripts.
func segments(f font.Face, txt string) []segment {
	var out []segment
	for {
		open := strings.Index(txt, "_{")
		if up := strings.Index(txt, "^{"); open < 0 || up >= 0 && up < open {
			open = up
		}
		end := -1
		if open >= 0 {
			end = strings.Index(txt[open:], "}")
		}
		if end < 0 {
			if txt != "" {
				out = append(out, segment{text: txt, face: f})
			}
			return out
		}
		if open > 0 {
			out = append(out, segment{text: txt[:open], face: f})
		}
		if inner := txt[open+2 : open+end]; inner != "" {
			small, rise := f, -0.18*f.Font.Size
			small.Font.Size = f.Font.Size * 0.75
			if txt[open] == '^' {
				rise = 0.36 * f.Font.Size
			}
			out = append(out, segment{text: inner, face: small, rise: rise})
		}
		txt = txt[open+end+1:]
	}
}

// plainText is the text without the marks of subscripts and superscripts, for captions and tables.
func plainText(txt string) string {
	var b strings.Builder
	for _, s := range segments(font.Face{}, txt) {
		b.WriteString(s.text)
	}
	return b.String()
}

// oneLine makes a user's string fit to be drawn and to be written into any file: valid UTF-8 in one line, without
// control and formatting characters, at most n runes.
func oneLine(txt string, n int) string {
	txt = strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp), r == unicode.ReplacementChar: // what is not UTF-8 is read as the last
			return ' '
		case unicode.Is(unicode.Cf, r), r&0xfffe == 0xfffe, 0xfdd0 <= r && r <= 0xfdef: // joiners, directions; no characters
			return -1
		}
		return r
	}, txt)
	txt = strings.TrimSpace(txt)
	if utf8.RuneCountInString(txt) > n {
		return cut(txt, n-1) + "…"
	}
	return txt
}

// cut is the first n runes of a text, less a last character that would lose its marks, and less a subscript or superscript left open.
func cut(txt string, n int) string {
	r := []rune(txt)
	if n >= len(r) {
		return txt
	}
	for n > 0 && unicode.Is(unicode.M, r[n]) {
		n--
	}
	txt = string(r[:n])
	if open := max(strings.LastIndex(txt, "_{"), strings.LastIndex(txt, "^{")); open >= 0 && !strings.Contains(txt[open:], "}") && strings.Contains(string(r[n:]), "}") {
		txt = txt[:open]
	}
	return strings.TrimRight(txt, " ")
}

// fit shortens txt with an ellipsis until it is no wider than w.
func fit(f font.Face, txt string, w vg.Length) string {
	if textWidth(f, txt) <= w {
		return txt
	}
	for txt = plainText(txt); ; {
		txt = cut(txt, utf8.RuneCountInString(txt)-1)
		if txt == "" {
			return ""
		}
		if s := txt + "…"; textWidth(f, s) <= w {
			return s
		}
	}
}

// wrap breaks a text at its spaces into lines no wider than w; of more than most lines (0: any number) the last one
// kept ends with an ellipsis.
func wrap(f font.Face, txt string, w vg.Length, most int) []string {
	var lines []string
	words := strings.FieldsFunc(txt, func(r rune) bool { return r == ' ' }) // and not at a no-break space
	for i, word := range words {
		if n := len(lines); n > 0 && textWidth(f, lines[n-1]+" "+word) <= w {
			lines[n-1] += " " + word
			continue
		}
		if most > 0 && len(lines) == most {
			lines[most-1] = fit(f, lines[most-1]+" "+strings.Join(words[i:], " "), w)
			break
		}
		lines = append(lines, fit(f, word, w))
	}
	return lines
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
