// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"slices"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

func TestCoherenceArms(t *testing.T) {
	want := map[string]int{"mnist-6000": 12, "fashion-mnist-6000": 12, "cnn-mnist-2000": 6, "cnn-fashion-mnist-2000": 6, "mnist": 12}
	arms := CoherenceArms()
	if len(arms) != len(want) {
		t.Fatalf("%d arms", len(arms))
	}
	for _, a := range arms {
		if len(a.Specs) != want[a.Name] || CoherenceArm(a.Name).Text != a.Text {
			t.Errorf("%q has %d runs, want %d", a.Name, len(a.Specs), want[a.Name])
		}
		for _, s := range a.Specs {
			if err := s.Validate(); err != nil {
				t.Errorf("%s: %v", a.Name, err)
			}
		}
	}
}

func TestCurveOf(t *testing.T) {
	of := func(seed int64, a float64) *record.Record {
		s := record.Coherence("mnist", 0.5)
		s.Seed = seed
		r := &record.Record{Spec: s}
		for step := range 3 {
			r.Evaluations = append(r.Evaluations, record.Evaluation{Step: step, Extra: map[string]float64{
				"coherence": a * float64(1+step), "coherence_layer_1": 2, "coherence_layer_0": 3}})
		}
		return r
	}
	records := []*record.Record{of(11, 1), of(12, 2), of(13, 9), nil}
	c := CurveOf("A", plots.Test, AtNoise(records, 0.5), "coherence", 1)
	if !slices.Equal(c.X, []float64{1, 2}) || !slices.Equal(c.Y, []float64{4, 6}) || !slices.Equal(c.Lo, []float64{2, 3}) || !slices.Equal(c.Hi, []float64{18, 27}) {
		t.Errorf("%+v", c)
	}
	if c := CurveOf("A", plots.Test, records, "nothing", 0); len(c.X) != 0 || len(c.Y) != 0 {
		t.Errorf("a column that is not there: %+v", c)
	}
	if got := LayersOf(records); !slices.Equal(got, []string{"0", "1"}) {
		t.Errorf("layers %q", got)
	}
	if m := CaptionOf("what", records[:3]...); m.Caption == "" {
		t.Error("no caption")
	}
}
