// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
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
