// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/study"
	"coherentgradients/plots"

	"github.com/dustin/go-humanize"
)

// ByNoise shows Figure 4 column by column: a frame for each noise, train and test accuracy over steps, a curve for each
// c. Records that are nil are left out; it is an error if all are.
func ByNoise(records []*record.Record) {
	frames, telling, err := noiseFrames(records)
	if err == nil {
		err = Frames("label noise", frames, telling)
	}
	if err != nil {
		fail(err)
	}
}

// ByStep shows Figure 4 as a film: a frame for each of some steps, train and test accuracy over noise, a curve for
// each c.
func ByStep(records []*record.Record) {
	frames, telling, err := stepFrames(records)
	if err == nil {
		err = Frames("step", frames, telling)
	}
	if err != nil {
		fail(err)
	}
}

// cell is the seeds of a run: of one noise and one c.
type cell struct {
	noise, c float64
	records  []*record.Record
}

// sorted are the records there are, by noise and c, in order: all seeds of the run that comes first of each.
func sorted(records []*record.Record) (cells []cell, noises, cs []float64, err error) {
	of := func(s record.Spec) string { s.Seed = 0; return s.ID() }
	for _, r := range records {
		if r == nil || len(r.Evaluations) == 0 {
			continue
		}
		noises, cs = with(noises, r.Spec.Noise), with(cs, r.Spec.C)
		i := slices.IndexFunc(cells, func(o cell) bool { return o.noise == r.Spec.Noise && o.c == r.Spec.C })
		switch {
		case i < 0:
			cells = append(cells, cell{r.Spec.Noise, r.Spec.C, []*record.Record{r}})
		case of(cells[i].records[0].Spec) == of(r.Spec):
			cells[i].records = append(cells[i].records, r)
		}
	}
	if len(cells) == 0 {
		return nil, nil, nil, fmt.Errorf("no record to draw: train some by `go run ./notebooks run --quick` (minutes) or `--full` (hours)")
	}
	slices.Sort(noises)
	slices.Sort(cs)
	slices.SortFunc(cells, func(a, b cell) int { return cmp.Or(cmp.Compare(a.noise, b.noise), cmp.Compare(a.c, b.c)) })
	return cells, noises, cs, nil
}

// recordsOf are all of some cells.
func recordsOf(cells []cell) (list []*record.Record) {
	for _, c := range cells {
		list = append(list, c.records...)
	}
	return list
}

// noiseFrames are those of [ByNoise]; the one nearest to half of the labels tells most.
func noiseFrames(records []*record.Record) (frames []Frame, telling int, err error) {
	cells, noises, _, err := sorted(records)
	if err != nil {
		return nil, 0, err
	}
	for i, noise := range noises {
		panels := twoPanels()
		here := slices.DeleteFunc(slices.Clone(cells), func(c cell) bool { return c.noise != noise })
		for _, at := range here {
			m := study.Medians(at.records)
			curve := plots.Curve{Name: "c = " + number(at.c), X: m.Steps, Role: plots.Winsorization(at.c)}
			curve.Y, curve.Lo, curve.Hi = m.TrainAccuracy, m.TrainBand.Lo, m.TrainBand.Hi
			panels[0].Curves = append(panels[0].Curves, curve)
			curve.Y, curve.Lo, curve.Hi = m.TestAccuracy, m.TestBand.Lo, m.TestBand.Hi
			panels[1].Curves = append(panels[1].Curves, curve)
		}
		panels[0].XSteps, panels[1].XSteps = true, true
		panels[0].References = []plots.Reference{{Name: "proper accuracy", Y: study.ProperAccuracy(noise, recordsOf(here)...)}}
		f, err := frame(fmt.Sprintf("Accuracy at %s %% label noise by winsorization c", number(100*noise)), "step", panels, recordsOf(here))
		if err != nil {
			return nil, 0, err
		}
		frames = append(frames, Frame{Label: number(100*noise) + " %", Figure: f})
		if math.Abs(noise-0.5) < math.Abs(noises[telling]-0.5) {
			telling = i
		}
	}
	return frames, telling, nil
}

