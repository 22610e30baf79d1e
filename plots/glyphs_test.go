// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"gonum.org/v1/plot/vg"
)

// texts are what users may write, and the character by which it can't be drawn, if any: in files with glyphs, and in
// LaTeX.
var texts = []struct {
	text        string
	glyphs, tex rune
}{
	{"ε = 0.5", 0, 0}, {"g̃ and x̂ and ă̈", 0, 0}, {"Ünïcödé ßøłÆœ", 0, 0}, {"α β γ δ ω Ω ≤ ≥ ≠ ≈ ∞ √ ∑ ∂", 0, 0}, {"x₀ + y² – 5 ° ± ½ … “so” ‘so’", 0, 0},
	{"<&>\"'`|--''", 0, 0}, {"</text><script>alert(1)</script>", 0, 0}, {"]]> <!-- -->", 0, 0}, {"\x00\x07\x1b[31m\x7f\u0085\u2028\ufffe\uffff", 0, 0},
	{"\xff\xfe half \xce", 0, 0}, {"\u202eleft\u202c \u2066so\u2069\u200d\ufeff", 0, 0}, {"$x_1^2$ \\alpha {~} #1 %", 0, 0}, {"_{sub} a_{b c} _{", 0, 0},
	{"Привет", 0, 'П'}, {"數", '數', '數'}, {"🙂", '🙂', '🙂'}, {"👩‍👩‍👧", '👩', '👩'}, {"אב", 'א', 'א'}, {"مرحبا", 'م', 'م'}, {"∇f ∈ ⟨a⟩", '∇', 0}, {"क्ष", 'क', 'क'},
}

