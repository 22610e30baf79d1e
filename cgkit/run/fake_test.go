// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"coherentgradients/cgkit/record"
	"coherentgradients/datasets/random"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"coherentgradients/datasets"
)

// fakeEngine is a deterministic stand-in for training: its state is mixed with the indices of each batch, so a batch
// left out, doubled or out of order shows in every later evaluation. So does an evaluation that was left out: seen is
// mixed with the steps evaluated. As an engine's, its evaluation may be repeated at a step.
type fakeEngine struct {
	problem Problem
	order   *BatchOrder
	step    int
	weights []float32
	mix     []uint64
	seen    []uint64 // of the steps evaluated, and the last of them
	hooks   *hooks
}

// hooks let a test look at and meddle with fake engines.
type hooks struct {
	mu         sync.Mutex
	made       int
	updates    int
	chunk      int                                           // ChunkSteps, 0 means 7
	advance    func(e *fakeEngine) (loss float64, err error) // after a chunk; nil: the loss of the state
	evaluate   func(e *fakeEngine, ev *record.Evaluation) error
	newError   error
	badRestore bool
}

func (h *hooks) counts() (made, updates int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.made, h.updates
}

func (h *hooks) newEngine(_ context.Context, p Problem) (Engine, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.newError != nil {
		return nil, h.newError
	}
	h.made++
	order, err := NewBatchOrder(p.Spec, p.Set.Train.Len())
	if err != nil {
		return nil, err
	}
	draw := rand.New(random.Stream(p.Spec.Seed, "weights", 0))
	weights := make([]float32, 8)
	for i := range weights {
		weights[i] = float32(draw.NormFloat64())
	}
	return &fakeEngine{problem: p, order: order, weights: weights, mix: []uint64{1}, seen: []uint64{1, math.MaxUint64}, hooks: h}, nil
}

// learningEngine is a fake one that counts when examples are learned.
type learningEngine struct{ *fakeEngine }

func (e learningEngine) Learned(steps []int) *record.Learned {
	counts := make([]int, len(steps))
	return &record.Learned{Steps: steps, PristineFirst: counts, CorruptFirst: counts, PristineKept: counts, CorruptKept: counts}
}

func (h *hooks) newLearner(ctx context.Context, p Problem) (Engine, error) {
	e, err := h.newEngine(ctx, p)
	if err != nil {
		return nil, err
	}
	return learningEngine{e.(*fakeEngine)}, nil
}

// weighingEngine is the fake one with weights to give.
type weighingEngine struct{ *fakeEngine }

func (e weighingEngine) Weights() (map[string]Array, error) {
	state, err := e.State()
	delete(state, "mix")
	delete(state, "seen")
	return state, err
}

func (h *hooks) newWeigher(ctx context.Context, p Problem) (Engine, error) {
	e, err := h.newEngine(ctx, p)
	if err != nil {
		return nil, err
	}
	return weighingEngine{e.(*fakeEngine)}, nil
}

func (e *fakeEngine) Advance(ctx context.Context, n int) (float64, error) {
	for range n {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		for _, index := range e.order.Batch(e.step) {
			e.mix[0] = e.mix[0]*6364136223846793005 + uint64(index) + uint64(e.problem.Noise.Given[index])
			w := &e.weights[index%8]
			*w += 0.01 * (float32(e.mix[0]>>40)/(1<<24) - *w)
		}
		e.step++
		e.hooks.mu.Lock()
		e.hooks.updates++
		e.hooks.mu.Unlock()
	}
	if e.hooks.advance != nil {
		return e.hooks.advance(e)
	}
	return float64(e.weights[0]), nil
}

