// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"fmt"
	"slices"

	"coherentgradients/cgkit/coherence"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// groupSums is how the gradients of all training examples are summed in their two groups, for whichever measures ask.
type groupSums struct {
	sum, products *model.Exec

	size           int                  // examples of a slab
	groups         [2][]slab            // pristine and corrupt examples apart, so that a slab has one group to be added to
	weights        [2][]*tensors.Tensor // of their examples: 1, and 0 for filling
	layers         []layer
	pristine, many int // examples
}

// prepareSums makes ready for summing, once; the computations are compiled when first called.
func (e *engine) prepareSums() (err error) {
	if e.sums != nil {
		return nil
	}
	noise := e.problem.Noise
	m := &groupSums{many: len(noise.Chosen), pristine: noise.PristineCount(), layers: e.layers()}
	if m.size, err = e.measureSize(); err != nil {
		return err
	}
	e.sums = m
	if m.sum, err = model.NewExec(e.backend, e.store, e.sumGraph); err != nil {
		return err
	}
	m.products, err = model.NewExec(e.backend, e.store, e.productsGraph)
	return err
}

// groupGradients sums the gradients of all training examples in their two groups: the products of the sums by layer,
// and Σ_e ‖∇ℓ_e‖² by group and layer.
func (e *engine) groupGradients(ctx context.Context) (layers []coherence.Groups, energies [2][]float64, err error) {
	e.gradientSlabs()
	m := e.sums
	var sums [2][]*tensors.Tensor
	defer func() {
		for _, t := range slices.Concat(sums[0], sums[1]) {
			t.MustFinalizeAll()
		}
	}()
	for group := range sums {
		for _, v := range e.trainable() {
			sums[group] = append(sums[group], tensors.FromFlatDataAndDimensions(make([]float64, v.Shape().Size()), v.Shape().Dimensions...))
		}
		energies[group] = make([]float64, len(m.layers))
		for i, s := range m.groups[group] {
			if err := ctx.Err(); err != nil {
				return nil, energies, err
			}
			args := []any{s.inputs, s.labels, m.weights[group][i]}
			for _, t := range sums[group] {
				donated, err := graph.DonateTensorBuffer(t, e.backend, 0)
				if err != nil {
					return nil, energies, err
				}
				args = append(args, donated)
			}
			sums[group] = nil // given away
			out, err := m.sum.Call(args...)
			if err != nil {
				return nil, energies, fmt.Errorf("the gradients at step %d failed: %w", e.step, err)
			}
			last := len(out) - 1
			sums[group] = out[:last]
			norms, err := tensors.CopyFlatData[float64](out[last])
			if err != nil {
				return nil, energies, err
			}
			out[last].MustFinalizeAll()
			for l, v := range norms {
				energies[group][l] += v
			}
		}
	}
	var args []any
	for _, t := range slices.Concat(sums[0], sums[1]) {
		args = append(args, t)
	}
	out, err := m.products.Call(args...)
	if err != nil {
		return nil, energies, err
	}
	defer out[0].MustFinalizeAll()
	values, err := tensors.CopyFlatData[float64](out[0])
	if err != nil {
		return nil, energies, err
	}
	for v := range slices.Chunk(values, 3) {
		layers = append(layers, coherence.Groups{PP: v[0], PC: v[1], CC: v[2]})
	}
	return layers, energies, nil
}

// gradientSlabs puts the examples on the device, group by group, once.
func (e *engine) gradientSlabs() {
	m := e.sums
	if m.groups[0] != nil || m.groups[1] != nil {
		return
	}
	var members [2][]int32
	for i := range m.many {
		group := 0
		if e.problem.Noise.Corrupt(i) {
			group = 1
		}
		members[group] = append(members[group], int32(i))
	}
	train := e.problem.Set.Train
	for group, list := range members {
		for some := range slices.Chunk(list, m.size) {
			inputs, labels := e.feed.gather(train, e.feed.given, some, m.size)
			weights := make([]float32, m.size)
			for i := range some {
				weights[i] = 1
			}
			m.groups[group] = append(m.groups[group], slab{inputs: inputs, labels: labels, examples: some})
			m.weights[group] = append(m.weights[group], tensors.FromFlatDataAndDimensions(weights, m.size))
		}
	}
}

func (m *groupSums) close() {
	if m == nil {
		return
	}
	for _, exec := range []*model.Exec{m.sum, m.products} {
		if exec != nil {
			exec.Finalize()
		}
	}
	for group := range m.groups {
		for i, s := range m.groups[group] {
			s.free()
			m.weights[group][i].MustFinalizeAll()
		}
	}
}
