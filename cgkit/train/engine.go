// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/internal/settings"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// chunkLimit is the most updates in one call of the compiled loop: it bounds the copies of the batches that the loop
// reads, [chunkLimit, batch, features] values.
const chunkLimit = 128

// chunkBytes bounds them too, where a batch is large: a batch of all of MNIST is 47 MB, and 128 of those are 6 GB.
const chunkBytes = 64 << 20

// limitOf is the most updates in one call for batches of so many bytes, at least 1.
func limitOf(batchBytes int) int { return min(chunkLimit, max(1, chunkBytes/batchBytes)) }

// chunkTime is how long one call should take: short enough to stop at, long enough to hide what a call costs.
const chunkTime = 250 * time.Millisecond

// New is the engine of a spec whose model is registered in package models, on the backend that package backend chooses.
func New(ctx context.Context, p run.Problem) (run.Engine, error) {
	b, _, err := backend.Open()
	if err != nil {
		return nil, err
	}
	return On(b)(ctx, p)
}

// On is [New] on a given backend.
func On(b compute.Backend) run.EngineMaker {
	return func(ctx context.Context, p run.Problem) (run.Engine, error) { return newNamed(ctx, b, p, nil) }
}

// newNamed is an engine of a registered model; pool may be nil.
func newNamed(ctx context.Context, b compute.Backend, p run.Problem, pool *Pool) (run.Engine, error) {
	m, err := models.Named(p.Spec.ModelName())
	if err != nil {
		return nil, err
	}
	return newEngine(ctx, b, m, p, pool)
}

// With is an engine of a model that needs no registry. A spec that it trains names m.Name as its model.
func With(b compute.Backend, m models.Model) run.EngineMaker {
	settings.Declare(m.Name, m.Overrides)
	return func(ctx context.Context, p run.Problem) (run.Engine, error) { return newGiven(ctx, b, m, p, nil) }
}

// newGiven is an engine of a model that is given; pool may be nil.
func newGiven(ctx context.Context, b compute.Backend, m models.Model, p run.Problem, pool *Pool) (run.Engine, error) {
	if name := p.Spec.ModelName(); name != m.Name {
		return nil, fmt.Errorf("a spec of model %q for an engine of model %q: set the spec's model to %q", name, m.Name, m.Name)
	}
	return newEngine(ctx, b, m, p, pool)
}

// engine trains one model.
type engine struct {
	backend   compute.Backend
	problem   run.Problem
	model     models.Model
	rule      aggregate.Rule
	optimizer *cgkit.Optimizer
	order     *run.BatchOrder
	feed      feed
	augment   *augmenter // nil: images are fed as they are
	first     *firstPhase

	store *model.Store
	// variables are those that the step reads, in the order of their creation: weights, and whatever the model, the
	// optimizer or the rule keep beside them.
	variables []*model.Variable

	steps    *model.Exec // several updates
	evaluate *model.Exec // predictions and losses of a slab of examples
	probe    *model.Exec // a rule's effect on one batch; nil for the mean, which has none, and for rules that remember
	slabs    [2][]slab   // of training and test examples, on the device from the first evaluation on

	learned   *tracker
	sums      *groupSums // of the gradients of all training examples; nil unless a measure needs them
	gradients *gradients // nil unless they are to be measured
	signals   *signals   // the same
	health    *health    // the same
	alignment *alignment // the same
	clamping  *model.Exec
	examples  *examples // nil unless they are to be scored

	step  int
	chunk int // see ChunkSteps
	limit int // most updates a call

	convolves bool // an update has convolutions

	pool   *Pool // gets the computations back; nil: they are freed
	key    string
	broken bool // a computation failed: they are not handed on
}

