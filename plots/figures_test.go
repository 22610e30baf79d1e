// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

func madeUpFigure1(noises ...float64) Figure1Data {
	d := Figure1Data{Meta: madeUpMeta("Figure 1's layout on made-up curves.")}
	for _, e := range noises {
		r := madeUpRun(e, 0, 100000)
		n := NoiseRun{Noise: e, Steps: r.Steps, TrainAccuracy: Line{Y: r.TrainAccuracy}, TestAccuracy: Line{Y: r.TestAccuracy},
			TrainLoss: Line{Y: r.TrainLoss}, PristineLearned: Line{Y: r.Pristine}, CorruptLearned: Line{Y: r.Corrupt}}
		if e == 0.5 {
			n.TestAccuracy.Band = madeUpBand(r.TestAccuracy, 0.03)
		}
		d.Runs = append(d.Runs, n)
	}
	return d
}

func madeUpBand(y []float64, w float64) (b Band) {
	for i, v := range y {
		b.Lo = append(b.Lo, v-w*(1+math.Sin(float64(i))/3))
		b.Hi = append(b.Hi, v+w*(1+math.Cos(float64(i))/3))
	}
	return b
}

// madeUpGroups imagines f^p over the steps; null worlds wobble about the share
// of pristine examples.
func madeUpGroups(nulls int) GroupsData {
	d := GroupsData{Meta: madeUpMeta("Figure 2's layout on made-up curves."), Noises: []float64{0.25, 0.5, 0.75}}
	for r := range nulls + 1 {
		row := GroupRow{Name: "real"}
		if r > 0 {
			row.Name = "null " + compact(float64(r))
		}
		for _, e := range d.Noises {
			c := &GroupLines{Steps: madeUpSteps(100000)}
			for _, t := range c.Steps {
				fp := 1 - 0.9*e + 8*wobble(t, float64(r)+e)
				if r == 0 {
					fp = 1.02 - 0.7*e - (0.9-0.9*e)*rise(t, 30, 2) + (0.5-0.1*e)*rise(t, 40000, 4) + 3*wobble(t, e)
				}
				c.Pristine.Y, c.Corrupt.Y = append(c.Pristine.Y, fp), append(c.Corrupt.Y, 1-fp)
			}
			row.Cells = append(row.Cells, c)
		}
		d.Rows = append(d.Rows, row)
	}
	return d
}

func madeUpContributions(nulls int) GroupsData {
	d := GroupsData{Meta: madeUpMeta("Figure 3's layout on made-up curves."), Noises: []float64{0.25, 0.5, 0.75}}
	for r := range nulls + 1 {
		row := GroupRow{Name: "real"}
		if r > 0 {
			row.Name = "null " + compact(float64(r))
		}
		for _, e := range d.Noises {
			c := &GroupLines{}
			var p, q float64
			for t := range 10 {
				gap := 0.0
				if r == 0 {
					gap = 0.5
				}
				p += 3e-9 * (1.1 - e) * (1 + gap + 9*wobble(float64(t), float64(r)))
				q += 3e-9 * (1.1 - e) * (1 - gap - 9*wobble(float64(t), float64(r)))
				c.Steps = append(c.Steps, float64(t))
				c.Pristine.Y, c.Corrupt.Y = append(c.Pristine.Y, p), append(c.Corrupt.Y, q)
			}
			row.Cells = append(row.Cells, c)
		}
		d.Rows = append(d.Rows, row)
	}
	return d
}