// stepFrames are those of [ByStep], at the threes and tens of each decade; the last tells most. Marks show the levels of
// noise that there are runs at.
func stepFrames(records []*record.Record) (frames []Frame, telling int, err error) {
	cells, noises, cs, err := sorted(records)
	if err != nil {
		return nil, 0, err
	}
	longest := 0
	medians := make([]*plots.Evaluations, len(cells))
	for i, at := range cells {
		medians[i] = study.Medians(at.records)
		for _, r := range at.records {
			longest = max(longest, r.Spec.Steps)
		}
	}
	for _, step := range record.Schedule(longest) {
		if first := strings.TrimRight(fmt.Sprint(step), "0"); step < 3 || first != "1" && first != "3" && step != longest {
			continue
		}
		panels := twoPanels()
		proper := plots.Curve{Name: "proper accuracy", Role: plots.Cloud}
		for _, noise := range noises {
			proper.X, proper.Y = append(proper.X, 100*noise), append(proper.Y, study.ProperAccuracy(noise, recordsOf(cells)...))
		}
		panels[0].Curves = append(panels[0].Curves, proper)
		for _, c := range cs {
			train := plots.Curve{Name: "c = " + number(c), Role: plots.Winsorization(c), Marks: true}
			test := train
			for i, at := range cells {
				k, ok := slices.BinarySearch(medians[i].Steps, float64(step))
				if at.c != c || !ok {
					continue
				}
				add(&train, 100*at.noise, medians[i].TrainAccuracy, medians[i].TrainBand, k)
				add(&test, 100*at.noise, medians[i].TestAccuracy, medians[i].TestBand, k)
			}
			for p, curve := range []plots.Curve{train, test} {
				if slices.Equal(curve.Lo, curve.Hi) { // one seed each
					curve.Lo, curve.Hi = nil, nil
				}
				panels[p].Curves = append(panels[p].Curves, curve)
			}
		}
		label := humanize.Comma(int64(step))
		f, err := frame("Accuracy by label noise and winsorization c after "+label+" steps", "label noise (%)", panels, recordsOf(cells))
		if err != nil {
			return nil, 0, err
		}
		frames = append(frames, Frame{Label: label, Figure: f})
	}
	return frames, len(frames) - 1, nil
}

// add sets a point of a curve at x: the median at place k, with its range if there is one.
func add(c *plots.Curve, x float64, y []float64, band plots.Band, k int) {
	low, high := y[k], y[k]
	if len(band.Lo) > 0 {
		low, high = band.Lo[k], band.Hi[k]
	}
	c.X, c.Y = append(c.X, x), append(c.Y, y[k])
	c.Lo, c.Hi = append(c.Lo, low), append(c.Hi, high)
}

// twoPanels are the empty panels of a frame.
func twoPanels() []*plots.Panel {
	return []*plots.Panel{
		{Title: "Train accuracy, noisy labels (%)", Percent: true, YMin: 0, YMax: 1},
		{Title: "Test accuracy (%)", Percent: true, YMin: 0, YMax: 1},
	}
}

// frame is a figure of two panels with the caption of the runs in it.
func frame(what, x string, panels []*plots.Panel, records []*record.Record) (*plots.Figure, error) {
	m := meta(records[0].Spec, records[0])
	m.Caption = what + ". " + common(records) + "."
	var ids []string
	for _, r := range records {
		ids = append(ids, r.Spec.ID())
	}
	m.Provenance["records"] = strings.Join(ids, " ")
	return plots.NewGrid(m, plots.Grid{Panels: [][]*plots.Panel{panels}, XLabel: x, ShareX: true})
}

// common is what a caption says of all runs of a figure, which differ in noise and c.
func common(records []*record.Record) string {
	s := records[0].Spec
	return fmt.Sprintf("%s, hidden layers %s, %s steps; %s", title(s.Dataset), strings.ReplaceAll(netName(s.Hidden), ",", "–"),
		humanize.Comma(int64(s.Steps)), study.CurvesOf(records))
}
