// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"errors"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/perexample"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// stateClamping marks a state of a run whose clamping is measured, so that sessions that don't ask go on with it.
const stateClamping = "clamping"

// prepareClamping makes ready for [record.MeasureClamping], for rules that clamp.
func (e *engine) prepareClamping() (err error) {
	if _, clamps := aggregate.Clamped(e.rule.(aggregate.Aggregator), nil); clamps {
		e.clamping, err = model.NewExec(e.backend, e.store, e.clampingGraph)
	}
	return err
}

// clampingGraph counts, for each trained variable, the values of a batch's per-example gradients that the rule clamps:
// below and above of the pristine examples, below and above of the corrupt ones, float64 [variables, 4].
// inputs: raw inputs [1, batch, features], labels [1, batch], which examples are pristine, booleans [batch].
func (e *engine) clampingGraph(_ *model.Scope, inputs []*Node) []*Node {
	pristine := inputs[2]
	rule := e.rule.(aggregate.Aggregator)
	counts, _ := aggregate.Clamped(rule, e.batchGradients(inputs), pristine, LogicalNot(pristine))
	var rows []*Node
	for _, c := range counts {
		rows = append(rows, Stack([]*Node{c[0].Low, c[0].High, c[1].Low, c[1].High}, 0))
	}
	return []*Node{Stack(rows, 0)}
}

// batchGradients are the gradients of one batch's examples, random layers switched off. inputs: raw inputs [1, batch,
// features], labels [1, batch].
func (e *engine) batchGradients(inputs []*Node) []aggregate.Examples {
	labels := withoutFirst(inputs[1])
	x, loss := e.loss(withoutFirst(inputs[0]), labels, false)
	var examples []aggregate.Examples
	for _, view := range perexample.Of(loss, []*Node{x, labels}, e.parameters(loss.Graph())) {
		examples = append(examples, view)
	}
	return examples
}

// measureClamping adds the values of [record.MeasureClamping] at the current weights.
func (e *engine) measureClamping(ctx context.Context, into map[string]float64) error {
	if e.clamping == nil {
		return nil
	}
	variables := e.trainable()
	counts := make([][4]float64, len(variables))
	var members [2]float64
	for b := range record.ClampingBatches {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := e.countClamped(e.step+b, counts, &members); err != nil {
			return err
		}
	}
	all := make([]int, len(variables))
	for i := range all {
		all[i] = i
	}
	parts := append([]layer{{parameters: all}}, e.layers()...)
	for _, part := range parts {
		var sum [4]float64
		var size float64
		for _, i := range part.parameters {
			size += float64(variables[i].Shape().Size())
			for k, n := range counts[i] {
				sum[k] += n
			}
		}
		name := func(start string) string {
			if part.name == "" {
				return start
			}
			return start + "_layer_" + part.name
		}
		setFinite(into, name("clamped_low"), (sum[0]+sum[2])/(size*(members[0]+members[1])))
		setFinite(into, name("clamped_high"), (sum[1]+sum[3])/(size*(members[0]+members[1])))
		setFinite(into, name("clamped_low_pristine"), sum[0]/(size*members[0]))
		setFinite(into, name("clamped_high_pristine"), sum[1]/(size*members[0]))
		setFinite(into, name("clamped_low_corrupt"), sum[2]/(size*members[1]))
		setFinite(into, name("clamped_high_corrupt"), sum[3]/(size*members[1]))
	}
	return nil
}

// countClamped adds what is clamped of the batch of an update, and how many of its examples are pristine and corrupt.
func (e *engine) countClamped(step int, counts [][4]float64, members *[2]float64) error {
	pristine := make([]bool, e.problem.Spec.Batch)
	for i, example := range e.order.Batch(step) {
		if pristine[i] = !e.problem.Noise.Corrupt(int(example)); pristine[i] {
			members[0]++
		} else {
			members[1]++
		}
	}
	inputs, labels := e.batches(step, 1, 1)
	defer inputs.MustFinalizeAll()
	defer labels.MustFinalizeAll()
	out, err := e.clamping.Call(inputs, labels, pristine)
	if err != nil {
		return err
	}
	defer out[0].MustFinalizeAll()
	values, err := tensors.CopyFlatData[float64](out[0])
	if err != nil {
		return err
	}
	for i, n := range values {
		counts[i/4][i%4] += n
	}
	return nil
}

// restoreClamping looks for the mark in a state, as restoreContributions does.
func (e *engine) restoreClamping(state map[string]run.Array) error {
	_, ok := state[stateClamping]
	switch {
	case !ok && e.clamping != nil:
		return errors.New("the run was begun without measuring what is clamped")
	case ok && e.clamping == nil && e.hasEffect():
		return e.prepareClamping()
	}
	return nil
}
