// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"fmt"
	"slices"

	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// stateSignals names the predictions of the last two evaluations in a state; a state without it is of a run whose
// signals are not measured.
const stateSignals = "signals_predictions"

// signals is what [record.MeasureSignals] adds to an engine.
type signals struct {
	batch, distances *model.Exec // of one batch, and of what that gives for several

	validation []slab // on the device
	given      labels // of the validation examples

	// Predictions of the training examples at the last measured step, and at the one measured before it: evaluating a
	// step again compares it with the same one.
	step         int // −1: none was measured
	last, before []uint8
}

func (e *engine) prepareSignals() (err error) {
	if err := e.prepareSums(); err != nil {
		return err
	}
	s := &signals{step: -1}
	e.signals = s
	if s.batch, err = model.NewExec(e.backend, e.store, e.signalsGraph); err != nil {
		return err
	}
	if s.distances, err = model.NewExec(e.backend, e.store, distancesGraph); err != nil {
		return err
	}
	if e.problem.Set.Classes == 0 {
		return nil
	}
	split, noise, ok, err := run.Validation(e.problem.Spec, e.problem.Set)
	if err != nil || !ok {
		return err
	}
	s.given = labels{classes: noise.Given}
	s.validation = e.slabsOf(split, s.given)
	return nil
}

// measureSignals adds the values of [record.MeasureSignals] at the current weights; classes are the predictions of the
// training examples, nil for sets without classes.
func (e *engine) measureSignals(ctx context.Context, classes []uint8, into map[string]float64) error {
	s := e.signals
	if s == nil {
		return nil
	}
	if e.gradients == nil { // which measures these exactly
		layers, energies, err := e.groupGradients(ctx)
		if err != nil {
			return err
		}
		var g coherence.Groups
		total := 0.0
		for l, part := range layers {
			g = g.Plus(part)
			total += energies[0][l] + energies[1][l]
		}
		n := float64(e.sums.many)
		setShort(into, "gradient_norm2", g.Norm2()/n/n)
		setShort(into, "example_norm2", total/n)
		setShort(into, "coherence", coherence.Energy{Sum2: g.Norm2(), Total: total}.MCoherence())
	}
	if err := e.signalsOfBatches(into); err != nil {
		return err
	}
	if s.validation != nil {
		m, err := e.measureSlabs(ctx, s.validation, s.given)
		if err != nil {
			return err
		}
		into["validation_accuracy"] = m.accuracy(nil)
	}
	if classes == nil {
		return nil
	}
	if e.step != s.step {
		s.before = s.last
	}
	s.last, s.step = classes, e.step
	if s.before != nil {
		changes := 0
		for i, class := range classes {
			if class != s.before[i] {
				changes++
			}
		}
		into["label_changes"] = float64(changes)
	}
	return nil
}

// signalsOfBatches adds what is measured of the next updates' batches.
func (e *engine) signalsOfBatches(into map[string]float64) error {
	var each []any
	defer func() {
		for _, t := range each {
			t.(*tensors.Tensor).MustFinalizeAll()
		}
	}()
	for k := range record.SignalBatches {
		inputs, labels := e.batches(e.step+k, 1, 1)
		out, err := e.signals.batch.Call(inputs, labels)
		inputs.MustFinalizeAll()
		labels.MustFinalizeAll()
		if err != nil {
			return fmt.Errorf("the signals at step %d failed: %w", e.step, err)
		}
		for _, t := range out {
			each = append(each, t)
		}
	}
	out, err := e.signals.distances.Call(each...)
	if err != nil {
		return fmt.Errorf("the signals at step %d failed: %w", e.step, err)
	}
	defer out[0].MustFinalizeAll()
	values, err := tensors.CopyFlatData[float64](out[0])
	if err != nil {
		return err
	}
	setShort(into, "gradient_disparity", values[0])
	setShort(into, "evidence", values[1])
	return nil
}

// setShort is setFinite with six significant digits: more would be noise, and fill the record.
func setShort(into map[string]float64, name string, v float64) {
	setFinite(into, name, significant(v, 6))
}

// state is the last measured step, and both lists of predictions behind it, −1 where there are none.
func (s *signals) state() run.Array {
	n := max(len(s.last), len(s.before))
	data := make([]int32, 1+2*n)
	data[0] = int32(s.step)
	for k, list := range [][]uint8{s.last, s.before} {
		for i := range n {
			at := 1 + k*n + i
			if data[at] = -1; list != nil {
				data[at] = int32(list[i])
			}
		}
	}
	return run.Array{Shape: []int{len(data)}, Data: data}
}

// restoreSignals takes them out of a state, as restoreHealth does.
func (e *engine) restoreSignals(state map[string]run.Array) error {
	array, ok := state[stateSignals]
	switch {
	case !ok && e.signals == nil:
		return nil
	case !ok:
		return fmt.Errorf("the run was begun without measuring its signals")
	}
	data, fits := array.Data.([]int32)
	n := e.problem.Set.Train.Len()
	if !fits || len(data) != 1 && len(data) != 1+2*n {
		return fmt.Errorf("%s of the state does not fit %d training examples", stateSignals, n)
	}
	if e.signals == nil {
		if err := e.prepareSignals(); err != nil {
			return err
		}
	}
	s := e.signals
	s.step, s.last, s.before = int(data[0]), nil, nil
	for k, list := range []*[]uint8{&s.last, &s.before} {
		if len(data) == 1 {
			break
		}
		part := data[1+k*n : 1+(k+1)*n]
		if slices.Contains(part, -1) {
			continue
		}
		for _, class := range part {
			*list = append(*list, uint8(class))
		}
	}
	return nil
}

func (s *signals) close() {
	if s == nil {
		return
	}
	finalizeAll(s.batch, s.distances)
	for _, slab := range s.validation {
		slab.free()
	}
}