func newEngine(ctx context.Context, b compute.Backend, m models.Model, p run.Problem, pool *Pool) (run.Engine, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rule, err := Rule(p.Spec)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(rule.Check(p.Spec.Batch), aggregate.CheckBackend(rule, p.Spec.Batch, b)); err != nil {
		return nil, err
	}
	order, err := run.NewBatchOrder(p.Spec, p.Set.Train.Len())
	if err != nil {
		return nil, err
	}
	e := &engine{backend: b, problem: p, model: m, rule: rule, order: order, feed: newFeed(p, m.Features), chunk: 1, pool: pool,
		optimizer: optimizerOf(p.Spec, rule), learned: newTracker(p.Set.Train.Len())}
	if e.augment, err = newAugmenter(p); err != nil {
		return nil, err
	}
	if e.first, err = newFirstPhase(p); err != nil {
		return nil, err
	}
	e.limit = limitOf(p.Spec.Batch * e.feed.exampleBytes())
	if err := e.prepareVariables(); err != nil {
		return nil, err
	}
	if err := e.compileOrAdopt(); err != nil {
		return nil, err
	}
	if p.Measure.Asks(record.MeasureHealth) { // after adopting, which brings another store
		if err := e.prepareHealth(); err != nil {
			return nil, err
		}
	}
	if p.Measure.Asks(record.MeasureGradients) || p.Measure.Asks(record.MeasureCoherence) {
		if err := e.prepareGradients(); err != nil {
			return nil, err
		}
	}
	if p.Measure.Asks(record.MeasureAlignment) {
		if err := e.prepareAlignment(); err != nil {
			return nil, err
		}
	}
	if p.Measure.Asks(record.MeasureSignals) {
		if err := e.prepareSignals(); err != nil {
			return nil, err
		}
	}
	if p.Measure.Asks(record.MeasureClamping) && e.hasEffect() {
		if err := e.prepareClamping(); err != nil {
			return nil, err
		}
	}
	if p.Measure.Asks(record.MeasureExamples) {
		if err := e.prepareExamples(); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// optimizerOf is the spec's optimizer.
func optimizerOf(s record.Spec, rule aggregate.Rule) *cgkit.Optimizer {
	switch rate := s.LearningRate; s.Optimizer {
	case "adam":
		return cgkit.With(rule).Before(optimizer.Adam().LearningRate(rate).Done())
	case "adamax":
		return cgkit.With(rule).Before(optimizer.Adam().Adamax().LearningRate(rate).Done())
	case "rmsprop":
		return cgkit.With(rule).Before(optimizer.RMSProp().LearningRate(rate).Done())
	}
	o := cgkit.With(rule).WithLearningRate(s.LearningRate).WithWeightDecay(s.WeightDecay).WithMomentum(s.Momentum)
	if s.MaxUpdate > 0 {
		o = o.WithMaxUpdate(s.MaxUpdate)
	}
	if s.Weights == record.WeightsFloat64 {
		o = o.WithFloat64Weights()
	}
	return o
}

// Backend says what the engine computes on, for the record's provenance.
func (e *engine) Backend() record.Backend {
	b := record.Backend{Name: e.backend.Name()}
	if choice := backend.Describe(); choice.Plugin != "" && e.backend.Name() == "xla" {
		b.Plugin = filepath.Base(choice.Plugin)
		b.PluginSHA256 = backend.FileHash(choice.Plugin)
	}
	return b
}

// Step is the number of updates made.
func (e *engine) Step() int { return e.step }

// ChunkSteps is how many updates take about a quarter of a second here, from the last call.
func (e *engine) ChunkSteps() int { return e.chunk }

// Advance makes n updates, in as many calls as the limit needs.
func (e *engine) Advance(ctx context.Context, n int) (float64, error) {
	if err := e.begin(ctx); err != nil {
		return 0, err
	}
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
func (e *engine) advance(n int) (float64, error) {
	started := time.Now()
	inputs, labels := e.batches(e.step, n, e.limit)
	defer func() {
		inputs.MustFinalizeAll()
		labels.MustFinalizeAll()
	}()
	out, err := e.steps.Call(inputs, labels, int32(n))
	if err != nil {
		e.broken = true
		return 0, fmt.Errorf("the update of step %d failed: %w", e.step, err)
	}
	loss := float64(tensors.ToScalar[float32](out[0]))
	if e.health != nil {
		e.health.note(n, loss, float64(tensors.ToScalar[float32](out[1])), float64(tensors.ToScalar[float32](out[2])))
	}
	for _, t := range out {
		t.MustFinalizeAll()
	}
	e.step += n
	if took := time.Since(started); n >= e.chunk && took > 0 {
		e.chunk = min(max(int(float64(n)*float64(chunkTime)/float64(took)), 1), e.limit, 2*e.chunk)
	}
	return loss, nil // where it is not finite the runner says so, with the step
}

// Learned counts when examples were learned.
func (e *engine) Learned(steps []int) *record.Learned {
	return e.learned.counts(steps, e.problem.Noise.Corrupt)
}

// Close frees compiled code and device memory, or hands the code on to the engines of its pool.
func (e *engine) Close() error {
	e.gradients.close()
	e.sums.close()
	e.signals.close()
	e.health.close()
	e.examples.close()
	finalizeAll(e.clamping)
	for _, s := range slices.Concat(e.slabs[0], e.slabs[1]) {
		s.free()
	}
	e.slabs = [2][]slab{}
	c := &compiled{key: e.poolKey(e.health != nil), store: e.store, variables: e.variables, steps: e.steps, evaluate: e.evaluate, probe: e.probe,
		limit: e.limit, chunk: e.chunk}
	if e.pool == nil || e.broken {
		c.free()
		return nil
	}
	e.pool.put(c)
	e.pool = nil
	return nil
}

// compileOrAdopt prepares the computations, or takes them from the pool.
func (e *engine) compileOrAdopt() error {
	if c := e.pool.take(e.poolKey(e.problem.Measure.Asks(record.MeasureHealth))); c != nil {
		fits, err := e.adopt(c)
		if fits || err != nil {
			return err
		}
		c.free()
	}
	return e.compile()
}

// finalize frees what compile has made.
func (e *engine) finalize() {
	finalizeAll(e.steps, e.evaluate, e.probe)
}
