// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// contributionSteps is for how many steps i^p and i^c are followed: those that are evaluated one by one.
const contributionSteps = 10

// stateContributions names the table of contributions in a state; a state without it is of a run that is not measured.
const stateContributions = "gradient_contributions"

// gradients is what [record.MeasureGradients] adds to an engine, or [record.MeasureCoherence].
type gradients struct {
	*groupSums
	entries *model.Exec // nil where there is no sample
	short   bool        // of what agrees alone: record.MeasureCoherence

	sample         *gradientSample // the paper's estimate; nil for models that are no dense nets
	inputs, labels *tensors.Tensor // of the sample

	// table holds, for each of the first steps, whether it was evaluated, and ⟨g, g^p⟩ and ⟨g, g^c⟩, exactly, of the
	// sample and of its null worlds. It is kept by step, not as a running sum: evaluating a step again changes nothing.
	table []float64
}

// worlds is how many columns of contributions there are: exactly, of the sample, and of its null worlds.
const worlds = 1 + 1 + nullWorlds

// tableColumns is how many numbers a step has in the table.
const tableColumns = 1 + 2*worlds

// notFollowed stands in the table, in place of 0 or 1, where contributions are not followed.
const notFollowed = -1

// prepareGradients makes ready for measuring; the computations are compiled when first called.
func (e *engine) prepareGradients() (err error) {
	if err := e.prepareSums(); err != nil {
		return err
	}
	m := &gradients{groupSums: e.sums, table: make([]float64, contributionSteps*tableColumns)}
	m.short = e.problem.Measure.Asks(record.MeasureCoherence) && !e.problem.Measure.Asks(record.MeasureGradients)
	if m.short {
		m.table[0] = notFollowed
	}
	if !m.short && e.hasSample() {
		m.sample = newGradientSample(e.sampleShapes(), m.many, e.problem.Noise.Corrupt)
		if m.entries, err = model.NewExec(e.backend, e.store, e.entriesGraph); err != nil {
			return err
		}
	}
	e.gradients = m
	return nil
}

// measureGradients adds the values of [record.MeasureGradients] at the current weights.
func (e *engine) measureGradients(ctx context.Context, into map[string]float64) error {
	if e.gradients == nil {
		return nil
	}
	m := e.gradients
	layers, energies, err := e.groupGradients(ctx)
	if err != nil {
		return err
	}
	set := func(name string, v float64) { setFinite(into, name, v) }
	if m.short {
		set = func(name string, v float64) { setFinite(into, name, significant(v, 7)) }
	}
	corrupt := m.many - m.pristine
	both := m.pristine > 0 && corrupt > 0

	// g is of the sums over the examples; the mean loss has 1/N of it.
	var g coherence.Groups
	var total [2]float64 // Σ_e ‖∇ℓ_e‖² of pristine and of corrupt examples
	n := float64(m.many)
	for l, part := range layers {
		g = g.Plus(part)
		total[0] += energies[0][l]
		total[1] += energies[1][l]
		name := "_layer_" + m.layers[l].name
		ofLayer := [2]float64{energies[0][l], energies[1][l]}
		set("coherence"+name, coherence.Energy{Sum2: part.Norm2(), Total: ofLayer[0] + ofLayer[1]}.MCoherence())
		set("example_norm2"+name, (ofLayer[0]+ofLayer[1])/n)
		if both && !m.short {
			fp, _ := part.F()
			set("fp"+name, fp)
			setGroups(set, name, part, ofLayer)
		}
	}
	set("gradient_norm2", g.Norm2()/n/n)
	set("example_norm2", (total[0]+total[1])/n)
	set("coherence", coherence.Energy{Sum2: g.Norm2(), Total: total[0] + total[1]}.MCoherence())
	if !both {
		return nil
	}
	if m.short {
		set("coherence_pristine", coherence.Energy{Sum2: g.PP, Total: total[0]}.MCoherence())
		set("coherence_corrupt", coherence.Energy{Sum2: g.CC, Total: total[1]}.MCoherence())
		return nil
	}
	setGroups(set, "", g, total)

	names := []string{""}
	all := []coherence.Groups{g.Scaled(1 / n)}
	if m.sample != nil {
		if m.inputs == nil {
			list := m.sample.examples
			m.inputs, m.labels = e.feed.gather(e.problem.Set.Train, e.feed.given, list, len(list))
		}
		sampled, err := e.sampledGroups()
		if err != nil {
			return err
		}
		all = append(all, sampled...)
		names = append(names, "_sample")
		for k := range nullWorlds {
			names = append(names, fmt.Sprintf("_null_%d", k+1))
		}
	}
	m.note(e.step, all)
	for w, name := range names {
		p, c := m.pristine, corrupt
		if w > 0 {
			p, c = m.sample.sizes()
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

func (m *gradients) state() run.Array {
	return run.Array{Shape: []int{contributionSteps, tableColumns}, Data: slices.Clone(m.table)}
}

// restoreContributions takes the table out of a state. A run that was begun with measuring goes on with it; one that
// was begun without can't be measured from the middle on.
func (e *engine) restoreContributions(state map[string]run.Array) error {
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
	if m := e.problem.Measure; !m.Asks(record.MeasureGradients) && !m.Asks(record.MeasureCoherence) {
		e.gradients.short = data[0] == notFollowed // it goes on as it was begun
	}
	return nil
}

// significant rounds to so many significant digits.
func significant(v float64, digits int) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64)
	if err != nil {
		return v // too large when rounded
	}
	return rounded
}

func (m *gradients) close() {
	if m == nil {
		return
	}
	finalizeAll(m.entries)
	if m.inputs != nil {
		m.inputs.MustFinalizeAll()
		m.labels.MustFinalizeAll()
	}
}
