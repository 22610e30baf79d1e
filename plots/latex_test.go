// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"fmt"
	"testing"
)

// TestLaTeX compiles a document that includes every figure, as PGF and as PDF.
func TestLaTeX(t *testing.T) {
	dir := t.TempDir()
	var doc bytes.Buffer
	doc.WriteString("\\documentclass{article}\n\\usepackage[paperwidth=12in,paperheight=10in,margin=0.5in]{geometry}\n" +
		"\\usepackage{pgf,graphicx}\n\\begin{document}\n")
	for _, g := range goldens {
		fig, err := g.make()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fig.Save(dir, g.name, g.size, TeX); err != nil {
			t.Fatal(err)
		}
		if _, err := fig.Save(dir, g.name+"-page", g.size, PDF); err != nil {
			t.Fatal(err)
		}
		doc.WriteString("\\noindent\\input{" + g.name + ".tex}\\newpage\n\\noindent\\includegraphics{" + g.name + "-page.pdf}\\newpage\n")
	}
	doc.WriteString("\\end{document}\n")
	compile(t, dir, doc.String())
}

// TestTeXLegend: in a TeX file a row of the legend is placed by what its entries measure in the document's font.
func TestTeXLegend(t *testing.T) {
	x := []float64{0, 1}
	fig, err := NewFigure(Meta{}, Panel{Curves: []Curve{{Name: "first", X: x, Y: x}, {Name: "second", X: x, Y: x}, {Name: "third", X: x, Y: x}}})
	if err != nil {
		t.Fatal(err)
	}
	file, err := fig.Encode(TeX, TextWidth)
	if err != nil {
		t.Fatal(err)
	}
	before, picture, _ := bytes.Cut(file, []byte(`\begin{pgfpicture}`))
	for i, name := range []string{"first", "second", "third"} {
		if want := fmt.Sprintf(`\selectfont %s}\expandafter\xdef\csname cgwidth%d\endcsname{\the\wd0}`, name, i); !bytes.Contains(before, []byte(want)) {
			t.Errorf("%s is not measured", name)
		}
		for k := range 3 { // half of all widths to the left of the middle, and those before it to the right again
			sign := "-"
			if k < i {
				sign = "+"
			}
			if want := fmt.Sprintf(`%s.5\dimexpr\csname cgwidth%d\endcsname`, sign, k); !bytes.Contains(picture, []byte(want)) {
				t.Errorf("entry %d is placed without %s", i, want)
			}
		}
	}
	if bytes.Count(picture, []byte(`\pgftransformxshift{\dimexpr`)) != 3 || bytes.Contains(picture, []byte(fmt.Sprintf("%d", rawMark/100))) {
		t.Error("entries are not placed one by one")
	}
}
