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

// loop is the training loop of package experiment as a run uses it.
type loop struct {
	engine run.Engine
	layers int
	chunk  int
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
	l := &loop{engine: engine, layers: len(s.Net) - 1, chunk: 1}
	if s.Dir == "" {
		return l, nil
	}
	trained, err := readWeights(filepath.Join(s.Dir, weightsFile), s.Net)
	if err != nil {
		return nil, err
	}
	state, err := engine.State()
	if err != nil {
		return nil, err
	}
	for i := range l.layers {
		for k, name := range paramNames(i) {
			array := state[name]
			array.Data = trained[2*i+k]
			state[name] = array
		}
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
	for i := range l.layers {
		for _, name := range paramNames(i) {
			data, ok := state[name].Data.([]float32)
			if !ok {
				return nil, fmt.Errorf("the engine's state has no %s", name)
			}
			list = append(list, data)
		}
	}
	return list, nil
}

// warm goes on until a call has as many steps as the engine asks for.
func (l *loop) warm(ctx context.Context) (ms float64, err error) {
	for range 12 {
		l.chunk = l.engine.ChunkSteps()
		if ms, err = timed(ctx, l); err != nil || l.engine.ChunkSteps() <= l.chunk {
			break
		}
	}
	return ms, err
}

// prepare writes the batch, and the weights after some plain steps.
func prepare(ctx context.Context, b compute.Backend, s *Setup) error {
	p, err := problem(ctx, s)
	if err != nil {
		return err
	}
	images, labels, err := firstBatch(p)
	if err != nil {
		return err
	}
	l, err := newLoop(ctx, b, &Setup{Way: wayLoop, Net: s.Net, Batch: s.Batch, Aggregator: "mean", LearningRate: s.LearningRate})
	if err != nil {
		return err
	}
	if _, err := l.engine.Advance(ctx, prepareSteps); err != nil {
		return err
	}
	weights, err := l.weights()
	if err != nil {
		return err
	}
	if err := writeFloats(filepath.Join(s.Dir, imagesFile), images); err != nil {
		return err
	}
	if err := writeLabels(filepath.Join(s.Dir, labelsFile), labels); err != nil {
		return err
	}
	return writeFloats(filepath.Join(s.Dir, weightsFile), weights...)
}
