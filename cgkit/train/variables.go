// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets/random"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// prepareVariables makes the store with everything that an update reads or changes, at its initial values. The update
// is built once in a graph that is thrown away: that shows which variables there are, and whether the model can be
// trained by the rule at all.
func (e *engine) prepareVariables() error {
	spec := e.problem.Spec
	e.store = model.NewStore()
	root := e.store.RootScope()
	root.SetParam(models.ParamOutputs, max(1, e.problem.Set.Classes))
	root.SetParam(models.ParamHidden, spec.Hidden)
	root.SetParam(models.ParamInit, spec.Init)
	root.SetParam(model.ParamInitialSeed, spec.Seed)
	if err := e.model.Configure(root, spec.Settings); err != nil {
		return err
	}
	if err := e.store.SetRNGStateFromSeed(seedOf(spec.Seed, "initial weights")); err != nil {
		return err
	}
	if e.model.Initialize != nil {
		if err := e.model.Initialize(root, e.feed.inputShape(1), spec.Seed); err != nil {
			return err
		}
	}
	g := graph.NewGraph(e.backend, "variables")
	defer g.Finalize()
	model.SetStore(g, e.store)
	err := building(func() {
		inputs, labels := e.feed.rawShapes(spec.Batch)
		e.update(graph.Parameter(g, "inputs", inputs), graph.Parameter(g, "labels", labels))
	})
	if err != nil {
		return fmt.Errorf("model %q can't be trained by %s: %w", e.model.Name, e.rule.Name(), err)
	}
	e.convolves = slices.ContainsFunc(g.Nodes(), func(n *graph.Node) bool { return n.Type() == graph.NodeTypeConvGeneral })
	for v := range e.store.IterVariables() {
		if v.InUseByGraph(g) {
			e.variables = append(e.variables, v)
		}
	}
	if e.pool != nil {
		e.key = e.keyOf(g.String())
	}
	for _, v := range e.variables {
		if _, ok := emptyArray(v.DType(), 0); !ok {
			return fmt.Errorf("model %q: its variable %s is of type %s, which no checkpoint holds: use float32, float64 or an integer type",
				e.model.Name, v.Path(), v.DType())
		}
	}
	if err := e.store.InitializeVariables(e.backend, nil); err != nil {
		return fmt.Errorf("model %q: its variables can't be initialized: %w", e.model.Name, err)
	}
	// Dropout and its like draw from a stream of their own, whatever the initial weights took.
	return e.store.SetRNGStateFromSeed(seedOf(spec.Seed, "random layers"))
}

// seedOf is the seed of GoMLX's generator for a purpose.
func seedOf(seed int64, purpose string) int64 { return int64(random.Stream(seed, purpose, 0).Uint64()) }

// nameOf names a variable in states and files: its path without the first separator.
func nameOf(v *model.Variable) string { return strings.TrimPrefix(v.Path(), model.ScopeSeparator) }

// trainable are the variables that updates move.
func (e *engine) trainable() []*model.Variable {
	return slices.DeleteFunc(slices.Clone(e.variables), func(v *model.Variable) bool { return !v.Trainable })
}

// Names of the tracker's arrays in a state. No variable has such a name, as none ends in a separator.
const (
	stateFirst = "learned_first"
	stateKept  = "learned_kept"
)

// State is every variable that an update reads, when each example was learned, and the contributions measured so far.
func (e *engine) State() (map[string]run.Array, error) {
	state := map[string]run.Array{}
	if e.learned != nil {
		n := len(e.learned.first)
		state[stateFirst] = run.Array{Shape: []int{n}, Data: slices.Clone(e.learned.first)}
		state[stateKept] = run.Array{Shape: []int{n}, Data: slices.Clone(e.learned.kept)}
	}
	for _, v := range e.variables {
		array, err := arrayOf(v)
		if err != nil {
			return nil, err
		}
		state[nameOf(v)] = array
	}
	if e.gradients != nil {
		state[stateContributions] = e.gradients.state()
	}
	if e.health != nil {
		state[stateHealth] = e.health.state()
	}
	if e.first != nil {
		state[stateFirstPhase] = e.first.state()
	}
	if e.signals != nil {
		state[stateSignals] = e.signals.state()
	}
	if e.clamping != nil {
		state[stateClamping] = run.Array{Shape: []int{1}, Data: []uint8{1}}
	}
	if e.examples != nil {
		e.examples.addState(state)
	}
	return state, nil
}

