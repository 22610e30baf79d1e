// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"
	"os"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/stopping"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/plots"
)

// StoppingCell is a data set and a label noise at which rules are compared that say when to stop; see record.Stopping
// and the claim S1.
type StoppingCell struct {
	Dataset string
	Noise   record.StoppingNoise
	Records []*record.Record // one a seed, of those there are
}

// Text is for people: "mnist-6000, 25 %".
func (c StoppingCell) Text() string { return c.Dataset + ", " + c.Noise.Text }

// StoppingCells are the cells with the records that there are, set after set. Records are never trained here but in the
// modes quick and full, as they take a minute each; how many there are it says in one line. In quick mode there is one
// small cell.
func StoppingCells() []StoppingCell {
	var cells []StoppingCell
	found, asked := 0, 0
	for _, c := range stoppingPlan() {
		records := c.find()
		asked += len(c.specs)
		found += len(records)
		c.Records = records
		cells = append(cells, c.StoppingCell)
	}
	sayFound(os.Stdout, found, asked, "sweep --paper stopping")
	return cells
}

// plannedCell is a cell with the runs that belong to it.
type plannedCell struct {
	StoppingCell
	specs []record.Spec
}

func stoppingPlan() (plan []plannedCell) {
	if Mode() == place.Quick {
		n := record.StoppingNoises()[2]
		s := record.Stopping(Dataset()+"-2000", n.Share, n.Kind)
		if Dataset() == "glyphs" {
			s.Dataset, s.Hidden = "glyphs-500", []int{32, 32}
		}
		s.Steps = 2000
		return []plannedCell{{StoppingCell{Dataset: s.Dataset, Noise: n}, []record.Spec{s.Normalized()}}}
	}
	for _, set := range record.StoppingSets() {
		for _, n := range record.StoppingNoises() {
			c := plannedCell{StoppingCell: StoppingCell{Dataset: set, Noise: n}}
			for _, s := range record.StoppingRuns() {
				if s.Dataset == set && s.Noise == n.Share && s.NoiseKind == n.Kind {
					c.specs = append(c.specs, s)
				}
			}
			plan = append(plan, c)
		}
	}
	return plan
}

// find loads a cell's records, or makes them in the modes that do.
func (c plannedCell) find() []*record.Record {
	if mode := Mode(); mode == place.Quick || mode == place.Full {
		return trainAll(record.MeasureSignals, c.specs)
	}
	store, err := place.OpenStore("")
	must(err)
	return findIn(store, os.Stdout, record.MeasureSignals, c.specs)
}

// Signals is a run as rules look at it.
func Signals(r *record.Record) stopping.Run {
	var steps []float64
	for _, e := range r.Evaluations {
		steps = append(steps, float64(e.Step))
	}
	return stopping.Run{Steps: steps, Right: r.Spec.Right(), Column: func(name string) []float64 { return aligned(r, name) }}
}

// aligned is a column with a value for each evaluation, NaN where there is none.
func aligned(r *record.Record, name string) []float64 {
	var values []float64
	for _, e := range r.Evaluations {
		v, ok := e.Value(name)
		if !ok {
			v = math.NaN()
		}
		values = append(values, v)
	}
	return values
}

// BarsCaption is the caption of bars over the seeds of some cells.
func BarsCaption(what string, cells []StoppingCell) plots.Meta {
	var all []*record.Record
	most, fewest := 0, math.MaxInt
	for _, c := range cells {
		all = append(all, c.Records...)
		most, fewest = max(most, len(c.Records)), min(fewest, len(c.Records))
	}
	words := fmt.Sprintf("medians of %d seeds, with their range", most)
	switch {
	case most == 1 && fewest == 1:
		words = "one seed"
	case fewest < most:
		words = fmt.Sprintf("medians of %d to %d seeds, with their range", fewest, most)
	}
	return metaWith(what, words, all...)
}