func (e *fakeEngine) Evaluate(ctx context.Context) (record.Evaluation, error) {
	if err := ctx.Err(); err != nil {
		return record.Evaluation{}, err
	}
	if step := uint64(e.step); e.seen[1] != step {
		e.seen[0], e.seen[1] = e.seen[0]*6364136223846793005+step, step
	}
	ev := record.Evaluation{
		TrainAccuracy: math.Abs(math.Sin(float64(e.weights[0]))),
		TestAccuracy:  math.Abs(math.Sin(float64(e.weights[1]))),
		TrainLoss:     float64(e.weights[2]),
		TestLoss:      float64(e.mix[0]>>12) / (1 << 52),
		Extra:         map[string]float64{"mix": float64(e.mix[0] >> 20), "seen": float64(e.seen[0] >> 20)},
	}
	if e.problem.Spec.Noise > 0 {
		pristine, corrupt := 0.75, 0.25
		ev.PristineAccuracy, ev.CorruptAccuracy = &pristine, &corrupt
	}
	if e.hooks.evaluate != nil {
		if err := e.hooks.evaluate(e, &ev); err != nil {
			return record.Evaluation{}, err
		}
	}
	return ev, nil
}

func (e *fakeEngine) Step() int { return e.step }

func (e *fakeEngine) State() (map[string]Array, error) {
	return map[string]Array{
		"weights": {Shape: []int{4, 2}, Data: append([]float32(nil), e.weights...)},
		"mix":     {Shape: []int{1}, Data: append([]uint64(nil), e.mix...)},
		"seen":    {Shape: []int{2}, Data: append([]uint64(nil), e.seen...)},
	}, nil
}

func (e *fakeEngine) Restore(step int, state map[string]Array) error {
	weights, ok := state["weights"].Data.([]float32)
	mix, ok2 := state["mix"].Data.([]uint64)
	seen, ok3 := state["seen"].Data.([]uint64)
	if !ok || !ok2 || !ok3 || len(weights) != 8 || len(mix) != 1 || len(seen) != 2 || e.hooks.badRestore {
		return errors.New("not a state of this engine")
	}
	e.step, e.weights, e.mix, e.seen = step, weights, mix, seen
	return nil
}

func (e *fakeEngine) ChunkSteps() int {
	if e.hooks.chunk > 0 {
		return e.hooks.chunk
	}
	return 7
}

func (e *fakeEngine) Close() error { return nil }

func (e *fakeEngine) Backend() record.Backend {
	return record.Backend{Name: "fake", Plugin: "/home/somebody/libfake.so", PluginSHA256: "00"}
}

// fakeSet is 100 training and 20 test images of 2×2 pixels.
func fakeSet(_ context.Context, name string, _ datasets.Options) (*datasets.Set, error) {
	set := &datasets.Set{Name: name, Title: "fake", Height: 2, Width: 2, Channels: 1, Classes: 10}
	for i := range 120 {
		split := &set.Train
		if i >= 100 {
			split = &set.Test
		}
		split.Pixels = append(split.Pixels, uint8(i), uint8(i*3), uint8(i*5), uint8(i*7))
		split.Labels = append(split.Labels, uint8(i%10))
	}
	return set, nil
}

// fakeSpec is a spec for fakeSet.
func fakeSpec(steps int) record.Spec {
	return changed(func(s *record.Spec) {
		s.Dataset, s.Noise, s.Aggregator, s.C, s.Batch, s.Steps = "glyphs", 0.5, "winsorize", 2, 20, steps
	})
}

// fakeOptions trains in a new folder.
func fakeOptions(t *testing.T, h *hooks) Options {
	folder := t.TempDir()
	return Options{NewEngine: h.newEngine, Store: &record.Store{Write: folder}, Progress: Silent, OpenSet: fakeSet}
}

// notes collects what is noted, and the lines at the end.
type notes struct {
	Progress
	lines []string
}

func (n *notes) Note(line string)        { n.lines = append(n.lines, line) }
func (n *notes) End(line, detail string) { n.lines = append(n.lines, line+"|"+detail) }

// changed returns the default spec, changed.
func changed(change func(s *record.Spec)) record.Spec {
	s := record.DefaultSpec()
	change(&s)
	return s
}
