// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"context"
	"fmt"
	"math"
	"slices"

	"coherentgradients/cgkit/coherence"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// contributionSteps is for how many steps i^p and i^c are followed: those that are evaluated one by one.
const contributionSteps = 10

// stateContributions names the table of contributions in a state; a state without it is of a run that is not measured.
const stateContributions = "gradient_contributions"

// gradients is what [MeasureGradients] adds to an engine.
type gradients struct {
	sum, products, entries *graph.Exec

	groups         [2][]slab            // pristine and corrupt examples apart, so that a slab has one group to be added to
	weights        [2][]*tensors.Tensor // of their examples: 1, and 0 for filling
	pristine, many int                  // examples
	sample         gradientSample
	images, labels *tensors.Tensor // of the sample

	// table holds, for each of the first steps, whether it was evaluated, and ⟨g, g^p⟩ and ⟨g, g^c⟩, exactly, of the
	// sample and of its null worlds. It is kept by step, not as a running sum: evaluating a step again changes nothing.
	table []float64
}

// tableColumns is how many numbers a step has in the table.
const tableColumns = 1 + 2*(1+1+nullWorlds)

// prepareGradients makes ready for measuring; the computations are compiled when first called.
func (e *mlp) prepareGradients() (err error) {
	noise := e.problem.Noise
	m := &gradients{many: len(noise.Given), pristine: noise.PristineCount(), table: make([]float64, contributionSteps*tableColumns)}
	m.sample = newGradientSample(e.sizes, m.many, noise.Corrupt)
	e.gradients = m
	if m.sum, err = graph.NewExec(e.backend, e.sumGraph); err != nil {
		return err
	}
	if m.products, err = graph.NewExec(e.backend, e.productsGraph); err != nil {
		return err
	}
	m.entries, err = graph.NewExec(e.backend, e.sampleGraph)
	return err
}

// measureGradients adds the values of [MeasureGradients] at the current weights.
func (e *mlp) measureGradients(ctx context.Context, into map[string]float64) error {
	if e.gradients == nil {
		return nil
	}
	e.gradientSlabs()
	m := e.gradients
	layers, energies, err := e.groupGradients(ctx)
	if err != nil {
		return err
	}
	worlds, err := e.sampledGroups()
	if err != nil {
		return err
	}
	set := func(name string, v float64) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			into[name] = v
		}
	}
	corrupt := m.many - m.pristine
	both := m.pristine > 0 && corrupt > 0

	// g is of the sums over the examples; the mean loss has 1/N of it.
	var g coherence.Groups
	var total [2]float64 // Σ_e ‖∇ℓ_e‖² of pristine and of corrupt examples
	for l, layer := range layers {
		g = g.Plus(layer)
		total[0] += energies[0][l]
		total[1] += energies[1][l]
		set(fmt.Sprintf("coherence_layer_%d", l), coherence.Energy{Sum2: layer.Norm2(), Total: energies[0][l] + energies[1][l]}.MCoherence())
		if both {
			fp, _ := layer.F()
			set(fmt.Sprintf("fp_layer_%d", l), fp)
		}
	}
	n := float64(m.many)
	set("gradient_norm2", g.Norm2()/n/n)
	set("example_norm2", (total[0]+total[1])/n)
	set("coherence", coherence.Energy{Sum2: g.Norm2(), Total: total[0] + total[1]}.MCoherence())
	if !both {
		return nil
	}
	set("coherence_pristine", coherence.Energy{Sum2: g.PP, Total: total[0]}.MCoherence())
	set("coherence_corrupt", coherence.Energy{Sum2: g.CC, Total: total[1]}.MCoherence())

	names := []string{"", "_sample"}
	for k := range nullWorlds {
		names = append(names, fmt.Sprintf("_null_%d", k+1))
	}
	all := append([]coherence.Groups{g.Scaled(1 / n)}, worlds...)
	m.note(e.step, all)
	inSample, corruptInSample := m.sample.sizes()
	for w, name := range names {
		p, c := m.pristine, corrupt
		if w > 0 {
			p, c = inSample, corruptInSample
		}
		if p == 0 || c == 0 {
			continue
		}
		fp, fc := all[w].F()
		set("fp"+name, fp)
		if w < 2 { // in a null world it is left to the reader: 1 − fp
			set("fc"+name, fc)
		}
		if ip, ic, ok := m.contributed(e.step, w, p, c); ok {
			set("ip"+name, ip)
			set("ic"+name, ic)
		}
	}
	return nil
}

// note keeps the contributions at a step.
func (m *gradients) note(step int, worlds []coherence.Groups) {
	if step >= contributionSteps {
		return
	}
	row := m.table[step*tableColumns:][:tableColumns]
	row[0] = 1
	for w, g := range worlds {
		row[1+2*w], row[2+2*w] = g.Pristine(), g.Corrupt()
	}
}

