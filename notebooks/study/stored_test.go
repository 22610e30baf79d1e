// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"math"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// madeUpRuns has a record of each spec, with every value that the figures of notebooks 11 and 12 draw.
func madeUpRuns(specs []record.Spec) (records []*record.Record) {
	for i, s := range specs {
		r := &record.Record{Spec: s}
		for _, step := range s.Evaluated() {
			x := float64(step) / float64(s.Steps)
			right := 0.1 + 0.8*math.Sqrt(x) - 0.001*float64(i%7)
			e := record.Evaluation{Step: step, TrainAccuracy: right, TestAccuracy: right, Overfit: x / 3, PristineAccuracy: &right, Extra: map[string]float64{
				"coherence": 1 + 50*x, "fp": 0.7, "fc": 0.3, "alignment": 0.6, "alignment_chance": 0.2, "alignment_order": 0.9, "weights_moved": x}}
			if s.Noise > 0 {
				e.CorruptAccuracy = &right
			}
			r.Evaluations = append(r.Evaluations, e)
		}
		records = append(records, r)
	}
	return records
}

// Each figure draws what there is, and says so where there is nothing.
func TestFurtherFigures(t *testing.T) {
	t.Setenv("CG_MODE", "")
	for name, f := range map[string]struct {
		draw  func([]*record.Record) (*plots.Figure, error)
		specs []record.Spec
		want  []string // in the figure's numbers
	}{
		"augmented":    {augmented, record.CarryOver(), []string{"flips", "0.333"}},
		"carried wide": {carriedWide, record.CarriedWideRuns(), []string{"corrupt", "0.7"}},
		"capacity":     {capacity, record.CapacityRuns(), []string{"width 1,024", "depth 4"}},
		"starts":       {starts, record.StartedRuns(), []string{"fresh", "other images"}},
		"patterns":     {patterns, record.PatternRuns(), []string{"by chance", "0.9"}},
	} {
		fig, err := f.draw(madeUpRuns(f.specs))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var text strings.Builder
		for _, row := range fig.Data().Rows {
			text.WriteString(strings.Join(row, ",") + "\n")
		}
		for _, want := range f.want {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s: its numbers have no %q", name, want)
			}
		}
		if _, err := fig.Save(t.TempDir(), "figure", plots.TextWidth, plots.SVG); err != nil {
			t.Errorf("%s can't be drawn: %v", name, err)
		}
		if !strings.Contains(fig.Caption(), "3 seeds") {
			t.Errorf("%s: %s", name, fig.Caption())
		}
		if fig, err := f.draw(nil); err != nil || !strings.Contains(fig.Caption(), "No record") {
			t.Errorf("%s without records: %v", name, err)
		}
	}
}

func TestStartsColumns(t *testing.T) {
	columns := columnsOfStarts(madeUpRuns(record.StartedRuns()))
	if len(columns) != 3 || columns[0] != (record.Start{Steps: 6000, Rate: 0.1}) || columns[2] != (record.Start{Steps: 6000, Rate: 0.01}) {
		t.Errorf("%+v", columns)
	}
}

// Quick mode's likeness is small, valid, and of every kind of run.
func TestSmall(t *testing.T) {
	t.Setenv("CG_MODE", "quick")
	t.Setenv("CG_DATASET", "glyphs")
	for _, specs := range [][]record.Spec{record.CarryOver(), record.CapacityRuns(), record.StartedRuns(), record.PatternRuns()} {
		small := Small(specs)
		firsts, noises := map[string]bool{}, map[float64]bool{}
		for _, s := range small {
			if err := s.Validate(); err != nil || s.Steps > quickGlyphsSteps || s.FirstSteps > 200 || s.Dataset != "glyphs-600" || s.ValidateData(600) != nil {
				t.Errorf("%+v: %v", s, err)
			}
			firsts[s.First], noises[s.Noise] = true, true
		}
		if len(small) == 0 || specs[1].First != "" && len(firsts) != 4 || specs[1].First == "" && len(noises) < 2 {
			t.Errorf("%d runs, %v, %v", len(small), firsts, noises)
		}
	}
}

func TestEarlyAlpha(t *testing.T) {
	r := &record.Record{Spec: record.Capacity(0, 32)}
	for _, step := range r.Spec.Evaluated() {
		a := 1 + 0.5*5999
		if step < 60 || step > 600 { // outside of epochs 1 to 10
			a = 6000
		}
		r.Evaluations = append(r.Evaluations, record.Evaluation{Step: step, Extra: map[string]float64{"coherence": a}})
	}
	if got := EarlyAlpha(r); got != 0.5 {
		t.Errorf("%v, want 0.5", got)
	}
	if r.Spec.Dataset = "mnist"; !math.IsNaN(EarlyAlpha(r)) {
		t.Error("an α̂ of an unknown number of examples")
	}
}

func TestAround(t *testing.T) {
	low, high := around([]plots.Curve{{Y: []float64{10, 95.2}}, {Y: []float64{10, 93.5}}, {}}, 12)
	if low != 81 || high != 97 {
		t.Errorf("%v to %v", low, high)
	}
	if low, high := around(nil, 12); low != 0 || high != 0 {
		t.Errorf("of nothing: %v to %v", low, high)
	}
}
