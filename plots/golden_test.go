// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

var regen = flag.Bool("regen", false, "rewrite the golden images in testdata")

// goldens is every picture in testdata; GALLERY.md shows them all.
var goldens = []struct {
	name string
	size Size
	make func() (*Figure, error)
}{
	{"run", TextWidth, func() (*Figure, error) {
		return Run(RunData{madeUpMeta("One run at 50 % label noise."), madeUpRun(0.5, 0, 60000)})
	}},
	{"run_column", Column, func() (*Figure, error) {
		return Run(RunData{madeUpMeta("One run at 50 % label noise."), madeUpRun(0.5, 0, 60000)})
	}},
	{"run_clean", TextWidth, func() (*Figure, error) {
		return Run(RunData{madeUpMeta("One run without label noise."), madeUpRun(0, 0, 6000)})
	}},
	{"run_one_evaluation", TextWidth, func() (*Figure, error) {
		return Run(RunData{madeUpMeta("A run that was evaluated once."), madeUpRun(0.25, 0, 0)})
	}},
	{"run_gaps", TextWidth, func() (*Figure, error) {
		d := RunData{madeUpMeta("Missing values are gaps."), madeUpRun(0.25, 0, 1000)}
		for i := range d.TrainAccuracy {
			if i%7 > 3 || i == 15 {
				d.TrainAccuracy[i], d.TestLoss[i] = nan, nan
			}
		}
		return Run(d)
	}},
	{"winsorized_grid", TextWidth, func() (*Figure, error) {
		d := madeUpGrid([]float64{0, 0.25, 0.5, 0.75, 1}, []float64{0, 1, 2, 4, 8})
		d.Cells[3][1], d.Cells[4][3] = nil, nil
		return WinsorizedGrid(d)
	}},
	{"winsorized_grid_column", Column, func() (*Figure, error) {
		return WinsorizedGrid(madeUpGrid([]float64{0, 0.25, 0.5, 0.75, 1}, []float64{0, 1, 2, 4, 8}))
	}},
	{"winsorized_grid_2x2", TextWidth, func() (*Figure, error) {
		return WinsorizedGrid(madeUpGrid([]float64{0, 0.5}, []float64{0, 2}))
	}},
	{"winsorized_grid_1x1", Column, func() (*Figure, error) {
		return WinsorizedGrid(madeUpGrid([]float64{0.5}, []float64{2}))
	}},
	{"figure_1", TextWidth, func() (*Figure, error) { return Figure1(madeUpFigure1(0, 0.25, 0.5, 0.75, 1)) }},
	{"figure_1_column", Column, func() (*Figure, error) { return Figure1(madeUpFigure1(0, 0.25, 0.5, 0.75, 1)) }},
	{"figure_2", TextWidth, func() (*Figure, error) {
		d := madeUpGroups(3)
		d.Rows[2].Cells[1] = nil
		return Figure2(d)
	}},
	{"figure_2_column", Column, func() (*Figure, error) { return Figure2(madeUpGroups(3)) }},
	{"figure_3", TextWidth, func() (*Figure, error) { return Figure3(madeUpContributions(3)) }},
	{"figure_3_column", Column, func() (*Figure, error) { return Figure3(madeUpContributions(3)) }},
	{"compare", TextWidth, func() (*Figure, error) { return Compare(madeUpCompare(0, 2)) }},
	{"compare_column", Column, func() (*Figure, error) { return Compare(madeUpCompare(0, 2)) }},
	{"compare_many", TextWidth, func() (*Figure, error) { return Compare(madeUpCompare(0, 1, 2, 4, 8)) }},
	{"verdicts", TextWidth, func() (*Figure, error) { return Verdicts(madeUpVerdicts()) }},
	{"verdicts_column", Column, func() (*Figure, error) { return Verdicts(madeUpVerdicts()) }},
	{"two_examples", TextWidth, func() (*Figure, error) { return TwoExamples(madeUpExamples()) }},
	{"two_examples_column", Column, func() (*Figure, error) {
		d := madeUpExamples()
		d.A, d.B = []float64{1.5, 1, 0}, []float64{0, 0.75, -1.2}
		return TwoExamples(d)
	}},
	{"digits", TextWidth, func() (*Figure, error) { return Digits(madeUpDigits(20)) }},
	{"digits_column", Column, func() (*Figure, error) { return Digits(madeUpDigits(10)) }},
	{"bands", TextWidth, func() (*Figure, error) {
		return NewGrid(madeUpMeta("Bands, and a legend at the right."), madeUpBands())
	}},
	{"lines", TextWidth, func() (*Figure, error) { return NewFigure(madeUpMeta("Two lines, one with a band."), madeUpLines()) }},
	{"log_y", TextWidth, func() (*Figure, error) { return NewFigure(madeUpMeta("A logarithmic Y axis."), madeUpLogs()) }},
	{"scatter", TextWidth, func() (*Figure, error) { return NewFigure(madeUpMeta("Two groups of points."), madeUpScatter()) }},
	{"bars", TextWidth, func() (*Figure, error) { return NewFigure(madeUpMeta("Bars with ranges."), madeUpBars()) }},
	{"bars_column", Column, func() (*Figure, error) { return NewFigure(madeUpMeta("Bars with ranges."), madeUpBars()) }},
	{"histogram", TextWidth, func() (*Figure, error) {
		return NewGrid(madeUpMeta("One coordinate before and after clamping."), madeUpCoordinate())
	}},
	{"histogram_column", Column, func() (*Figure, error) {
		return NewGrid(madeUpMeta("One coordinate before and after clamping."), madeUpCoordinate())
	}},
	{"heat_map", TextWidth, func() (*Figure, error) {
		return NewFigure(madeUpMeta("Inner products of 56 gradients."), Panel{Heat: madeUpGram(14)})
	}},
	{"heat_map_column", Column, func() (*Figure, error) {
		return NewGrid(madeUpMeta("Inner products at two steps."), Grid{Aspect: 1, Panels: [][]*Panel{{{Title: "Step 0", Heat: madeUpGram(9)}, {Title: "Step 100", Heat: madeUpGram(12)}}}})
	}},
	{"ratios", TextWidth, func() (*Figure, error) {
		g, err := madeUpRatios()
		if err != nil {
			return nil, err
		}
		return NewGrid(madeUpMeta("Ratios run by run, null worlds in grey."), g)
	}},
	{"slide", Slide, func() (*Figure, error) { return Compare(madeUpCompare(0, 2)) }},
}

