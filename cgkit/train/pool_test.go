// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// counted is a model that counts the graphs built of it. Each is compiled but the one by which an engine learns which
// variables there are.
func counted(m models.Model, builds *atomic.Int64) models.Model {
	output := m.Output
	m.Output = func(scope *model.Scope, x *graph.Node) *graph.Node {
		builds.Add(1)
		return output(scope, x)
	}
	return m
}

// ran runs a spec on made-up digits into a folder of its own, and returns the record without times.
func ran(t *testing.T, ctx context.Context, engine run.EngineMaker, store *record.Store, p run.Problem, progress run.Progress) (string, error) {
	t.Helper()
	r, err := run.Run(ctx, p.Spec, run.Options{
		NewEngine: engine, Store: store, Progress: progress,
		OpenSet: func(context.Context, string, datasets.Options) (*datasets.Set, error) { return p.Set, nil },
	})
	if err != nil {
		return "", err
	}
	for i := range r.Evaluations {
		r.Evaluations[i].Seconds = 0
	}
	text, err := json.Marshal(r.Evaluations)
	return string(text), err
}

func folder(t *testing.T) *record.Store { return &record.Store{Write: t.TempDir()} }

// A sweep over seeds and noise compiles once, and its records are to the bit those of engines that share nothing;
// another rule, rate or batch compiles anew.
func TestPoolSweep(t *testing.T) {
	b, err := backend.OpenConfig("go")
	if err != nil {
		t.Fatal(err)
	}
	var builds atomic.Int64
	m := counted(models.MLP(), &builds)
	pool := &Pool{}
	defer pool.Close()
	for i, change := range []func(*record.Spec){
		func(*record.Spec) {}, func(s *record.Spec) { s.Seed = 2 }, func(s *record.Spec) { s.Seed = 3 },
		func(s *record.Spec) { s.Noise = 0 }, func(s *record.Spec) { s.Steps = 2 },
	} {
		p := smallProblem(t, func(s *record.Spec) {
			s.Aggregator, s.C, s.Steps = "winsorize", 10, 1
			change(s)
		})
		p.Spec.Data = ""
		builds.Store(0)
		got, err := ran(t, t.Context(), pool.With(b, m), folder(t), p, nil)
		if err != nil {
			t.Fatal(err)
		}
		// The first compiles updates, evaluations and the rule's effect on a batch, the others nothing.
		if n := builds.Load() - 1; n != map[bool]int64{true: 3}[i == 0] {
			t.Errorf("run %d compiled %d computations", i, n)
		}
		want, err := ran(t, t.Context(), On(b), folder(t), p, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("run %d differs from one without a pool", i)
		}
	}
	for name, change := range map[string]func(*record.Spec){
		"rate": func(s *record.Spec) { s.LearningRate = 0.2 }, "c": func(s *record.Spec) { s.C = 20 },
		"rule": func(s *record.Spec) { s.Aggregator, s.C = "median", 0 },
	} {
		before := pool.Reused()
		p := smallProblem(t, func(s *record.Spec) {
			s.Aggregator, s.C, s.Steps = "winsorize", 10, 1
			change(s)
		})
		got, err := ran(t, t.Context(), pool.With(b, m), folder(t), p, nil)
		want, err2 := ran(t, t.Context(), On(b), folder(t), p, nil)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if pool.Reused() != before || got != want {
			t.Errorf("another %s: %d engines reused, as without a pool: %v", name, pool.Reused()-before, got == want)
		}
	}
}

// stopAt ends a context once a run has made so many steps.
type stopAt struct {
	run.Progress
	step int
	stop context.CancelFunc
}

func (s stopAt) Step(done int, _ float64) {
	if done >= s.step {
		s.stop()
	}
}

// Stop and go on, three times, with random layers and a rule that remembers, compiles once and ends as one run.
func TestPoolStopAndGoOn(t *testing.T) {
	b := cgtest.XLA(t)
	var builds atomic.Int64
	plain := models.Model{Name: "mine", Output: func(scope *model.Scope, x *graph.Node) *graph.Node {
		x = graph.Reshape(x, x.Shape().Dimensions[0], -1)
		x = layers.Dropout(scope.In("drop"), x, graph.Const(x.Graph(), float32(0.3)))
		return layers.Dense(scope.In("readout"), x, true, model.GetParamOr(scope, models.ParamOutputs, 10))
	}}
	p := smallProblem(t, func(s *record.Spec) { s.Model, s.Aggregator, s.Steps = "mine", "rolling-median", 6 })
	m := counted(plain, &builds)
	pool := &Pool{}
	store := folder(t)
	for _, at := range []int{1, 2, 4} {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := ran(t, ctx, pool.With(b, m), store, p, stopAt{run.Silent, at, cancel})
		var interrupted *run.InterruptedError
		if !errors.As(err, &interrupted) {
			t.Fatalf("not stopped at step %d: %v", at, err)
		}
	}
	got, err := ran(t, t.Context(), pool.With(b, m), store, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Four sessions build a graph each to learn of the variables; updates and evaluations are compiled once.
	if n := builds.Load() - 4; n != 2 || pool.Reused() != 3 {
		t.Errorf("%d computations compiled, %d engines reused", n, pool.Reused())
	}
	pool.Close()
	want, err := ran(t, t.Context(), With(b, plain), folder(t), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Error("stopped three times it ends otherwise")
	}
}