// Weights copies the trained variables by name; see [nameOf].
func (e *engine) Weights() (map[string]run.Array, error) {
	arrays := map[string]run.Array{}
	for _, v := range e.trainable() {
		array, err := arrayOf(v)
		if err != nil {
			return nil, err
		}
		arrays[nameOf(v)] = array
	}
	return arrays, nil
}

func arrayOf(v *model.Variable) (run.Array, error) {
	value, err := v.Value()
	if err != nil {
		return run.Array{}, err
	}
	data, ok := emptyArray(v.DType(), v.Shape().Size())
	if !ok {
		return run.Array{}, fmt.Errorf("variable %s of type %s can't be saved", v.Path(), v.DType())
	}
	err = value.ConstFlatData(func(flat any) { copyAny(data, flat) })
	return run.Array{Shape: slices.Clone(v.Shape().Dimensions), Data: data}, err
}

// emptyArray makes room for n values of a type that checkpoints hold.
func emptyArray(t dtypes.DType, n int) (data any, ok bool) {
	switch t {
	case dtypes.Float32:
		return make([]float32, n), true
	case dtypes.Float64:
		return make([]float64, n), true
	case dtypes.Int32:
		return make([]int32, n), true
	case dtypes.Int64:
		return make([]int64, n), true
	case dtypes.Uint8:
		return make([]uint8, n), true
	case dtypes.Uint32:
		return make([]uint32, n), true
	case dtypes.Uint64:
		return make([]uint64, n), true
	}
	return nil, false
}

// copyAny copies between two slices of one type, of those that [emptyArray] makes.
func copyAny(to, from any) {
	switch to := to.(type) {
	case []float32:
		copy(to, from.([]float32))
	case []float64:
		copy(to, from.([]float64))
	case []int32:
		copy(to, from.([]int32))
	case []int64:
		copy(to, from.([]int64))
	case []uint8:
		copy(to, from.([]uint8))
	case []uint32:
		copy(to, from.([]uint32))
	case []uint64:
		copy(to, from.([]uint64))
	}
}

// Restore takes a state as State gave it. One that doesn't fit changes nothing that counts: the engine is of no use
// then.
func (e *engine) Restore(step int, state map[string]run.Array) error {
	if err := e.restoreContributions(state); err != nil {
		return err
	}
	if err := errors.Join(e.restoreHealth(state), e.restoreSignals(state), e.restoreClamping(state), e.restoreFirst(state), e.restoreExamples(state)); err != nil {
		return err
	}
	own, err := e.State() // after what is followed was made as the state has it
	if err != nil {
		return err
	}
	if len(state) != len(own) {
		return fmt.Errorf("a state of %d arrays: this model has %d", len(state), len(own))
	}
	if e.learned != nil {
		for name, list := range map[string]*[]int32{stateFirst: &e.learned.first, stateKept: &e.learned.kept} {
			data, ok := state[name].Data.([]int32)
			if !ok || len(data) != len(*list) {
				return fmt.Errorf("%s of the state does not fit %d training examples", name, len(*list))
			}
			*list = slices.Clone(data)
		}
	}
	for _, v := range e.variables {
		name := nameOf(v)
		array := state[name]
		empty, _ := emptyArray(v.DType(), v.Shape().Size())
		if fmt.Sprintf("%T", empty) != fmt.Sprintf("%T", array.Data) || !slices.Equal(array.Shape, v.Shape().Dimensions) || array.Check() != nil {
			return fmt.Errorf("%s of the state does not fit this model's %s", name, v.Shape())
		}
		if err := setArray(v, array); err != nil {
			return err
		}
	}
	e.step = step
	return nil
}
