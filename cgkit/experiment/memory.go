// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"fmt"

	"coherentgradients/cgkit/aggregate"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// A rule that remembers earlier batches keeps some tensors a parameter between updates, and counts the updates. The engine
// carries them beside the parameters: through the compiled loop, and into the state, from which they come back bit for
// bit. The count is the engine's step, so it is in no state.

// newMemory is what a rule remembers before the first update: the count, then zeros for each parameter in turn. It is
// empty for rules that remember nothing.
func (e *mlp) newMemory() ([]*tensors.Tensor, error) {
	stateful, remembers := e.rule.(aggregate.Stateful)
	if !remembers {
		return nil, nil
	}
	memory := []*tensors.Tensor{tensors.FromValue(int64(0))}
	for _, p := range e.params {
		for _, shape := range stateful.State(p.Shape()) {
			if shape.DType != p.DType() {
				return nil, fmt.Errorf("aggregator %q remembers %s for parameters of %s, which no checkpoint holds: choose another", e.rule.Name(), shape, p.DType())
			}
			memory = append(memory, tensors.FromShape(shape))
		}
	}
	return memory, nil
}

// memoryName names tensor i of the memory in a state.
func memoryName(i int) string { return fmt.Sprintf("remembered_%d", i-1) }

// saveMemory adds the memory to a state, the count left out.
func (e *mlp) saveMemory(state map[string]Array) error {
	for i := 1; i < len(e.memory); i++ {
		data, err := tensors.CopyFlatData[float32](e.memory[i])
		if err != nil {
			return err
		}
		state[memoryName(i)] = Array{Shape: e.memory[i].Shape().Dimensions, Data: data}
	}
	return nil
}

// restoreMemory takes the memory out of a state given at step.
func (e *mlp) restoreMemory(step int, state map[string]Array) error {
	for i, old := range e.memory {
		if i == 0 {
			e.memory[0] = tensors.FromValue(int64(step))
			continue
		}
		array := state[memoryName(i)]
		data, ok := array.Data.([]float32)
		if !ok || len(data) != old.Shape().Size() || array.Check() != nil {
			return fmt.Errorf("%s of the state does not fit %s of %q", memoryName(i), old.Shape(), e.rule.Name())
		}
		e.memory[i] = tensors.FromFlatDataAndDimensions(data, old.Shape().Dimensions...)
	}
	return nil
}

// remember is the update of a rule with a memory: the parameters after it and the memory after it. In updates for which
// the rule is not ready the parameters stay.
func (e *mlp) remember(rule aggregate.Stateful, examples []aggregate.Examples, params, memory []*Node) (after []*Node) {
	count, kept := memory[0], memory[1:]
	var state [][]*Node
	for _, p := range params {
		n := len(rule.State(p.Shape()))
		state, kept = append(state, kept[:n]), kept[n:]
	}
	directions, next, ready := rule.Next(examples, state, count)
	for i, direction := range directions {
		after = append(after, Where(ready, Sub(params[i], MulScalar(direction, e.problem.Spec.LearningRate)), params[i]))
	}
	after = append(after, AddScalar(count, 1))
	for _, list := range next {
		after = append(after, list...)
	}
	return after
}
