// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"slices"

	"coherentgradients/cgkit/coherence"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// groupSums is how the gradients of all training examples are summed in their two groups, for whichever measures ask.
type groupSums struct {
	sum, products *model.Exec

	size           int       // examples of a slab
	groups         *[2]group // pristine and corrupt examples apart, so that a slab has one group to be added to; nil: not on the device yet
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
	e.placeGroups()
	m := e.sums
	var sums [2][]*tensors.Tensor
	defer func() { freeAll(slices.Concat(sums[0], sums[1])) }()
	for group := range sums {
		energies[group] = make([]float64, len(m.layers))
		sums[group], err = e.sumOver(ctx, m.groups[group], m.sum, func(norms *tensors.Tensor) error {
			values, err := tensors.CopyFlatData[float64](norms)
			for l, v := range values {
				energies[group][l] += v
			}
			return err
		})
		if err != nil {
			return nil, energies, err
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

// placeGroups puts the examples on the device, group by group, once.
func (e *engine) placeGroups() {
	m := e.sums
	if m.groups != nil {
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
	m.groups = &[2]group{e.groupOf(members[0], m.size), e.groupOf(members[1], m.size)}
}

func (m *groupSums) close() {
	if m == nil {
		return
	}
	finalizeAll(m.sum, m.products)
	if m.groups != nil {
		m.groups[0].free()
		m.groups[1].free()
	}
}