func TestFigure1(t *testing.T) {
	fig, err := Figure1(madeUpFigure1(0, 0.5, 1))
	if err != nil {
		t.Fatal(err)
	}
	drawEverywhere(t, fig)
	count := map[string]bool{}
	for _, row := range fig.Data().Rows {
		if strings.HasPrefix(row[1], "(d)") {
			count[row[2]] = true
		}
	}
	for _, name := range []string{"0 %, pristine", "50 %, pristine", "50 %, corrupt", "100 %, corrupt"} {
		if !count[name] {
			t.Errorf("(d) has no curve of %s: %v", name, count)
		}
	}
	if len(count) != 4 {
		t.Errorf("(d) has the curves %v", count)
	}
	lacking := madeUpFigure1(0.25)
	lacking.Runs[0].TrainLoss, lacking.Runs[0].PristineLearned, lacking.Runs[0].CorruptLearned = Line{}, Line{}, Line{}
	if fig, err = Figure1(lacking); err != nil {
		t.Fatal(err)
	}
	drawEverywhere(t, fig)

	for name, change := range map[string]func(*Figure1Data){
		"no runs":   func(d *Figure1Data) { d.Runs = nil },
		"noise 2":   func(d *Figure1Data) { d.Runs[0].Noise = 2 },
		"noise NaN": func(d *Figure1Data) { d.Runs[0].Noise = math.NaN() },
		"lengths":   func(d *Figure1Data) { d.Runs[0].TrainLoss.Y = []float64{1} },
		"band":      func(d *Figure1Data) { d.Runs[0].TrainLoss.Band = Band{Lo: []float64{1}} },
		"too many":  func(d *Figure1Data) { d.Runs = make([]NoiseRun, MaxRuns+1) },
	} {
		d := madeUpFigure1(0.25)
		change(&d)
		if _, err := Figure1(d); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFigures2And3(t *testing.T) {
	for name, make := range map[string]struct {
		draw func(GroupsData) (*Figure, error)
		data func(int) GroupsData
	}{"figure 2": {Figure2, madeUpGroups}, "figure 3": {Figure3, madeUpContributions}} {
		t.Run(name, func(t *testing.T) {
			d := make.data(2)
			d.Rows[1].Cells[2] = nil
			d.Rows[2].Cells[0].Pristine.Y[3] = math.NaN()
			d.Rows[2].Cells[1].Pristine.Y[3] = 1e12 // all but cancelled there
			fig, err := make.draw(d)
			if err != nil {
				t.Fatal(err)
			}
			drawEverywhere(t, fig)
			d.Rows[0].Cells = d.Rows[0].Cells[:2]
			if _, err := make.draw(d); err == nil || !strings.HasPrefix(err.Error(), name) {
				t.Errorf("two cells for three noise levels: %v", err)
			}
			if _, err := make.draw(GroupsData{}); err == nil {
				t.Error("no data")
			}
			empty := GroupsData{Noises: []float64{0.5}, Rows: []GroupRow{{Name: "real", Cells: []*GroupLines{nil}}}}
			fig, err = make.draw(empty)
			if err != nil {
				t.Fatal(err)
			}
			drawEverywhere(t, fig)
		})
	}
	// The unit of the axis, and the numbers in it.
	fig, err := Figure3(madeUpContributions(0))
	if err != nil {
		t.Fatal(err)
	}
	largest := 0.0
	for _, row := range fig.Data().Rows {
		var v float64
		if err := parse(row[4], &v); err != nil {
			t.Fatal(err)
		}
		largest = max(largest, v)
	}
	if largest < 1 || largest >= 10 {
		t.Errorf("the axis goes to %v in its unit", largest)
	}
}

func parse(text string, v *float64) (err error) {
	*v, err = strconv.ParseFloat(text, 64)
	return err
}

// TestLegendOnce: a curve with a band in one panel and without in another has one entry in the legend, with the band.
func TestLegendOnce(t *testing.T) {
	g := madeUpBands()
	plain := *g.Panels[0][0]
	plain.Curves = append([]Curve(nil), plain.Curves...)
	for i := range plain.Curves {
		plain.Curves[i].Lo, plain.Curves[i].Hi = nil, nil
	}
	for _, row := range [][]*Panel{{&plain, g.Panels[0][0]}, {g.Panels[0][0], &plain}} {
		entries := legendEntries([][]*Panel{row})
		if len(entries) != len(plain.Curves) {
			t.Fatalf("%d entries for %d curves", len(entries), len(plain.Curves))
		}
		for _, e := range entries {
			if !e.band {
				t.Errorf("%q has no band in the legend", e.name)
			}
		}
	}
}