// contributed is i^p and i^c of a world up to a step; false where it isn't defined: later than the first steps, or if one
// of them wasn't evaluated.
func (m *gradients) contributed(step, world, p, c int) (ip, ic float64, ok bool) {
	if step >= contributionSteps {
		return 0, 0, false
	}
	for t := 0; t <= step; t++ {
		row := m.table[t*tableColumns:][:tableColumns]
		if row[0] == 0 {
			return 0, 0, false
		}
		ip += row[1+2*world] / float64(p)
		ic += row[2+2*world] / float64(c)
	}
	return ip, ic, true
}

// groupGradients sums the gradients of all training examples in their two groups: the products of the sums by layer, and
// Σ_e ‖∇ℓ_e‖² by group and layer.
func (e *mlp) groupGradients(ctx context.Context) (layers []coherence.Groups, energies [2][]float64, err error) {
	m := e.gradients
	var sums [2][]*tensors.Tensor
	defer func() {
		for _, list := range sums {
			for _, t := range list {
				t.MustFinalizeAll()
			}
		}
	}()
	for group := range sums {
		for _, p := range e.params {
			sums[group] = append(sums[group], tensors.FromFlatDataAndDimensions(make([]float64, p.Shape().Size()), p.Shape().Dimensions...))
		}
		energies[group] = make([]float64, len(e.params)/2)
		for i, s := range m.groups[group] {
			if err := ctx.Err(); err != nil {
				return nil, energies, err
			}
			args := []any{s.images, s.labels, m.weights[group][i]}
			for _, p := range e.params {
				args = append(args, p)
			}
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

// sampledGroups is the paper's estimate: the groups of the sampled entries, with the 1/N of the mean loss, in the real
// world and in the null worlds.
func (e *mlp) sampledGroups() ([]coherence.Groups, error) {
	m := e.gradients
	args := []any{m.images, m.labels}
	for _, p := range e.params {
		args = append(args, p)
	}
	out, err := m.entries.Call(args...)
	if err != nil {
		return nil, err
	}
	n := len(m.sample.examples)
	rows := make([][]float64, n)
	for _, t := range out {
		values, err := tensors.CopyFlatData[float32](t) // [entries, n]
		if err != nil {
			return nil, err
		}
		t.MustFinalizeAll()
		for i, v := range values {
			rows[i%n] = append(rows[i%n], float64(v)/float64(m.many))
		}
	}
	var list []coherence.Groups
	for _, world := range m.sample.worlds {
		g, err := coherence.GroupsOfRows(rows, world)
		if err != nil {
			return nil, err
		}
		list = append(list, g)
	}
	return list, nil
}

// gradientSlabs puts the examples on the device, group by group, once.
func (e *mlp) gradientSlabs() {
	m := e.gradients
	if m.images != nil {
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
	for group, list := range members {
		for some := range slices.Chunk(list, slabSize) {
			images, labels := e.examples(some, slabSize)
			weights := make([]float32, slabSize)
			for i := range some {
				weights[i] = 1
			}
			m.groups[group] = append(m.groups[group], slab{images: images, labels: labels, count: len(some)})
			m.weights[group] = append(m.weights[group], tensors.FromFlatDataAndDimensions(weights, slabSize))
		}
	}
	m.images, m.labels = e.examples(m.sample.examples, len(m.sample.examples))
}

// examples copies training examples, with their labels as trained on, with room for size of them.
func (e *mlp) examples(list []int32, size int) (images, labels *tensors.Tensor) {
	features := e.problem.Set.Features()
	pixels, given := make([]uint8, size*features), make([]int32, size)
	for i, example := range list {
		copy(pixels[i*features:(i+1)*features], e.problem.Set.Train.Pixels[int(example)*features:])
		given[i] = int32(e.problem.Noise.Given[example])
	}
	return tensors.FromFlatDataAndDimensions(pixels, size, features), tensors.FromFlatDataAndDimensions(given, size)
}

// restoreContributions takes the table out of a state. A run that was begun with measuring goes on with it; one that
// was begun without can't be measured from the middle on.
func (e *mlp) restoreContributions(state map[string]Array) error {
	array, ok := state[stateContributions]
	switch {
	case !ok && e.gradients == nil:
		return nil
	case !ok:
		return fmt.Errorf("the run was begun without measuring gradients")
	case e.gradients == nil:
		if err := e.prepareGradients(); err != nil {
			return err
		}
	}
	data, ok := array.Data.([]float64)
	if !ok || len(data) != len(e.gradients.table) {
		return fmt.Errorf("%s of the state does not fit %d steps of %d numbers", stateContributions, contributionSteps, tableColumns)
	}
	copy(e.gradients.table, data)
	return nil
}

func (m *gradients) close() {
	if m == nil {
		return
	}
	for _, exec := range []*graph.Exec{m.sum, m.products, m.entries} {
		if exec != nil {
			exec.Finalize()
		}
	}
	for group := range m.groups {
		for i, s := range m.groups[group] {
			s.images.MustFinalizeAll()
			s.labels.MustFinalizeAll()
			m.weights[group][i].MustFinalizeAll()
		}
	}
	if m.images != nil {
		m.images.MustFinalizeAll()
		m.labels.MustFinalizeAll()
	}
}
