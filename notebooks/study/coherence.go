// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// CoherenceArms are the runs over which the agreement of gradients is followed, see record.Coherence and the claims C19
// to C21 and E1: on 6,000 examples of MNIST and of Fashion-MNIST, of a small convolutional net on 2,000 of each, and on
// all of MNIST. They are named by their data set, with "cnn-" before it for the convolutional net. Go through their
// records with [Arm.Coherences].
func CoherenceArms() []Arm {
	var arms []Arm
	for _, spec := range append(record.CoherenceRuns(), record.CoherenceWholeRuns()...) {
		name := spec.Dataset
		if spec.Model != "" {
			name = spec.Model + "-" + name
		}
		i := slices.IndexFunc(arms, func(a Arm) bool { return a.Name == name })
		if i < 0 {
			i = len(arms)
			text := spec.Dataset
			if spec.Model != "" {
				text += ", convolutions"
			}
			arms = append(arms, Arm{Name: name, Text: text})
		}
		arms[i].Specs = append(arms[i].Specs, spec.Normalized())
	}
	return arms
}

// CoherenceArm is one of [CoherenceArms] by its name; an unknown one ends the cell.
func CoherenceArm(name string) Arm {
	var names []string
	for _, a := range CoherenceArms() {
		if a.Name == name {
			return a
		}
		names = append(names, a.Name)
	}
	must(fmt.Errorf("there are no runs named %q: use one of %s", name, strings.Join(names, ", ")))
	return Arm{}
}

// Coherences are the arm's finished records with what follows from them, such as alpha: see [Derive]. Like
// [Arm.Available] it trains nothing and says how many there are.
func (a Arm) Coherences() []*record.Record { return Derive(a.Available()) }

// AtNoise are the records at a level of label noise, nil ones left out.
func AtNoise(records []*record.Record, noise float64) []*record.Record {
	return byNoise(records, noise)
}

// CurveOf is a column of records that differ in their seed over the evaluated steps from one on: the median, with the
// range as a band where there are several seeds. It has no points where no record has the column.
func CurveOf(name string, role plots.Role, records []*record.Record, column string, from int) plots.Curve {
	return lineFrom(from, name, role, nonNil(records), named(column))
}

// CaptionOf is the caption of a figure whose curves are [CurveOf] of these records: what it shows, the data sets, nets
// and steps, and of how many seeds the curves are.
func CaptionOf(what string, records ...*record.Record) plots.Meta { return metaOfSeeds(what, records) }

// LayersOf lists the layers whose coherence the records have, in the order of their names.
func LayersOf(records []*record.Record) (layers []string) {
	for _, r := range records {
		if r == nil {
			continue
		}
		for _, column := range r.Columns() {
			if layer, is := strings.CutPrefix(column, "coherence_layer_"); is && !slices.Contains(layers, layer) {
				layers = append(layers, layer)
			}
		}
	}
	slices.Sort(layers)
	return layers
}
