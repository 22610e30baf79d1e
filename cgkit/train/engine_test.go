// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"context"
	"math"
	"reflect"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/datasets"

	"github.com/gomlx/compute"
)

func smallProblem(t *testing.T, change func(*record.Spec)) run.Problem {
	t.Helper()
	set, err := datasets.NewGlyphs(context.Background(), 600, 200, 3)
	if err != nil {
		t.Fatal(err)
	}
	s := record.DefaultSpec()
	s.Dataset, s.Hidden, s.Batch, s.Noise, s.Steps = "glyphs", []int{16, 12}, 20, 0.5, 60
	if change != nil {
		change(&s)
	}
	s = s.Normalized()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	noise, err := datasets.NewLabelNoise(set.Train.Labels, s.Noise, uint64(s.Seed))
	if err != nil {
		t.Fatal(err)
	}
	return run.Problem{Spec: s, Set: set, Noise: noise}
}

func newSmall(t *testing.T, b compute.Backend, p run.Problem) *engine {
	t.Helper()
	e, err := On(b)(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e.(*engine)
}

// A call's batches stay below chunkBytes, except that it has at least one.
func TestLimitOf(t *testing.T) {
	for bytes, want := range map[int]int{1: 128, 100 * 784: 128, 100 * 3072: 128, 1000 * 784: 85, 60_000 * 784: 1, 1 << 40: 1} {
		if got := limitOf(bytes); got != want {
			t.Errorf("batches of %d bytes: %d updates a call, want %d", bytes, got, want)
		}
	}
}

func mustAdvance(t *testing.T, e run.Engine, n int) {
	t.Helper()
	if _, err := e.Advance(context.Background(), n); err != nil {
		t.Fatal(err)
	}
}

// The first update of Adam is the rate times the gradient's sign, but for epsilon; so are those of Adamax and of GoMLX's
// RMSProp, which corrects the bias of its average too.
func TestOptimizers(t *testing.T) {
	const rate = 0.01
	for _, name := range record.Optimizers() {
		e := newSmall(t, cgtest.Go(t), smallProblem(t, func(s *record.Spec) { s.Optimizer, s.LearningRate = name, rate }))
		before, err := e.Weights()
		if err != nil {
			t.Fatal(err)
		}
		mustAdvance(t, e, 1)
		after, err := e.Weights()
		if err != nil {
			t.Fatal(err)
		}
		most := 0.0
		for path, w := range after {
			for i, v := range w.Data.([]float32) {
				most = max(most, math.Abs(float64(v)-float64(before[path].Data.([]float32)[i])))
			}
		}
		if math.Abs(most/rate-1) > 0.01 {
			t.Errorf("%s: the largest step is %v, want %v", name, most, rate)
		}
	}
}

// The same steps, cut differently and with a restored state in between, end in the same bits. (Evaluations belong to the
// schedule: they decide when an example counts as learned, so both make the same.)
func TestEngineDependsOnStepAlone(t *testing.T) {
	for _, change := range []func(s *record.Spec){
		func(s *record.Spec) { s.Aggregator, s.Momentum = "rolling-median", 0.5 },
		func(s *record.Spec) { s.Aggregator, s.Augment = "median-of-batches", record.AugmentShift },
		func(s *record.Spec) { s.Aggregator, s.C, s.Optimizer = "winsorize", 10, "adam" },
		func(s *record.Spec) { s.Aggregator, s.Optimizer = "rolling-median", "rmsprop" },
	} {
		cgtest.Each(t, func(t *testing.T, b compute.Backend) {
			p := smallProblem(t, change)
			whole := newSmall(t, b, p)
			mustAdvance(t, whole, 16)
			if _, err := whole.Evaluate(context.Background()); err != nil {
				t.Fatal(err)
			}
			mustAdvance(t, whole, 21)
			cut := newSmall(t, b, p)
			mustAdvance(t, cut, 5)
			mustAdvance(t, cut, 11)
			if _, err := cut.Evaluate(context.Background()); err != nil {
				t.Fatal(err)
			}
			state, err := cut.State()
			if err != nil {
				t.Fatal(err)
			}
			resumed := newSmall(t, b, p)
			if err := resumed.Restore(16, state); err != nil {
				t.Fatal(err)
			}
			mustAdvance(t, resumed, 21)
			want, _ := whole.State()
			got, err := resumed.State()
			if err != nil {
				t.Fatal(err)
			}
			if resumed.Step() != 37 || !reflect.DeepEqual(got, want) {
				t.Error("the resumed engine's weights differ from those of one left alone")
			}
		})
	}
}

// One step and one evaluation against the same written out in float64.
func TestEngineAgainstSlowTwin(t *testing.T) {
	for _, c := range []float64{0, 5, 10} {
		cgtest.Each(t, func(t *testing.T, b compute.Backend) {
			p := smallProblem(t, func(s *record.Spec) {
				if s.C = c; c > 0 {
					s.Aggregator = "winsorize"
				}
			})
			e := newSmall(t, b, p)
			mustAdvance(t, e, 3)
			before, err := e.State()
			if err != nil {
				t.Fatal(err)
			}
			twin := newTwin(p, before)
			want := twin.evaluate()
			got, err := e.Evaluate(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for name, pair := range map[string][2]float64{
				"train accuracy": {got.TrainAccuracy, want.TrainAccuracy}, "test accuracy": {got.TestAccuracy, want.TestAccuracy},
				"train loss": {got.TrainLoss, want.TrainLoss}, "test loss": {got.TestLoss, want.TestLoss},
				"pristine": {*got.PristineAccuracy, *want.PristineAccuracy}, "corrupt": {*got.CorruptAccuracy, *want.CorruptAccuracy},
			} {
				if d := math.Abs(pair[0] - pair[1]); !(d < 2e-5) {
					t.Errorf("%s = %v, want %v", name, pair[0], pair[1])
				}
			}
			twin.step(e.order.Batch(3))
			mustAdvance(t, e, 1)
			after, err := e.State()
			if err != nil {
				t.Fatal(err)
			}
			if removed, ok := got.Extra["energy_removed"]; ok != (c > 0) || ok && !(removed > 0 && removed < 1) {
				t.Errorf("c = %v: energy removed %v, %v", c, removed, ok)
			}
			if clamped := got.Extra["clamped_share"]; !(clamped <= 2.5*c/100) || (c > 0) != (clamped > 0) {
				t.Errorf("c = %v: share clamped %v", c, clamped)
			}
			for name, array := range after {
				if !isParameter(name) {
					continue
				}
				for i, v := range array.Data.([]float32) {
					if d := math.Abs(float64(v) - twin.params[name][i]); !(d < 2e-6) {
						t.Fatalf("c=%v: %s[%d] = %v after the step, want %v", c, name, i, v, twin.params[name][i])
					}
				}
			}
		})
	}
}

func TestEngineRefusesForeignState(t *testing.T) {
	p := smallProblem(t, nil)
	e := newSmall(t, cgtest.Go(t), p)
	other := newSmall(t, cgtest.Go(t), smallProblem(t, func(s *record.Spec) { s.Hidden = []int{16, 13} }))
	state, err := other.State()
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Restore(3, state); err == nil {
		t.Error("a state of another net was taken")
	}
}
