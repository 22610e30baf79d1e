// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// group is some training examples on the device, in slabs of one size.
type group struct {
	slabs   []slab
	weights []*tensors.Tensor // of a slab's examples: 1, and 0 for filling
}

// groupOf puts listed training examples on the device, in slabs of size.
func (e *engine) groupOf(list []int32, size int) (g group) {
	for some := range slices.Chunk(list, size) {
		inputs, labels := e.feed.gather(e.problem.Set.Train, e.feed.given, some, size)
		weights := make([]float32, size)
		for i := range some {
			weights[i] = 1
		}
		g.slabs = append(g.slabs, slab{inputs: inputs, labels: labels, examples: some})
		g.weights = append(g.weights, tensors.FromFlatDataAndDimensions(weights, size))
	}
	return g
}

func (g group) free() {
	for i, s := range g.slabs {
		s.free()
		g.weights[i].MustFinalizeAll()
	}
}

// sumOver adds up what add makes of a group's slabs, one float64 tensor for each trained variable, of its shape; the
// caller frees them. add takes a slab's inputs, labels and weights and the sums so far, which it returns first; what it
// returns beyond them goes to rest, which may be nil.
func (e *engine) sumOver(ctx context.Context, g group, add *model.Exec, rest func(*tensors.Tensor) error) (sums []*tensors.Tensor, err error) {
	defer func() {
		if err != nil {
			freeAll(sums)
			sums = nil
		}
	}()
	for _, v := range e.trainable() {
		sums = append(sums, tensors.FromFlatDataAndDimensions(make([]float64, v.Shape().Size()), v.Shape().Dimensions...))
	}
	for i, s := range g.slabs {
		if err := ctx.Err(); err != nil {
			return sums, err
		}
		args := []any{s.inputs, s.labels, g.weights[i]}
		for _, t := range sums {
			donated, err := graph.DonateTensorBuffer(t, e.backend, 0)
			if err != nil {
				return sums, err
			}
			args = append(args, donated)
		}
		count := len(sums)
		sums = nil // given away
		out, err := add.Call(args...)
		if err != nil {
			return nil, fmt.Errorf("the gradients at step %d failed: %w", e.step, err)
		}
		sums = out[:count:count]
		for _, t := range out[count:] {
			err := rest(t)
			t.MustFinalizeAll()
			if err != nil {
				return sums, err
			}
		}
	}
	return sums, nil
}

func freeAll(list []*tensors.Tensor) {
	for _, t := range list {
		t.MustFinalizeAll()
	}
}

// finalizeAll frees computations, nil ones left out.
func finalizeAll(list ...*model.Exec) {
	for _, exec := range list {
		if exec != nil {
			exec.Finalize()
		}
	}
}
