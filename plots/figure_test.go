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
