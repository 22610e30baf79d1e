// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"fmt"
	"math"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"
	"coherentgradients/datasets/random"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// firstPhase is what an engine is trained on before step 0, see [record.Spec].First. It is gone through when the engine
// is first asked for an evaluation or an update, so not by one that is restored.
type firstPhase struct {
	done     bool
	accuracy float64 // on the random labels, at its end
}

// stateFirstPhase names it in a state: whether it is done, and the accuracy.
const stateFirstPhase = "first_phase"

// newFirstPhase is nil where the spec asks for none.
func newFirstPhase(p run.Problem) (*firstPhase, error) {
	switch {
	case p.Spec.First == "":
		return nil, nil
	case p.Set.Classes == 0:
		return nil, fmt.Errorf("first = %q with data set %q, which has a target and no classes: leave first out", p.Spec.First, p.Set.Name)
	case p.Spec.First == record.FirstElsewhere && p.Set.Beyond.Len() < p.Set.Train.Len():
		return nil, fmt.Errorf("first = %q with data set %q, which has %d other examples behind its own %d: "+
			"use the first examples of a set of at least twice as many, such as mnist-6000", p.Spec.First, p.Set.Name, p.Set.Beyond.Len(), p.Set.Train.Len())
	}
	return &firstPhase{}, nil
}

// begin goes through the first phase, if there is one and it is not done. Where ctx ends it or it fails, the engine is
// as it was.
func (e *engine) begin(ctx context.Context) error {
	if e.first == nil || e.first.done {
		return nil
	}
	p, err := e.firstProblem()
	if err != nil {
		return err
	}
	made, err := newEngine(ctx, e.backend, e.model, p, e.pool)
	if err != nil {
		return fmt.Errorf("before step 0: %w", err)
	}
	before := made.(*engine)
	defer before.Close()
	order := p.Spec
	order.Seed = int64(p.Noise.Seed) // not that in which the run sees the same images
	if before.order, err = run.NewBatchOrder(order, p.Set.Train.Len()); err != nil {
		return err
	}
	for before.step < p.Spec.Steps {
		loss, err := before.Advance(ctx, min(before.ChunkSteps(), p.Spec.Steps-before.step))
		if err != nil {
			return err
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return &record.DivergedError{Divergence: record.Divergence{
				Reason: fmt.Sprintf("the training loss on random labels is %v, %d steps before step 0", loss, p.Spec.Steps-before.step)}}
		}
	}
	m, err := before.measure(ctx, 0, p.Set.Train, before.feed.given)
	if err != nil {
		return err
	}
	if err := e.startFrom(before); err != nil {
		return err
	}
	e.first.done, e.first.accuracy = true, m.accuracy(nil)
	return nil
}

// firstProblem is the first phase as a problem of its own: plain SGD at the run's rate and batch, from the run's
// initial weights, on permuted labels.
func (e *engine) firstProblem() (run.Problem, error) {
	s := e.problem.Spec
	other := random.Stream(s.Seed, "first", 0).Uint64()
	s.Aggregator, s.C, s.RuleSettings, s.Percentile = record.AggregatorMean, 0, nil, record.PercentileNearest
	s.Steps, s.Noise, s.NoiseKind, s.Augment, s.Schedule = s.FirstSteps, 1, "", "", ""
	s.First, s.FirstSteps = "", 0
	s.Weights, s.MaxUpdate, s.WeightDecay, s.Momentum, s.Optimizer = "", 0, 0, 0, ""
	set := *e.problem.Set
	if e.problem.Spec.First == record.FirstElsewhere {
		other, err := set.Beyond.Take(set.Train.Len())
		if err != nil {
			return run.Problem{}, err
		}
		set.Train = other
	}
	noise, err := datasets.NewLabelNoise(set.Train.Labels, 1, other)
	return run.Problem{Spec: s.Normalized(), Set: &set, Noise: noise}, err
}

// startFrom takes over the weights of a net trained before and what its layers keep, or the norms of its weights alone.
// What belongs to the optimizer, its rule and the generator of random layers stays that of a fresh run.
func (e *engine) startFrom(before *engine) error {
	trained := map[string]*model.Variable{}
	for _, v := range before.variables {
		trained[v.Path()] = v
	}
	for _, v := range e.variables {
		name := nameOf(v)
		from := trained[v.Path()]
		if from == nil || !v.Trainable && (strings.HasPrefix(name, optimizer.Scope) || strings.HasPrefix(name, "#")) {
			continue
		}
		array, err := arrayOf(from)
		if err != nil {
			return err
		}
		if e.problem.Spec.First == record.FirstNorms {
			if !v.Trainable {
				continue
			}
			own, err := arrayOf(v)
			if err != nil {
				return err
			}
			scaleTo(own.Data, normOf(array.Data))
			array = own
		}
		if err := setArray(v, array); err != nil {
			return err
		}
	}
	return nil
}

// setArray gives a variable a value of its own shape and type.
func setArray(v *model.Variable, array run.Array) error {
	value := tensors.FromShape(v.Shape())
	if err := value.MutableFlatData(func(flat any) { copyAny(flat, array.Data) }); err != nil {
		return err
	}
	return v.SetValue(value)
}

// normOf is the Euclidean norm of float32 or float64 values; 0 of others.
func normOf(data any) float64 {
	var sum float64
	switch data := data.(type) {
	case []float32:
		for _, v := range data {
			sum += float64(v) * float64(v)
		}
	case []float64:
		for _, v := range data {
			sum += v * v
		}
	}
	return math.Sqrt(sum)
}

// scaleTo scales values to a norm, where they are not all 0.
func scaleTo(data any, norm float64) {
	own := normOf(data)
	if own == 0 {
		return
	}
	switch data := data.(type) {
	case []float32:
		for i := range data {
			data[i] = float32(float64(data[i]) * norm / own)
		}
	case []float64:
		for i := range data {
			data[i] *= norm / own
		}
	}
}

func (f *firstPhase) state() run.Array {
	done := 0.0
	if f.done {
		done = 1
	}
	return run.Array{Shape: []int{2}, Data: []float64{done, f.accuracy}}
}

// restoreFirst takes it out of a state.
func (e *engine) restoreFirst(state map[string]run.Array) error {
	if e.first == nil {
		return nil
	}
	data, ok := state[stateFirstPhase].Data.([]float64)
	if !ok || len(data) != 2 {
		return fmt.Errorf("%s of the state does not fit 2 numbers", stateFirstPhase)
	}
	e.first.done, e.first.accuracy = data[0] != 0, data[1]
	return nil
}
