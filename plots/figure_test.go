// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"runtime"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

func TestMarksAndCaption(t *testing.T) {
	fig, err := Run(RunData{Meta{Caption: "Two\nlines", Marks: []Mark{QuickRun, SyntheticData, QuickRun, ""}}, madeUpRun(0, 0, 10)})
	if err != nil {
		t.Fatal(err)
	}
	if got := fig.Caption(); got != "Two lines (Quick run, synthetic data.)" {
		t.Errorf("caption %q", got)
	}
	if len(fig.Marks()) != 2 || fig.Alt() == "" {
		t.Errorf("marks %v, alt %q", fig.Marks(), fig.Alt())
	}
	fig.Provenance()["changed"] = "yes"
	if fig.Provenance()["changed"] != "" {
		t.Error("the figure can be changed through its provenance")
	}
	if got := markdownEscape("*a* <b> $x$ [l](u)"); strings.ContainsAny(got, "<>") || !strings.Contains(got, `\*a\*`) {
		t.Errorf("markdown %q", got)
	}
}

// A title makes a figure higher by a line and changes nothing else of it, drawn or in the page.
func TestTitled(t *testing.T) {
	plain := exported(t)
	titled := plain.Titled("My own\nnet")
	size := Notebook
	_, h, err := plain.resolve(size)
	if err != nil {
		t.Fatal(err)
	}
	if _, with, err := titled.resolve(size); err != nil || with <= h {
		t.Errorf("heights %v and %v, %v", h, with, err)
	}
	text, err := titled.Encode(SVG, size)
	if err != nil || !strings.Contains(string(text), "My own net") {
		t.Errorf("the title is not in the picture, %v", err)
	}
	untitled, err := plain.Encode(SVG, size)
	if err != nil || strings.Contains(string(untitled), "My own net") {
		t.Errorf("the figure itself was changed, %v", err)
	}
	if !strings.HasPrefix(titled.Alt(), "My own net. ") || titled.Caption() != plain.Caption() {
		t.Errorf("alt %q, caption %q", titled.Alt(), titled.Caption())
	}
	page, err := titled.web()
	if err != nil {
		t.Fatal(err)
	}
	before, err := plain.web()
	if err != nil {
		t.Fatal(err)
	}
	if page.H <= before.H || len(page.Texts) != len(before.Texts)+1 {
		t.Errorf("in the page: heights %v and %v, %d and %d texts", before.H, page.H, len(before.Texts), len(page.Texts))
	}
	if back, _ := titled.Titled("").Encode(SVG, size); string(back) != string(untitled) {
		t.Error("without its title it is another picture")
	}
}

// TestDraw puts a figure on a part of a gonum canvas.
func TestDraw(t *testing.T) {
	c := draw.New(vgimg.New(6*vg.Inch, 4*vg.Inch))
	part := draw.Crop(c, vg.Inch, -vg.Inch, vg.Inch, 0)
	if err := exported(t).Draw(part, 1); err != nil {
		t.Error(err)
	}
	if err := exported(t).Draw(draw.Crop(c, 5*vg.Inch, 0, 0, 0), 1); err == nil {
		t.Error("a canvas of one inch must be refused")
	}
}

// TestNoSharedState draws one figure from several goroutines, for -race.
func TestNoSharedState(t *testing.T) {
	fig := exported(t)
	done := make(chan error)
	n := max(2, runtime.NumCPU())
	for range n {
		go func() {
			_, err := fig.Encode(SVG, Column)
			if err == nil {
				_, err = fig.Encode(PDF, Column)
			}
			done <- err
		}()
	}
	for range n {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
