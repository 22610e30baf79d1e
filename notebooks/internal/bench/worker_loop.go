// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/gomlx/compute"

	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/run"
	"coherentgradients/cgkit/train"
)

// loop is the engine of package train as a run uses it: many steps a call, or one where that is asked for.
type loop struct {
	engine run.Engine
	names  []string // of the variables whose values are handed over, in their order
	chunk  int
	single bool
}

func newLoop(ctx context.Context, b compute.Backend, s *Setup) (*loop, error) {
	p, err := problem(ctx, s)
	if err != nil {
		return nil, err
	}
	engine, err := train.On(b)(ctx, p)
	if err != nil {
		return nil, err
	}
	l := &loop{engine: engine, chunk: 1, single: s.Way == wayCall}
	if s.Model != nil {
		for _, v := range s.Model.Variables {
			l.names = append(l.names, v.Name)
		}
	} else {
		for i := range len(s.Net) - 1 {
			names := paramNames(i)
			l.names = append(l.names, names[:]...)
		}
	}
	if s.Dir == "" {
		return l, nil
	}
	flat, err := readFloats(filepath.Join(s.Dir, weightsFile))
	if err != nil {
		return nil, err
	}
	if len(flat) != s.parameters() {
		return nil, fmt.Errorf("%s holds %d numbers, the net has %d", weightsFile, len(flat), s.parameters())
	}
	state, err := engine.State()
	if err != nil {
		return nil, err
	}
	for _, name := range l.names {
		array := state[name]
		old, ok := array.Data.([]float32)
		if !ok {
			return nil, fmt.Errorf("the engine's state has no %s of float32", name)
		}
		array.Data = flat[:len(old):len(old)]
		state[name], flat = array, flat[len(old):]
	}
	return l, engine.Restore(0, state)
}

// paramNames are the names of a layer's weights and biases in an engine's state.
func paramNames(layer int) [2]string {
	return [2]string{models.WeightsName(layer), models.BiasesName(layer)}
}

func (l *loop) run(ctx context.Context) (int, error) {
	_, err := l.engine.Advance(ctx, l.chunk)
	return l.chunk, err
}

func (l *loop) weights() ([][]float32, error) {
	state, err := l.engine.State()
	if err != nil {
		return nil, err
	}
	var list [][]float32
	for _, name := range l.names {
		data, ok := state[name].Data.([]float32)
		if !ok {
			return nil, fmt.Errorf("the engine's state has no %s of float32", name)
		}
		list = append(list, data)
	}
	return list, nil
}

// warm goes on until a call has as many steps as the engine asks for; with one step a call, for a few steps.
func (l *loop) warm(ctx context.Context) (ms float64, err error) {
	if l.single {
		for range 3 {
			if ms, err = timed(ctx, l); err != nil {
				break
			}
		}
		return ms, err
	}
	for range 12 {
		l.chunk = l.engine.ChunkSteps()
		if ms, err = timed(ctx, l); err != nil || l.engine.ChunkSteps() <= l.chunk {
			break
		}
	}
	return ms, err
}

// prepare writes the batch, and the weights after some plain steps. Of a model it says which variables these are of.
func prepare(ctx context.Context, b compute.Backend, s *Setup) (variables []Variable, err error) {
	plain, steps := *s, prepareSteps
	plain.Way, plain.Dir, plain.Aggregator, plain.C = wayLoop, "", "mean", 0
	p, err := problem(ctx, &plain)
	if err != nil {
		return nil, err
	}
	images, labels, err := firstBatch(p)
	if err != nil {
		return nil, err
	}
	l, err := newLoop(ctx, b, &plain)
	if err != nil {
		return nil, err
	}
	if s.Model != nil {
		steps = modelPrepareSteps
		if variables, err = variablesOf(l.engine); err != nil {
			return nil, err
		}
		for _, v := range variables {
			l.names = append(l.names, v.Name)
		}
	}
	if _, err := l.engine.Advance(ctx, steps); err != nil {
		return nil, err
	}
	weights, err := l.weights()
	if err != nil {
		return nil, err
	}
	if err := writeFloats(filepath.Join(s.Dir, imagesFile), images); err != nil {
		return nil, err
	}
	if err := writeLabels(filepath.Join(s.Dir, labelsFile), labels); err != nil {
		return nil, err
	}
	return variables, writeFloats(filepath.Join(s.Dir, weightsFile), weights...)
}
