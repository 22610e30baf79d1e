// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/backend"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// chunkLimit is the most updates in one call of the compiled loop: it bounds the copies of the batches that the loop
// reads, [chunkLimit, batch, features] bytes.
const chunkLimit = 128

// chunkBytes bounds them too, where a batch is large: a batch of all of MNIST is 47 MB, and 128 of those are 6 GB.
const chunkBytes = 64 << 20

// limitOf is the most updates in one call for batches of so many bytes, at least 1.
func limitOf(batchBytes int) int { return min(chunkLimit, max(1, chunkBytes/batchBytes)) }

// chunkTime is how long one call should take: short enough to stop at, long enough to hide what a call costs.
const chunkTime = 250 * time.Millisecond

// MLP is the engine of the paper's nets: fully connected, ReLU, softmax cross-entropy, plain updates with the spec's
// rule in place of the mean. It takes the backend that package backend chooses.
func MLP(ctx context.Context, p Problem) (Engine, error) {
	b, _, err := backend.Open()
	if err != nil {
		return nil, err
	}
	return NewMLP(ctx, b, p)
}

// NewMLP is [MLP] on a given backend.
//
// Several updates run in one compiled loop, so that a step costs no more than its arithmetic. The same spec gives the
// same bits again on the same backend and machine, however the steps are cut into calls.
func NewMLP(ctx context.Context, b compute.Backend, p Problem) (Engine, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rule, err := p.Spec.Rule()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(rule.Check(p.Spec.Batch), aggregate.CheckBackend(rule, p.Spec.Batch, b)); err != nil {
		return nil, err
	}
	order, err := NewBatchOrder(p.Spec, p.Set.Train.Len())
	if err != nil {
		return nil, err
	}
	sizes := append(append([]int{p.Set.Features()}, p.Spec.Hidden...), p.Set.Classes)
	weights, biases, err := InitialWeights(p.Spec, sizes)
	if err != nil {
		return nil, err
	}
	e := &mlp{backend: b, problem: p, rule: rule, sizes: sizes, order: order, chunk: 1, limit: limitOf(p.Spec.Batch * p.Set.Features()),
		learned: newTracker(p.Set.Train.Len())}
	for i, w := range weights {
		e.params = append(e.params,
			tensors.FromFlatDataAndDimensions(w, sizes[i], sizes[i+1]),
			tensors.FromFlatDataAndDimensions(biases[i], sizes[i+1]))
	}
	if e.memory, err = e.newMemory(); err != nil {
		return nil, err
	}
	if err := e.compile(); err != nil {
		return nil, err
	}
	if p.Measure == MeasureGradients {
		if err := e.prepareGradients(); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// Rule is the aggregation rule that a spec names.
func (s Spec) Rule() (aggregate.Rule, error) {
	percentile, err := aggregate.PercentileNamed(s.Percentile)
	if err != nil {
		return nil, err
	}
	return aggregate.Named(s.Aggregator, aggregate.Params{C: s.C, Percentile: percentile})
}

type mlp struct {
	backend compute.Backend
	problem Problem
	rule    aggregate.Rule
	sizes   []int
	order   *BatchOrder
	params  []*tensors.Tensor // weights and biases in turn; replaced by each call
	memory  []*tensors.Tensor // of a rule that remembers; likewise

	steps    *graph.Exec // several updates
	evaluate *graph.Exec // predictions and losses of a slab of examples
	slabs    map[*uint8][]slab

	learned *tracker
	probe   *graph.Exec // a rule's effect on one batch; nil for the mean, which has none, and for rules that remember

	gradients *gradients // nil unless they are to be measured

	step  int
	chunk int // see ChunkSteps
	limit int // most updates a call
}

// Backend says what the engine computes on, for the record's provenance.
func (e *mlp) Backend() Backend {
	b := Backend{Name: e.backend.Name()}
	if choice := backend.Describe(); choice.Plugin != "" && e.backend.Name() == "xla" {
		b.Plugin = filepath.Base(choice.Plugin)
		b.PluginSHA256 = backend.FileHash(choice.Plugin)
	}
	return b
}

// Step is the number of updates made.
func (e *mlp) Step() int { return e.step }

// ChunkSteps is how many updates take about a quarter of a second here, from the last call.
func (e *mlp) ChunkSteps() int { return e.chunk }

// Advance makes n updates, in as many calls as the limit needs.
func (e *mlp) Advance(ctx context.Context, n int) (float64, error) {
	var sum float64
	for done := 0; done < n; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		now := min(n-done, e.limit)
		loss, err := e.advance(now)
		if err != nil {
			return 0, err
		}
		sum += loss
		done += now
	}
	return sum / float64(n), nil
}

// advance makes n ≤ e.limit updates in one call and returns the sum of their losses.
func (e *mlp) advance(n int) (float64, error) {
	started := time.Now()
	images, labels := e.gather(n, e.limit)
	args := []any{images, labels, int32(n)}
	for _, p := range slices.Concat(e.params, e.memory) {
		donated, err := graph.DonateTensorBuffer(p, e.backend, 0)
		if err != nil {
			return 0, err
		}
		args = append(args, donated)
	}
	out, err := e.steps.Call(args...)
	if err != nil {
		return 0, fmt.Errorf("the update of step %d failed: %w", e.step, err)
	}
	loss := float64(tensors.ToScalar[float32](out[0]))
	out[0].MustFinalizeAll()
	images.MustFinalizeAll()
	labels.MustFinalizeAll()
	e.params, e.memory = out[1:1+len(e.params)], out[1+len(e.params):]
	e.step += n
	if took := time.Since(started); n >= e.chunk && took > 0 {
		e.chunk = min(max(int(float64(n)*float64(chunkTime)/float64(took)), 1), e.limit, 2*e.chunk)
	}
	return loss, nil // where it is not finite the runner says so, with the step
}

// gather copies the batches of the next n updates, with room for limit of them: images [limit, batch, features], labels
// [limit, batch].
func (e *mlp) gather(n, limit int) (images, labels *tensors.Tensor) {
	batch, features := e.problem.Spec.Batch, e.problem.Set.Features()
	pixels := make([]uint8, limit*batch*features)
	given := make([]int32, limit*batch)
	for s := range n {
		for i, example := range e.order.Batch(e.step + s) {
			at := s*batch + i
			copy(pixels[at*features:(at+1)*features], e.problem.Set.Train.Pixels[int(example)*features:])
			given[at] = int32(e.problem.Noise.Given[example])
		}
	}
	return tensors.FromFlatDataAndDimensions(pixels, limit, batch, features),
		tensors.FromFlatDataAndDimensions(given, limit, batch)
}

// Names of the tracker's arrays in a state.
const (
	stateFirst = "learned_first"
	stateKept  = "learned_kept"
)

// State is the weights and biases, what the rule remembers, when each example was learned, and the contributions measured
// so far.
func (e *mlp) State() (map[string]Array, error) {
	n := len(e.learned.first)
	state := map[string]Array{
		stateFirst: {Shape: []int{n}, Data: slices.Clone(e.learned.first)},
		stateKept:  {Shape: []int{n}, Data: slices.Clone(e.learned.kept)},
	}
	for i, p := range e.params {
		data, err := tensors.CopyFlatData[float32](p)
		if err != nil {
			return nil, err
		}
		state[paramName(i)] = Array{Shape: p.Shape().Dimensions, Data: data}
	}
	if err := e.saveMemory(state); err != nil {
		return nil, err
	}
	if e.gradients != nil {
		state[stateContributions] = Array{Shape: []int{contributionSteps, tableColumns}, Data: slices.Clone(e.gradients.table)}
	}
	return state, nil
}

// Restore takes a state as State gave it.
func (e *mlp) Restore(step int, state map[string]Array) error {
	if err := e.restoreContributions(state); err != nil {
		return err
	}
	want := len(e.params) + 2 + max(0, len(e.memory)-1)
	if e.gradients != nil {
		want++
	}
	if len(state) != want {
		return fmt.Errorf("a state of %d arrays: this net has %d", len(state), want)
	}
	for name, list := range map[string]*[]int32{stateFirst: &e.learned.first, stateKept: &e.learned.kept} {
		data, ok := state[name].Data.([]int32)
		if !ok || len(data) != len(*list) {
			return fmt.Errorf("%s of the state does not fit %d training examples", name, len(*list))
		}
		*list = slices.Clone(data)
	}
	for i, p := range e.params {
		name := paramName(i)
		array := state[name]
		data, ok := array.Data.([]float32)
		if !ok || len(data) != p.Shape().Size() || array.Check() != nil {
			return fmt.Errorf("%s of the state does not fit this net's %s", name, p.Shape())
		}
		e.params[i] = tensors.FromFlatDataAndDimensions(data, p.Shape().Dimensions...)
	}
	if err := e.restoreMemory(step, state); err != nil {
		return err
	}
	e.step = step
	return nil
}

// paramName names parameter i as it is known in checkpoints and dumps.
func paramName(i int) string {
	if i%2 == 0 {
		return fmt.Sprintf("weights_%d", i/2)
	}
	return fmt.Sprintf("biases_%d", i/2)
}

// Learned counts when examples were learned.
func (e *mlp) Learned(steps []int) *Learned { return e.learned.counts(steps, e.problem.Noise.Corrupt) }

// Close frees compiled code and device memory.
func (e *mlp) Close() error {
	e.steps.Finalize()
	e.evaluate.Finalize()
	if e.probe != nil {
		e.probe.Finalize()
	}
	e.gradients.close()
	for _, p := range slices.Concat(e.params, e.memory) {
		p.MustFinalizeAll()
	}
	for _, list := range e.slabs {
		for _, s := range list {
			s.images.MustFinalizeAll()
			s.labels.MustFinalizeAll()
		}
	}
	return nil
}
