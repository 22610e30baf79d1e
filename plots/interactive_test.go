// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
)

// TestInteractive: every figure of panels has data for the script, which read back as they are, hold every number of the
// figure to four digits, and stay small.
func TestInteractive(t *testing.T) {
	for _, g := range goldens {
		if g.size.Name != TextWidth.Name {
			continue
		}
		t.Run(g.name, func(t *testing.T) {
			fig, err := g.make()
			if err != nil {
				t.Fatal(err)
			}
			data, err := fig.Interactive()
			if err != nil {
				t.Fatal(err)
			}
			if fig.grid == nil {
				if data != "" {
					t.Error("a figure without panels has data")
				}
				return
			}
			if again, err := ReadInteractive(data); err != nil || again != data {
				t.Errorf("read back: %v, %d bytes of %d", err, len(again), len(data))
			}
			if len(data) == 0 || len(data) > 100_000 {
				t.Errorf("%d bytes", len(data))
			}
			var w webFigure
			if err := json.Unmarshal([]byte(data), &w); err != nil {
				t.Fatal(err)
			}
			want, got := 0, 0
			for _, row := range fig.grid.Panels {
				for _, p := range row {
					for _, c := range p.Curves {
						for _, y := range c.Y {
							if finite(y) {
								want++
							}
						}
					}
				}
			}
			for i, p := range w.Panels {
				curves := fig.grid.Panels[i/len(fig.grid.Panels[0])][i%len(fig.grid.Panels[0])].Curves
				for k, c := range p.Curves {
					for j, y := range c.Y {
						if v := curves[k].Y[j]; finite(float64(y)) {
							if got++; math.Abs(float64(y)-v) > 6e-4*math.Abs(v) || float64(w.Xs[c.X][j]) != curves[k].X[j] && math.Abs(float64(w.Xs[c.X][j])/curves[k].X[j]-1) > 6e-4 {
								t.Fatalf("%s: point %d is %v, %v; want %v, %v", c.Name, j, w.Xs[c.X][j], y, curves[k].X[j], v)
							}
						}
					}
					if len(w.Legend) > 0 && len(c.Keys) == 0 && !p.Labelled && c.Name != "" {
						t.Errorf("%s: no entry of the legend switches it", c.Name)
					}
				}
			}
			if got != want {
				t.Errorf("%d points of %d", got, want)
			}
		})
	}
}

// TestInteractiveHTML: the sentence for those who see a still picture, data that end no attribute, and a script that loads
// nothing.
func TestInteractiveHTML(t *testing.T) {
	x := []float64{0, 60000}
	fig, err := NewFigure(Meta{Alt: `it's <b> & "so"`}, Panel{XSteps: true, Curves: []Curve{{Name: "</script>'\"", X: x, Y: []float64{nan, 1e-9}}}})
	if err != nil {
		t.Fatal(err)
	}
	html, err := fig.interactiveHTML()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(html, "data-plot='")
	data, rest, _ := strings.Cut(rest, "'")
	if strings.ContainsAny(data, "<>") || !strings.HasPrefix(rest, `><p class="cg-asleep">`) || !strings.Contains(data, "[0,60000]") || !strings.Contains(data, "[null,1e-09]") {
		t.Errorf("data %s, then %.80s", data, rest)
	}
	if strings.Count(html, "<script>") != 1 || strings.Count(html, "</script>") != 1 {
		t.Error("the script ends early")
	}
	script := InteractiveScript()
	for _, bad := range []string{"http:", "https:", "innerHTML", "eval(", "fetch(", "import", "src="} {
		if strings.Contains(strings.ReplaceAll(script, "http://www.w3.org/2000/svg", ""), bad) {
			t.Errorf("the script has %s", bad)
		}
	}
	if len(script) > 25_000 {
		t.Errorf("a script of %d bytes", len(script))
	}
	big := make([]float64, 200_000)
	for i := range big {
		big[i] = float64(i) + math.Pi
	}
	fig, err = NewFigure(Meta{}, Panel{Curves: []Curve{{X: big, Y: big}}})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := fig.Interactive(); err != nil || data != "" {
		t.Errorf("a figure of %s points has %d bytes of data, %v", strconv.Itoa(len(big)), len(data), err)
	}
}
