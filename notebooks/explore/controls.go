// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/train"
	"coherentgradients/datasets"
)

// Controls are where the sliders and menus stand.
type Controls struct {
	Dataset, Net, Rule string
	Length             int     // steps of the run
	Noise, C           float64 // share of label noise; percentage clamped or cut on each side
	At                 int     // place on the run's schedule that is looked at, from 0
}

// choices are what the sliders and menus offer, in their order.
type choices struct {
	datasets, nets, rules []string
	lengths               []int
	noises, cs            []float64
}

// offer lists what is there to choose from: the usual values, those of the records, and those of the start.
func offer(start record.Spec, known []record.Spec) choices {
	c := choices{
		datasets: append(datasets.Names(), "mnist-6000"), // of which a run is short
		nets:     []string{"256,256,256", "2048", "256", "64"},
		rules:    train.Rules(),
		lengths:  []int{300, 1500, 3000, 10_000, 60_000},
		noises:   []float64{0, 0.1, 0.25, 0.35, 0.5, 0.65, 0.75, 0.9, 1},
		cs:       []float64{0, 1, 2, 3, 4, 6, 8, 12},
	}
	for _, s := range append([]record.Spec{start}, known...) {
		c.datasets = with(c.datasets, s.Dataset)
		c.nets = with(c.nets, netName(s.Hidden))
		c.lengths = with(c.lengths, s.Steps)
		c.noises = with(c.noises, s.Noise)
		c.cs = with(c.cs, s.C)
	}
	slices.Sort(c.lengths)
	slices.Sort(c.noises)
	slices.Sort(c.cs)
	return c
}

// with appends what is not in a list yet.
func with[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// controlsOf puts the sliders and menus where a spec has them, at its last step.
func controlsOf(s record.Spec) Controls {
	c := Controls{Dataset: s.Dataset, Net: netName(s.Hidden), Rule: s.Aggregator, Length: s.Steps, Noise: s.Noise, C: s.C}
	if c.Rule == record.AggregatorMean {
		c.Rule = record.AggregatorWinsorize // c = 0 is plain SGD: the slider stays of use
	}
	c.At = len(record.Schedule(c.Length)) - 1
	return c
}

// spec is the run that the controls ask for, with all else as the paper has it, and the seed of base.
func (c Controls) spec(base record.Spec) (record.Spec, error) {
	s := base
	hidden, err := parseNet(c.Net)
	if err != nil {
		return s, err
	}
	s.Dataset, s.Hidden, s.Aggregator, s.Steps, s.Noise, s.C = c.Dataset, hidden, c.Rule, c.Length, c.Noise, c.C
	if !usesC(c.Rule) {
		s.C = 0
	}
	s = s.Normalized()
	return s, s.Validate()
}

// usesC tells the rules for which c means something.
func usesC(rule string) bool {
	return rule == record.AggregatorWinsorize || rule == record.AggregatorTrimmedMean
}

// netName is a net's hidden layers as the menu has them.
func netName(hidden []int) string {
	words := make([]string, len(hidden))
	for i, width := range hidden {
		words[i] = strconv.Itoa(width)
	}
	return strings.Join(words, ",")
}

// parseNet reads a netName; an empty one is a linear classifier.
func parseNet(name string) ([]int, error) {
	var hidden []int
	for word := range strings.SplitSeq(name, ",") {
		if name == "" {
			break
		}
		width, err := strconv.Atoi(word)
		if err != nil {
			return nil, fmt.Errorf("net = %q: must be widths such as 256,256,256", name)
		}
		hidden = append(hidden, width)
	}
	return hidden, nil
}
