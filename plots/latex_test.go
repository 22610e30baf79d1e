// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestLaTeX compiles a document that includes every figure, as PGF and as PDF.
func TestLaTeX(t *testing.T) {
	pdflatex, err := exec.LookPath("pdflatex")
	if err != nil {
		if os.Getenv("CI") == "true" && os.Getenv("CG_NO_TEX") == "" {
			t.Fatal("no pdflatex on PATH, and CI=true: install TeX Live with the pgf package (Debian: texlive-latex-base texlive-pictures)")
		}
		t.Skip("no pdflatex on PATH: install TeX Live with the pgf package to run this test")
	}
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
	if err := os.WriteFile(filepath.Join(dir, "main.tex"), doc.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(pdflatex, "-interaction=nonstopmode", "-halt-on-error", "main.tex")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("pdflatex: %v\n%s", err, out[max(0, len(out)-3000):])
	}
	if info, err := os.Stat(filepath.Join(dir, "main.pdf")); err != nil || info.Size() == 0 {
		t.Errorf("no main.pdf: %v", err)
	}
}
