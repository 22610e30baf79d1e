// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
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

// sorted are the records there are, one for each noise and c: that of the lowest seed. Noises and c come in order.
func sorted(records []*record.Record) (there []*record.Record, noises, cs []float64, err error) {
	for _, r := range records {
		if r == nil || len(r.Evaluations) == 0 {
			continue
		}
		noises, cs = with(noises, r.Spec.Noise), with(cs, r.Spec.C)
		same := slices.IndexFunc(there, func(o *record.Record) bool { return o.Spec.Noise == r.Spec.Noise && o.Spec.C == r.Spec.C })
		switch {
		case same < 0:
			there = append(there, r)
		case r.Spec.Seed < there[same].Spec.Seed:
			there[same] = r
		}
	}
	if len(there) == 0 {
		return nil, nil, nil, fmt.Errorf("no record to draw: train some by `go run ./notebooks run --quick` (minutes) or `--full` (hours)")
	}
	slices.Sort(noises)
	slices.Sort(cs)
	return there, noises, cs, nil
}

// noiseFrames are those of [ByNoise]; the one nearest to half of the labels tells most.
func noiseFrames(records []*record.Record) (frames []Frame, telling int, err error) {
	there, noises, cs, err := sorted(records)
	if err != nil {
		return nil, 0, err
	}
	for i, noise := range noises {
		panels := twoPanels()
		var used []*record.Record
		for _, c := range cs {
			for _, r := range there {
				if r.Spec.Noise != noise || r.Spec.C != c {
					continue
				}
				used = append(used, r)
				for p, column := range []string{"train_accuracy", "test_accuracy"} {
					curve(panels[p], r, "c = "+number(c), column, plots.Winsorization(c))
				}
			}
		}
		panels[0].XSteps, panels[1].XSteps = true, true
		panels[0].References = []plots.Reference{{Name: "proper accuracy", Y: study.ProperAccuracy(noise, used...)}}
		f, err := frame(fmt.Sprintf("Accuracy at %s %% label noise by winsorization c", number(100*noise)), "step", panels, used)
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

// stepFrames are those of [ByStep], at the threes and tens of each decade; the last tells most.
func stepFrames(records []*record.Record) (frames []Frame, telling int, err error) {
	there, noises, cs, err := sorted(records)
	if err != nil {
		return nil, 0, err
	}
	longest := 0
	for _, r := range there {
		longest = max(longest, r.Spec.Steps)
	}
	for _, step := range record.Schedule(longest) {
		if first := strings.TrimRight(fmt.Sprint(step), "0"); step < 3 || first != "1" && first != "3" && step != longest {
			continue
		}
		panels := twoPanels()
		proper := plots.Curve{Name: "proper accuracy", Role: plots.Series(7), Dash: plots.Solid}
		for _, noise := range noises {
			proper.X, proper.Y = append(proper.X, 100*noise), append(proper.Y, study.ProperAccuracy(noise, there...))
		}
		for _, c := range cs {
			for p, column := range []string{"train_accuracy", "test_accuracy"} {
				curve := plots.Curve{Name: "c = " + number(c), Role: plots.Winsorization(c)}
				for _, noise := range noises {
					if v, ok := valueAt(there, noise, c, step, column); ok {
						curve.X, curve.Y = append(curve.X, 100*noise), append(curve.Y, v)
					}
				}
				panels[p].Curves = append(panels[p].Curves, curve)
			}
		}
		panels[0].Curves = append(panels[0].Curves, proper)
		label := humanize.Comma(int64(step))
		f, err := frame("Accuracy by label noise and winsorization c after "+label+" steps", "label noise (%)", panels, there)
		if err != nil {
			return nil, 0, err
		}
		frames = append(frames, Frame{Label: label, Figure: f})
	}
	return frames, len(frames) - 1, nil
}

// valueAt is a recorded value of the run with a noise and c.
func valueAt(records []*record.Record, noise, c float64, step int, column string) (float64, bool) {
	for _, r := range records {
		if r.Spec.Noise != noise || r.Spec.C != c {
			continue
		}
		for _, e := range r.Evaluations {
			if e.Step == step {
				return e.Value(column)
			}
		}
	}
	return 0, false
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
	m.Alt = what + ": line charts of train and test accuracy over " + x + "."
	return plots.NewGrid(m, plots.Grid{Panels: [][]*plots.Panel{panels}, XLabel: x, ShareX: true})
}

// common is what a caption says of all runs of a figure, which differ in noise and c.
func common(records []*record.Record) string {
	s := records[0].Spec
	return fmt.Sprintf("%s, hidden layers %s, %s steps, seed %d", title(s.Dataset), strings.ReplaceAll(netName(s.Hidden), ",", "–"),
		humanize.Comma(int64(s.Steps)), s.Seed)
}
