// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// drawEverywhere draws a figure in every format, and at the extreme sizes.
func drawEverywhere(t *testing.T, fig *Figure) {
	t.Helper()
	for _, s := range []Size{Column, Slide} {
		for _, f := range Formats() {
			if s.Name == Slide.Name && f != PNG {
				continue
			}
			if f == PNG {
				if _, err := fig.PNGImage(s, 72); err != nil {
					t.Errorf("png at %s: %v", s.Name, err)
				}
				continue
			}
			if b, err := fig.Encode(f, s); err != nil {
				t.Errorf("%s at %s: %v", f, s.Name, err)
			} else if s := string(b); f != PDF && (strings.Contains(s, "NaN") || strings.Contains(s, "Inf") && f != CSV) {
				t.Errorf("%s holds NaN or Inf", f)
			}
		}
	}
}

func TestEdgeCases(t *testing.T) {
	inf := math.Inf(1)
	for name, p := range map[string]*Panel{
		"no curves":          {},
		"empty curve":        {Curves: []Curve{{Name: "nothing"}}},
		"all NaN":            {Curves: []Curve{{X: []float64{0, 1}, Y: []float64{nan, nan}}}},
		"all infinite":       {Curves: []Curve{{X: []float64{0, 1}, Y: []float64{inf, -inf}}}},
		"one point":          {Curves: []Curve{{X: []float64{0}, Y: []float64{0.5}}}},
		"one step, late":     {XSteps: true, Curves: []Curve{{X: []float64{60000}, Y: []float64{0.5}}}},
		"constant":           {Curves: []Curve{{X: []float64{1, 2}, Y: []float64{3, 3}}}},
		"all zero":           {Curves: []Curve{{X: []float64{0, 0}, Y: []float64{0, 0}}}},
		"gaps":               {XSteps: true, Curves: []Curve{{X: []float64{0, 1, 2, 3}, Y: []float64{nan, 1, inf, 2}}}},
		"huge":               {Curves: []Curve{{X: []float64{0, 1}, Y: []float64{-math.MaxFloat64, math.MaxFloat64}}}},
		"huge x":             {XSteps: true, Curves: []Curve{{X: []float64{0, 1e300}, Y: []float64{1, 2}}}},
		"huge plain x":       {Curves: []Curve{{X: []float64{-1e308, 1e308}, Y: []float64{1, 2}}}},
		"tiny":               {Curves: []Curve{{X: []float64{0, 1}, Y: []float64{0, 5e-324}}}},
		"far outside":        {YMin: 0, YMax: 1, Curves: []Curve{{X: []float64{0, 1}, Y: []float64{-1e9, 1e9}}}},
		"band with gaps":     {Curves: []Curve{{X: []float64{0, 1, 2}, Y: []float64{1, nan, 1}, Lo: []float64{0, nan, 0}, Hi: []float64{2, nan, inf}}}},
		"long names":         {Title: strings.Repeat("long ", 60), DirectLabels: true, Curves: []Curve{{Name: strings.Repeat("name ", 16), X: []float64{0, 1}, Y: []float64{0, 1}}}},
		"markup and control": {Title: "<b>&\x00\n\"%$_{x}\\", Curves: []Curve{{Name: "a\tb</text>", X: []float64{0, 1}, Y: []float64{0, 1}}}},
		"beyond ASCII":       {Title: "ε → α, g̃, ½ ≤ é", Curves: []Curve{{X: []float64{0, 1}, Y: []float64{0, 1}}}},
		"one place":          {Curves: []Curve{{X: []float64{1, 1, 1}, Y: []float64{2, 2, 2}, Lo: []float64{1, 1, 1}, Hi: []float64{3, 3, 3}}}},
		"last step there is": {XSteps: true, Curves: []Curve{{X: []float64{math.MaxFloat64}, Y: []float64{1}}}},
		"reference alone":    {References: []Reference{{Name: "r", Label: "r", Y: 0.3}}},
	} {
		t.Run(name, func(t *testing.T) {
			fig, err := NewGrid(Meta{}, Grid{Panels: [][]*Panel{{p}}, XLabel: "x"})
			if err != nil {
				t.Fatal(err)
			}
			drawEverywhere(t, fig)
		})
	}
}