func goldenDPI(s Size) int {
	switch s.Name {
	case "column":
		return 150
	case "slide":
		return 72
	}
	return 100
}

func TestGolden(t *testing.T) {
	for _, g := range goldens {
		t.Run(g.name, func(t *testing.T) {
			fig, err := g.make()
			if err != nil {
				t.Fatal(err)
			}
			got, err := fig.PNGImage(g.size, goldenDPI(g.size))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) > 100_000 {
				t.Errorf("golden image of %d bytes: keep it under 100 kB", len(got))
			}
			path := filepath.Join("testdata", g.name+".png")
			if *regen {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v (draw it with -regen)", err)
			}
			if msg := pictureDifference(t, got, want); msg != "" {
				seen := filepath.Join(t.ArtifactDir(), g.name+".png")
				_ = os.WriteFile(seen, got, 0o644)
				t.Errorf("%s differs: %s; what was drawn is in %s; if it is right, run go test ./plots -regen", path, msg, seen)
			}
		})
	}
}

// pictureDifference compares pixels, exactly where the golden images were made
// and loosely elsewhere, where sums may round in another way.
func pictureDifference(t *testing.T, got, want []byte) string {
	t.Helper()
	a, b := decode(t, got), decode(t, want)
	if a.Bounds() != b.Bounds() {
		return "size " + a.Bounds().String() + ", want " + b.Bounds().String()
	}
	tolerance, allowed := uint32(0), 0
	if runtime.GOARCH != "amd64" {
		tolerance, allowed = 0x3000, a.Bounds().Dx()*a.Bounds().Dy()/200
	}
	n := 0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			if max(r1, r2)-min(r1, r2) > tolerance || max(g1, g2)-min(g1, g2) > tolerance || max(b1, b2)-min(b1, b2) > tolerance {
				n++
			}
		}
	}
	if n > allowed {
		return number(float64(n)) + " pixels"
	}
	return ""
}

func decode(t *testing.T, b []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// TestGallery keeps the page of all figures complete.
func TestGallery(t *testing.T) {
	page, err := os.ReadFile("GALLERY.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range goldens {
		if !strings.Contains(string(page), "](testdata/"+g.name+".png)") {
			t.Errorf("GALLERY.md does not show testdata/%s.png", g.name)
		}
	}
	files, err := filepath.Glob("testdata/*.png")
	if err != nil || len(files) != len(goldens) {
		t.Errorf("testdata holds %d pictures, %d are tested (%v)", len(files), len(goldens), err)
	}
}
