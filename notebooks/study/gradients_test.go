// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// madeUpRecord is a record whose values follow from step, noise and seed; without is left out.
func madeUpRecord(noise float64, seed int64, without ...string) *record.Record {
	s := record.DefaultSpec()
	s.Noise, s.Hidden, s.Steps, s.Seed = noise, []int{2048}, 1000, seed
	r := &record.Record{Spec: s}
	for _, step := range record.Schedule(s.Steps) {
		v := math.Log1p(float64(step)) / 8
		e := record.Evaluation{Step: step, TrainAccuracy: v, TestAccuracy: v, TrainLoss: 2 - v + float64(seed), Extra: map[string]float64{
			"pristine_learned": v, "corrupt_learned": v / 2, "fp": v, "fp_sample": v, "fp_layer_0": v, "fp_layer_1": v,
			"coherence": 10, "coherence_pristine": 5, "coherence_corrupt": 2,
		}}
		for k := range 6 {
			e.Extra[fmt.Sprintf("fp_null_%d", k+1)] = noise
		}
		if step < 10 {
			for _, estimate := range []string{"", "_sample", "_null_1", "_null_2", "_null_3"} {
				e.Extra["ip"+estimate], e.Extra["ic"+estimate] = v, v/2
			}
		}
		for _, name := range without {
			delete(e.Extra, name)
		}
		r.Evaluations = append(r.Evaluations, e)
	}
	return r
}

func TestSpread(t *testing.T) {
	runs := []*record.Record{madeUpRecord(0.5, 1), madeUpRecord(0.5, 2), madeUpRecord(0.5, 5)}
	steps := evaluated(runs, math.MaxInt)
	if !slices.IsSorted(steps) || len(steps) != len(record.Schedule(1000)) {
		t.Fatalf("steps %v", steps)
	}
	one := spread(runs[:1], steps, named("train_loss"))
	if one.Lo != nil || one.Hi != nil || one.Y[0] != 3 {
		t.Errorf("one run: %v, band %v to %v", one.Y[0], one.Lo, one.Hi)
	}
	three := spread(runs, steps, named("train_loss"))
	if three.Y[0] != 4 || three.Lo[0] != 3 || three.Hi[0] != 7 {
		t.Errorf("three runs: %v, band %v to %v, want 4, 3 to 7", three.Y[0], three.Lo[0], three.Hi[0])
	}
	if none := spread(runs, steps, named("nothing")); none.Y != nil {
		t.Errorf("a value that no run has: %v", none.Y)
	}
	// i^p stops at step 9: later there is a gap, not a zero.
	if ip := spread(runs, steps, named("ip")); math.IsNaN(ip.Y[9]) || !math.IsNaN(ip.Y[10]) {
		t.Errorf("ip at steps 9 and 10: %v, %v", ip.Y[9], ip.Y[10])
	}
	if first := evaluated(runs, 9); len(first) != 10 {
		t.Errorf("the first ten steps: %v", first)
	}
}

func TestNoiseRuns(t *testing.T) {
	t.Setenv("CG_MODE", "full")
	t.Setenv("CG_DATASET", "")
	specs := NoiseRuns(NoiseLevels()...)
	if len(specs) != 3*3+2+1 { // those that are planned, and a second seed of 75 % noise, which has a committed record
		t.Errorf("%d runs", len(specs))
	}
	for _, s := range specs {
		if s.Dataset != "mnist" || s.Steps != 100_000 || !slices.Equal(s.Hidden, []int{2048}) || s.Validate() != nil {
			t.Errorf("%+v", s)
		}
	}
	t.Setenv("CG_MODE", "quick")
	for _, s := range NoiseRuns(NoiseLevels()...) {
		if s.Dataset != "mnist-6000" || s.Steps != smallSteps || s.Seed != 1 || s.Validate() != nil {
			t.Errorf("quick: %+v", s)
		}
	}
	t.Setenv("CG_DATASET", "glyphs")
	if s := SmallNoise(0.5); s.Dataset != "glyphs" || s.Steps != quickGlyphsSteps {
		t.Errorf("glyphs: %+v", s)
	}
}

// Every figure draws from full records, from some, from records that were not measured, and from none.
func TestGradientFigures(t *testing.T) {
	full := []*record.Record{madeUpRecord(0, 1), madeUpRecord(0.25, 1), madeUpRecord(0.5, 1), madeUpRecord(0.5, 2), madeUpRecord(0.75, 1), madeUpRecord(1, 1)}
	for name, records := range map[string][]*record.Record{
		"all":          full,
		"some":         {nil, full[2], nil},
		"none":         {nil, nil},
		"not measured": {madeUpRecord(0.5, 1, "fp", "fp_sample", "ip", "ip_sample", "coherence", "fp_layer_0")},
	} {
		for what, draw := range map[string]func([]*record.Record) (*plots.Figure, error){
			"figure 1": noise, "figure 2": shares, "figure 2, exact": exactShares, "figure 3": contributions,
			"figure 3, exact": exactContributions, "coherence": coherenceOf,
		} {
			f, err := draw(records)
			if err != nil {
				t.Errorf("%s of %s: %v", what, name, err)
				continue
			}
			if f.Caption() == "" || f.Alt() == "" {
				t.Errorf("%s of %s has no caption or no description", what, name)
			}
			if rows := len(f.Data().Rows); name == "all" && rows == 0 {
				t.Errorf("%s of %s holds no numbers", what, name)
			}
		}
	}
}

func TestLevels(t *testing.T) {
	var specs []record.Spec
	for i, noise := range []float64{0.25, 0.5, 0.75} {
		for seed := range []int64{3, 3, 1}[i] {
			s := record.Figure1("mnist", noise)
			s.Seed = 1 + seed
			specs = append(specs, s)
		}
	}
	records := make([]*record.Record, len(specs))
	missing := func(i int) bool { return records[i] == nil }
	if got := levels(specs, missing); got != "25 (3 seeds), 50 (3 seeds), 75 %" {
		t.Errorf("all missing: %s", got)
	}
	for i := range records {
		records[i] = &record.Record{}
	}
	if got := levels(specs, missing); got != "" {
		t.Errorf("none missing: %s", got)
	}
}