func TestNamedFiguresOnPoorData(t *testing.T) {
	for name, build := range map[string]func() (*Figure, error){
		"empty run":   func() (*Figure, error) { return Run(RunData{}) },
		"steps alone": func() (*Figure, error) { return Run(RunData{Evaluations: Evaluations{Steps: []float64{0, 1}}}) },
		"all cells nil": func() (*Figure, error) {
			return WinsorizedGrid(GridData{Noises: []float64{0}, Cs: []float64{0}, Cells: [][]*Evaluations{{nil}}})
		},
		"blank runs": func() (*Figure, error) { return Compare(CompareData{Runs: []NamedRun{{}, {}}}) },
		"zero gradients": func() (*Figure, error) {
			return TwoExamples(TwoExamplesData{Directions: []string{""}, A: []float64{0}, B: []float64{0}})
		},
		"one colour image": func() (*Figure, error) {
			return Digits(DigitsData{Images: [][]uint8{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}, Labels: []int{-3}, Names: []string{"cat"}})
		},
		"400 images": func() (*Figure, error) {
			d := DigitsData{Original: make([]int, 400)}
			for i := 0; i < 400; i++ {
				d.Images, d.Labels = append(d.Images, []uint8{0, 9, 9, 0}), append(d.Labels, i%2)
			}
			return Digits(d)
		},
	} {
		t.Run(name, func(t *testing.T) {
			fig, err := build()
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []Size{Column, Slide} {
				if _, err := fig.PNGImage(s, 50); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestUserMistakes(t *testing.T) {
	xy := func(n int) []float64 { return make([]float64, n) }
	grid := func(p Panel) func() (*Figure, error) {
		return func() (*Figure, error) { return NewGrid(Meta{}, Grid{Panels: [][]*Panel{{&p}}}) }
	}
	ok := Evaluations{Steps: xy(2)}
	for want, build := range map[string]func() (*Figure, error){
		"2 x values but 3 y values":            grid(Panel{Curves: []Curve{{X: xy(2), Y: xy(3)}}}),
		"a band of 1 lower and 2 upper":        grid(Panel{Curves: []Curve{{X: xy(2), Y: xy(2), Lo: xy(1), Hi: xy(2)}}}),
		"x[0] = NaN":                           grid(Panel{Curves: []Curve{{X: []float64{nan}, Y: xy(1)}}}),
		"x[1] = -1: steps":                     grid(Panel{XSteps: true, Curves: []Curve{{X: []float64{0, -1}, Y: xy(2)}, {}}}),
		"x[1] = 1 comes after 2":               grid(Panel{Curves: []Curve{{X: []float64{2, 1}, Y: xy(2)}}}),
		"lower value 1 is above upper value 0": grid(Panel{Curves: []Curve{{X: xy(1), Y: xy(1), Lo: []float64{1}, Hi: xy(1)}}}),
		"y range [2, 1]":                       grid(Panel{YMin: 2, YMax: 1}),
		"reference line \"p\" at NaN":          grid(Panel{References: []Reference{{Name: "p", Y: nan}}}),
		"grid of 0 rows":                       func() (*Figure, error) { return NewGrid(Meta{}, Grid{}) },
		"grid of 0 columns":                    func() (*Figure, error) { return NewGrid(Meta{}, Grid{Panels: [][]*Panel{{}}}) },
		"grid row 1 has 2 panels":              func() (*Figure, error) { return NewGrid(Meta{}, Grid{Panels: [][]*Panel{{nil}, {nil, nil}}}) },
		"2 column headings for 1 columns": func() (*Figure, error) {
			return NewGrid(Meta{}, Grid{Panels: [][]*Panel{{nil}}, ColumnHeads: []string{"", ""}})
		},
		"TestAccuracy has 3 values for 2 steps": func() (*Figure, error) {
			return Run(RunData{Evaluations: Evaluations{Steps: xy(2), TestAccuracy: xy(3)}})
		},
		"noise 1.5 is out of range": func() (*Figure, error) { return WinsorizedGrid(GridData{Noises: []float64{1.5}}) },
		"noise NaN is out of range": func() (*Figure, error) { return WinsorizedGrid(GridData{Noises: []float64{nan}}) },
		"c = 50 is out of range": func() (*Figure, error) {
			return WinsorizedGrid(GridData{Cs: []float64{50}, Cells: [][]*Evaluations{{&ok}}})
		},
		"2 rows of cells for 1 values of c": func() (*Figure, error) { return WinsorizedGrid(GridData{Cs: xy(1), Cells: [][]*Evaluations{{}, {}}}) },
		"1 cells for 2 noise levels": func() (*Figure, error) {
			return WinsorizedGrid(GridData{Noises: xy(2), Cs: xy(1), Cells: [][]*Evaluations{{nil}}})
		},
		"comparison of 0 runs": func() (*Figure, error) { return Compare(CompareData{}) },
		"comparison of 9 runs": func() (*Figure, error) {
			return Compare(CompareData{Runs: []NamedRun{{}, {}, {}, {}, {}, {}, {}, {}, {}}})
		},
		"0 directions": func() (*Figure, error) { return TwoExamples(TwoExamplesData{}) },
		"component 0 is +Inf": func() (*Figure, error) {
			return TwoExamples(TwoExamplesData{Directions: []string{"d"}, A: []float64{math.Inf(1)}, B: xy(1)})
		},
		"1 and 2 components for 1 directions": func() (*Figure, error) {
			return TwoExamples(TwoExamplesData{Directions: []string{"d"}, A: xy(1), B: xy(2)})
		},
		"0 images": func() (*Figure, error) { return Digits(DigitsData{}) },
		"image of 5 values is not a square": func() (*Figure, error) {
			return Digits(DigitsData{Images: [][]uint8{{1, 2, 3, 4, 5}}, Labels: []int{1}})
		},
		"image 1 has 9 values, image 0 has 4": func() (*Figure, error) {
			return Digits(DigitsData{Images: [][]uint8{{0, 0, 0, 0}, {8: 0}}, Labels: []int{1, 2}})
		},
		"2 labels and 0 original labels for 1": func() (*Figure, error) { return Digits(DigitsData{Images: [][]uint8{{3: 0}}, Labels: []int{1, 2}}) },
	} {
		fig, err := build()
		if err == nil {
			t.Errorf("no error, want %q", want)
		} else if fig != nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %q, want one line with %q", err, want)
		}
	}
}

func TestSizes(t *testing.T) {
	fig, err := WinsorizedGrid(madeUpGrid([]float64{0, 0.5, 1}, []float64{0, 1}))
	if err != nil {
		t.Fatal(err)
	}
	for want, s := range map[string]Size{
		"figure width 0 in is out of range":       {},
		"figure width NaN in":                     {Width: vg.Length(nan)},
		"figure height 0.1 in is out of range":    {Width: Column.Width, Height: 7.2},
		"figure scale -1 is out of range":         {Width: Column.Width, Scale: -1},
		"figure height 0.6 in is too small for 2": {Width: Column.Width, Height: 43.2},
		"too small for 3 columns":                 {Width: Column.Width, Scale: 6},
	} {
		if _, err := fig.PNGImage(s, 72); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", s, err, want)
		}
	}
	if _, err := fig.PNGImage(Column, 5000); err == nil {
		t.Error("5000 dpi must be refused")
	}
	if _, err := SizeNamed("poster"); err == nil || !strings.Contains(err.Error(), "poster") {
		t.Errorf("unknown size: %v", err)
	}
	if s, err := SizeNamed("column"); err != nil || s != Column {
		t.Errorf("column: %v %v", s, err)
	}
}

func TestSpread(t *testing.T) {
	for _, ys := range [][]float64{{5, 5, 5}, {0, 100, 50}, {99, 100, 98, 2}, {50}, {}, {10, 14, 18, 90}} {
		ls := make([]directLabel, len(ys))
		for i, y := range ys {
			ls[i].y = vg.Length(y)
		}
		spread(ls, 10, 0, 100)
		for i := range ls {
			if ls[i].y < -1e-9 || ls[i].y > 100+1e-9 {
				t.Errorf("%v: label %d at %v", ys, i, ls[i].y)
			}
			for j := range ls {
				if d := ls[j].y - ls[i].y; i != j && math.Abs(float64(d)) < 10-1e-9 {
					t.Errorf("%v: labels %d and %d are %v apart", ys, i, j, d)
				} else if ys[j] > ys[i] && d < 0 {
					t.Errorf("%v: labels %d and %d changed places", ys, i, j)
				}
			}
		}
	}
}

// A last row that is not full: the places left free have no frame, the panels above them the numbers of the steps.
func TestSkippedPanels(t *testing.T) {
	panel := func() *Panel {
		return &Panel{Title: "a", XSteps: true, Curves: []Curve{{Name: "curve", X: []float64{0, 10, 30000}, Y: []float64{1, 2, 3}}}}
	}
	fig, err := NewGrid(Meta{Caption: "Three."}, Grid{Panels: [][]*Panel{{panel(), panel()}, {panel(), {Skip: true}}}, ShareX: true, XLabel: "step"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "3 line charts in 2 rows and 2 columns over step. "; !strings.HasPrefix(fig.Alt(), want) {
		t.Errorf("%q, want %q", fig.Alt(), want)
	}
	w, err := fig.web()
	if err != nil {
		t.Fatal(err)
	}
	var labelled []bool
	for _, p := range w.Panels {
		labelled = append(labelled, p.LabelX)
	}
	if want := []bool{false, true, true}; !slices.Equal(labelled, want) {
		t.Errorf("panels with numbers of steps: %v, want %v", labelled, want)
	}
	if _, err := fig.Encode(SVG, Notebook); err != nil {
		t.Error(err)
	}
}
