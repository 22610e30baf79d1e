// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"
)

// Stopping while a finished record is measured leaves one that goes on measured.
func TestMeasuringIsResumed(t *testing.T) {
	t.Run("gradients", func(t *testing.T) {
		isResumed(t, "gradients,health,examples", "gradient_norm2", "fp", "ip", "ic_null_6", "dead_layer_1", "logit_max")
	})
	t.Run("signals", func(t *testing.T) {
		isResumed(t, "signals", "coherence", "gradient_disparity", "evidence", "validation_accuracy")
	})
}

func isResumed(t *testing.T, measure record.Measure, columns ...string) {
	p := signalsProblem(t, nil)
	opt := run.Options{
		NewEngine: func(ctx context.Context, p run.Problem) (run.Engine, error) { return On(cgtest.Go(t))(ctx, p) },
		Store:     &record.Store{Write: t.TempDir()}, Progress: run.Silent, CheckpointSteps: 1, OpenSet: func(context.Context, string, datasets.Options) (*datasets.Set, error) { return p.Set, nil },
		Measure: measure,
	}
	spec := p.Spec
	spec.Steps, spec.Batch = 12, 20
	spec.Weights, spec.MaxUpdate, spec.WeightDecay = record.WeightsFloat64, 0.05, 0.01
	spec.Momentum, spec.Augment, spec.NoiseKind = 0.5, record.AugmentFlipShift, record.NoisePairFlip
	whole := opt
	whole.Store = &record.Store{Write: t.TempDir()}
	want, err := run.Run(context.Background(), spec, whole)
	if err != nil {
		t.Fatal(err)
	}
	// Interrupted over and over; every other session does not ask for measuring, but goes on with it.
	for session := 0; ; session++ {
		if session > 40 {
			t.Fatal("it never ends")
		}
		ctx, cancel := context.WithCancel(context.Background())
		stopping := opt
		stopping.Progress = &cancelAfter{Progress: run.Silent, steps: 3, cancel: cancel}
		if session%2 == 1 {
			stopping.Measure = ""
		}
		r, err := run.Run(ctx, spec, stopping)
		cancel()
		if errors.Is(err, context.Canceled) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if !r.Has(columns...) {
			t.Error("the resumed record lacks values")
		}
		for i := range r.Evaluations {
			r.Evaluations[i].Seconds, want.Evaluations[i].Seconds = 0, 0
		}
		files := []string{record.LearnedName}
		if measure.Asks(record.MeasureExamples) {
			files = append(files, record.ExamplesName)
		}
		for _, name := range files {
			a, _ := os.ReadFile(filepath.Join(want.Dir, name))
			z, _ := os.ReadFile(filepath.Join(r.Dir, name))
			if wanted := name == record.LearnedName || measure.Asks(record.MeasureExamples); string(a) != string(z) || wanted && len(a) == 0 {
				t.Errorf("%s of %d bytes differs from that of %d", name, len(z), len(a))
			}
		}
		for i, e := range r.Evaluations {
			x, _ := e.MarshalJSON()
			y, _ := want.Evaluations[i].MarshalJSON()
			if string(x) != string(y) {
				t.Fatalf("evaluation %d: %s, left alone %s", i, x, y)
			}
		}
		break
	}
}

// cancelAfter cancels after some calls of Step.
type cancelAfter struct {
	run.Progress
	steps  int
	cancel context.CancelFunc
}

func (s *cancelAfter) Step(done int, loss float64) {
	if s.steps--; s.steps <= 0 {
		s.cancel()
	}
	s.Progress.Step(done, loss)
}