// everywhere is a figure that has a text in each of its places.
func everywhere(t *testing.T, text string) *Figure {
	t.Helper()
	fig, err := NewGrid(Meta{Marks: []Mark{Mark(text)}}, Grid{
		Panels: [][]*Panel{{{Title: text, XLabel: text, YLabel: text, DirectLabels: true,
			Curves: []Curve{{Name: text, Label: text, X: []float64{0, 1}, Y: []float64{0, 1}}}, References: []Reference{{Name: text, Label: text, Y: 0.5}}}, nil}},
		ColumnTitle: text, ColumnHeads: []string{text, text}, RowHeads: []string{text}, XLabel: text, YLabel: text, Keys: []Key{{Name: text}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return fig
}

// TestTexts: a text is drawn as it stands, or an error names the character; a file is never invalid, and never lacks a
// character without a word.
func TestTexts(t *testing.T) {
	for _, text := range texts {
		fig := everywhere(t, text.text)
		for _, format := range Formats() {
			want := text.glyphs
			switch format {
			case TeX:
				want = text.tex
			case CSV:
				want = 0
			}
			var b []byte
			var err error
			if format == PNG {
				b, err = fig.PNGImage(TextWidth, 36)
			} else {
				b, err = fig.Encode(format, TextWidth)
			}
			var missing *GlyphError
			switch {
			case want == 0 && err != nil:
				t.Errorf("%q in %s: %v", text.text, format, err)
			case want != 0 && (!errors.As(err, &missing) || missing.Rune != want || !strings.Contains(err.Error(), fmt.Sprintf("%q", want)) || strings.Contains(err.Error(), "\n")):
				t.Errorf("%q in %s: got %v, want an error of one line that names %q", text.text, format, err, want)
			case err == nil && format == SVG && (wellFormed(b) != nil || !utf8.Valid(b)):
				t.Errorf("%q: an SVG that is not well-formed", text.text)
			case err == nil && format == TeX && strings.IndexFunc(withoutComments(string(b)), func(r rune) bool { return r > 0x7f }) >= 0:
				t.Errorf("%q: characters beyond ASCII in TeX", text.text)
			}
		}

		// What is written beside the picture may hold anything.
		fig, err := NewGrid(Meta{Caption: text.text, Alt: text.text, Provenance: map[string]string{text.text: text.text, strings.Repeat(text.text, 40): "x"}},
			Grid{Panels: [][]*Panel{{{Curves: []Curve{{X: []float64{0, 1}, Y: []float64{0, 1}}}}}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []Format{PDF, TeX, CSV} {
			if _, err := fig.Encode(format, Column); err != nil {
				t.Errorf("%q as a caption, in %s: %v", text.text, format, err)
			}
		}
		if b, err := fig.Encode(SVG, Column); err != nil || (wellFormed(b) != nil || !utf8.Valid(b)) {
			t.Errorf("%q as a caption: an SVG that is not well-formed", text.text)
		}
	}
}

func withoutComments(tex string) string {
	lines := slices.DeleteFunc(strings.Split(tex, "\n"), func(line string) bool { return strings.HasPrefix(line, "%") })
	return strings.Join(lines, "\n")
}

// TestPNGKeywords: a keyword is 1 to 79 bytes of ASCII, whatever the provenance calls itself.
func TestPNGKeywords(t *testing.T) {
	fig, err := NewGrid(Meta{Provenance: map[string]string{"ε": "1", strings.Repeat("é", 70): "2"}}, Grid{Panels: [][]*Panel{{nil}}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := fig.PNGImage(Column, 72)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"iTXtComment\x00\x00\x00\x00\x00ε: 1", "iTXtComment\x00\x00\x00\x00\x00" + strings.Repeat("é", 70) + ": 2"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no chunk %q", want)
		}
	}
}

func TestMarkBeginsASentence(t *testing.T) {
	for mark, want := range map[Mark]string{"ε = 0.5": "So. (ε = 0.5.)", "c = 2": "So. (c = 2.)", "quick run": "So. (Quick run.)", "über alles": "So. (Über alles.)", "2 seeds": "So. (2 seeds.)"} {
		fig, err := NewGrid(Meta{Caption: "So.", Marks: []Mark{mark}}, Grid{Panels: [][]*Panel{{nil}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := fig.Caption(); got != want {
			t.Errorf("%q: %q, want %q", mark, got, want)
		}
	}
}

func TestOneLine(t *testing.T) {
	for _, test := range []struct {
		text string
		n    int
		want string
	}{
		{"εεεε", 4, "εεεε"}, {"εεεεε", 4, "εεε…"}, {"ab\u0303c", 3, "a…"}, {"a\u0303\u0302bcd", 4, "a\u0303\u0302…"}, {"a b cd", 3, "a…"},
		{"a_{bc}d", 5, "a…"}, {"a_{b}cdef", 7, "a_{b}c…"}, {"a_{bcdefg", 5, "a_{b…"}, {"\xffa\xce", 9, "a"}, {"a\r\nb", 9, "a  b"}, {"a\u200db\ufeff", 9, "ab"}, {"👩x", 1, "…"},
	} {
		if got := oneLine(test.text, test.n); got != test.want {
			t.Errorf("%q in %d: %q, want %q", test.text, test.n, got, test.want)
		}
	}
	f := face(regular, 8)
	for n := vg.Length(0); n < 80; n++ {
		got := fit(f, "e\u0303ε_{x\u0302}ñ 🙂 end", n)
		if !utf8.ValidString(got) || textWidth(f, got) > n || strings.HasPrefix(got, "e…") || strings.HasSuffix(got, "x…") {
			t.Errorf("in %v: %q", n, got)
		}
	}
}

// TestBandOfOnePoint: a band is seen over a single point as over many, in the middle of a curve and at a single x.
func TestBandOfOnePoint(t *testing.T) {
	ink := func(c Curve, y ...float64) int {
		t.Helper()
		p := &Panel{YMin: -1, YMax: 2, Curves: []Curve{c}}
		if len(y) == 2 {
			p.YMin, p.YMax = y[0], y[1]
		}
		fig, err := NewGrid(Meta{}, Grid{Panels: [][]*Panel{{p}}, Legend: LegendNone})
		if err != nil {
			t.Fatal(err)
		}
		drawEverywhere(t, fig)
		b, err := fig.PNGImage(Column, 150)
		if err != nil {
			t.Fatal(err)
		}
		img, n := decode(t, b), 0
		for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
			for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
				if r, g, b, _ := img.At(x, y).RGBA(); max(r, g, b)-min(r, g, b) > 0x2000 {
					n++
				}
			}
		}
		return n
	}
	for name, test := range map[string]struct {
		curve Curve
		least int // pixels of colour more than without the band
		y     []float64
	}{
		"one point":           {Curve{X: []float64{1}, Y: []float64{0.5}, Lo: []float64{0}, Hi: []float64{1}}, 60, nil},
		"one point, no width": {Curve{X: []float64{1}, Y: []float64{0.5}, Lo: []float64{0.5}, Hi: []float64{0.5}}, 0, nil},
		"one x":               {Curve{X: []float64{1, 1}, Y: []float64{0.5, 0.5}, Lo: []float64{0, 0.2}, Hi: []float64{1, 0.9}}, 60, nil},
		"between gaps":        {Curve{X: []float64{0, 1, 2}, Y: []float64{nan, 0.5, nan}, Lo: []float64{nan, 0, nan}, Hi: []float64{nan, 1, nan}}, 60, nil},
		"without a value":     {Curve{X: []float64{0, 1}, Y: []float64{0.5, nan}, Lo: []float64{nan, 0}, Hi: []float64{nan, 1}}, 60, nil},
		"beyond the frame":    {Curve{X: []float64{1}, Y: []float64{0.5}, Lo: []float64{-50}, Hi: []float64{50}}, 100, nil},
		"above the frame":     {Curve{X: []float64{1}, Y: []float64{0.5}, Lo: []float64{5}, Hi: []float64{6}}, 0, nil},
		"tiny values":         {Curve{X: []float64{1}, Y: []float64{5e-10}, Lo: []float64{0}, Hi: []float64{1e-9}}, 60, []float64{-1e-9, 2e-9}},
	} {
		bare := test.curve
		bare.Lo, bare.Hi = nil, nil
		with, without := ink(test.curve, test.y...), ink(bare, test.y...)
		if test.least == 0 && with != without || with-without < test.least {
			t.Errorf("%s: %d pixels with the band, %d without; want %d more", name, with, without, test.least)
		}
	}
	for name, c := range map[string]Curve{"one point": {X: []float64{1}, Y: []float64{1}}, "one place": {X: []float64{1, 1}, Y: []float64{1, 1}}, "all zero": {X: []float64{0, 0}, Y: []float64{0, 0}}} {
		if n := ink(c); n < 10 {
			t.Errorf("%s: %d pixels of colour, want a dot", name, n)
		}
	}
}

// TestSteps: whatever the range, ticks come to an end and places are places.
func TestSteps(t *testing.T) {
	inf := -1 / zero
	for _, lo := range []float64{nan, inf, -5, 0, 0.5, 1, 60000, 1e300} {
		for _, hi := range []float64{nan, -inf, -5, 0, 0.5, 1, 60000, 1e300} {
			if n := len(StepTicks{}.Ticks(lo, hi)); n > 3000 {
				t.Errorf("%d ticks from %v to %v", n, lo, hi)
			}
			if n := (StepScale{}).Normalize(lo, hi, 10); !finite(n) && finite(lo) && finite(hi) {
				t.Errorf("step 10 of %v to %v lies at %v", lo, hi, n)
			}
		}
	}
}

var zero = 0.0

// TestTeXCommands compiles every command that a character may become, alone and under every accent.
func TestTeXCommands(t *testing.T) {
	for _, r := range "αΩ−≤⟩↦⊤⁻ᵀₓ♣∃ΧX∣⌋⇔" { // the last ones of their lists
		if _, bad := texCluster(r, nil); bad != 0 {
			t.Errorf("no command for %q", r)
		}
	}
	var doc strings.Builder
	doc.WriteString("\\documentclass{article}\n\\begin{document}\n")
	for _, r := range slices.Sorted(maps.Keys(texSymbols)) {
		for _, text := range []string{string(r), "(" + string(r) + string(r) + "_{" + string(r) + "})"} {
			set, err := texEscape(text)
			if err != nil {
				t.Fatal(err)
			}
			doc.WriteString(`\hbox to 9pt{\bfseries ` + set + "\\hss}\n")
		}
	}
	for mark := range texAccents {
		for _, base := range []string{"g", "i", "α", "A", "é"} {
			if set, err := texEscape(base + string(mark)); err == nil {
				doc.WriteString(`\hbox to 9pt{` + set + "\\hss}\n")
			}
		}
	}
	doc.WriteString("\\end{document}\n")
	compile(t, t.TempDir(), doc.String())
}

// compile runs pdflatex on a document.
func compile(t *testing.T, dir, doc string) {
	t.Helper()
	pdflatex, err := exec.LookPath("pdflatex")
	if err != nil {
		if os.Getenv("CI") == "true" && os.Getenv("CG_NO_TEX") == "" {
			t.Fatal("no pdflatex on PATH, and CI=true: install TeX Live with the pgf package (Debian: texlive-latex-base texlive-pictures)")
		}
		t.Skip("no pdflatex on PATH: install TeX Live with the pgf package to run this test")
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tex"), []byte(doc), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(pdflatex, "-interaction=nonstopmode", "-halt-on-error", "main.tex")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("pdflatex: %v\n%s", err, out[max(0, len(out)-3000):])
	}
	log, err := os.ReadFile(filepath.Join(dir, "main.log"))
	if err != nil || strings.Contains(string(log), "Missing character") {
		t.Errorf("LaTeX has no glyph for a character (%v)", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "main.pdf")); err != nil || info.Size() == 0 {
		t.Errorf("no main.pdf: %v", err)
	}
}
