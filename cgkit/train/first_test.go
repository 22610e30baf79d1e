// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"errors"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
)

// firstProblemOf is a small problem with a first phase of some steps; the images behind it are the last 300.
func firstProblemOf(t *testing.T, first string, steps int) run.Problem {
	t.Helper()
	p := smallProblem(t, func(s *record.Spec) {
		s.Noise, s.Momentum, s.Aggregator, s.C = 0, 0.5, "winsorize", 10
		s.First, s.FirstSteps = first, steps
	})
	part, err := p.Set.Take(300, 200)
	if err != nil {
		t.Fatal(err)
	}
	p.Set = part
	if p.Noise, err = run.NoiseOf(p.Spec, part); err != nil {
		t.Fatal(err)
	}
	return p
}

func weightsOf(t *testing.T, e *engine) map[string]run.Array {
	t.Helper()
	w, err := e.Weights()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// What comes before step 0 follows from the seed, moves the weights, and says how much was learned; a run that was
// stopped and goes on, with the first phase behind it, ends in the same bits and does not go through it again.
func TestFirstPhase(t *testing.T) {
	b := cgtest.Go(t)
	fresh := newSmall(t, b, firstProblemOf(t, "", 0))
	before := weightsOf(t, fresh)
	seen := map[string]map[string]run.Array{}
	for _, first := range record.Firsts() {
		p := firstProblemOf(t, first, 45)
		whole, again, cut := newSmall(t, b, p), newSmall(t, b, p), newSmall(t, b, p)
		at0 := evaluate(t, whole)
		if a := at0.Extra["first_accuracy"]; !(a > 0.15) || at0.Step != 0 {
			t.Errorf("%s: accuracy %v on the random labels after 45 steps", first, a)
		}
		mustAdvance(t, again, 1) // without an evaluation before
		evaluate(t, cut)
		if other := evaluate(t, again); other.Extra["first_accuracy"] != 0 {
			t.Errorf("%s: first_accuracy at another step than 0", first)
		}
		seen[first] = weightsOf(t, cut)
		if reflect.DeepEqual(seen[first], before) {
			t.Errorf("%s: the weights are those of a fresh run", first)
		}
		mustAdvance(t, cut, 3)
		state, err := cut.State()
		if err != nil {
			t.Fatal(err)
		}
		resumed := newSmall(t, b, p)
		if err := resumed.Restore(3, state); err != nil {
			t.Fatal(err)
		}
		resumed.problem.Spec.FirstSteps = math.MaxInt // which would never end
		mustAdvance(t, whole, 8)
		mustAdvance(t, resumed, 5)
		mustAdvance(t, again, 7)
		for _, e := range []*engine{resumed, again} {
			if !reflect.DeepEqual(weightsOf(t, e), weightsOf(t, whole)) {
				t.Errorf("%s: other weights at step 8", first)
			}
		}
	}
	if reflect.DeepEqual(seen[record.FirstRandom], seen[record.FirstElsewhere]) {
		t.Error("other images give the same weights")
	}
	for name, a := range seen[record.FirstNorms] {
		start, norm := normOf(before[name].Data), normOf(seen[record.FirstRandom][name].Data)
		if start == 0 { // a bias, which has no direction to be scaled along
			norm = 0
		}
		if got := normOf(a.Data); math.Abs(got-norm) > 1e-5*norm {
			t.Errorf("%s: norm %v, want that of the trained net, %v", name, got, norm)
		}
		if cos := cosine(a.Data.([]float32), before[name].Data.([]float32)); start > 0 && cos < 1-1e-6 {
			t.Errorf("%s: another direction than the fresh weights', cosine %v", name, cos)
		}
	}
}

func cosine(a, b []float32) float64 {
	var sum float64
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum / normOf(a) / normOf(b)
}

// Stopped in the first phase, an engine is as it was, and goes through it when asked again.
func TestFirstPhaseIsStopped(t *testing.T) {
	b := cgtest.Go(t)
	p := firstProblemOf(t, record.FirstRandom, 45)
	e := newSmall(t, b, p)
	before := weightsOf(t, e)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Evaluate(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v, want that it was cancelled", err)
	}
	if !reflect.DeepEqual(weightsOf(t, e), before) || e.Step() != 0 {
		t.Error("the weights are not the initial ones")
	}
	whole := newSmall(t, b, p)
	if a, z := evaluate(t, e), evaluate(t, whole); !reflect.DeepEqual(a, z) {
		t.Errorf("%v, undisturbed %v", a, z)
	}
}

// A run with a first phase, interrupted over and over, makes the record of an undisturbed one; the images elsewhere are
// those behind its own.
func TestFirstPhaseIsResumed(t *testing.T) {
	p := firstProblemOf(t, record.FirstElsewhere, 45)
	opt := run.Options{
		NewEngine: func(ctx context.Context, p run.Problem) (run.Engine, error) { return On(cgtest.Go(t))(ctx, p) },
		Progress:  run.Silent, CheckpointSteps: 1,
	}
	spec := p.Spec
	spec.Dataset, spec.Steps = "glyphs-300", 12
	opt.Store = &record.Store{Write: t.TempDir()}
	want, err := run.Run(context.Background(), spec, opt)
	if err != nil {
		t.Fatal(err)
	}
	opt.Store = &record.Store{Write: t.TempDir()}
	for session := 0; ; session++ {
		if session > 40 {
			t.Fatal("it never ends")
		}
		ctx, cancel := context.WithCancel(context.Background())
		stopping := opt
		stopping.Progress = &cancelAfter{Progress: run.Silent, steps: 3, cancel: cancel}
		r, err := run.Run(ctx, spec, stopping)
		cancel()
		if errors.Is(err, context.Canceled) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range r.Evaluations {
			e.Seconds, want.Evaluations[i].Seconds = 0, 0
			if !reflect.DeepEqual(e, want.Evaluations[i]) {
				t.Fatalf("evaluation %d: %v, left alone %v", i, e, want.Evaluations[i])
			}
		}
		return
	}
}

func TestFirstPhaseRefuses(t *testing.T) {
	p := firstProblemOf(t, record.FirstElsewhere, 5)
	opt := run.Options{NewEngine: On(cgtest.Go(t)), Progress: run.Silent, Store: &record.Store{Write: t.TempDir()}}
	for _, dataset := range []string{"glyphs", "glyphs-6000", "glyphs-4000"} {
		spec := p.Spec
		spec.Dataset = dataset
		if _, err := run.Run(context.Background(), spec, opt); err == nil || !strings.Contains(err.Error(), "other examples behind its own") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", dataset, err)
		}
	}
	if left, err := os.ReadDir(opt.Store.Write); err == nil && len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
