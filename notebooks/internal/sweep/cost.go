// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"math"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
)

// Cost is what a run is expected to take, in units that only compare: about floating-point operations of a plain step.
// It balances shards and weighs runs for the time left, so it must be a function of the spec alone, and being off by a
// fifth does little harm. Its numbers were fitted to XLA on a CPU: a step with c = 1, 2, 4 and 8 takes 2.8, 3.1, 3.5
// and
// 4.2 times a plain one.
func Cost(s record.Spec) float64 {
	s = s.Normalized()
	const (
		start   = 2e11 // starting a process, reading the data, compiling: a few seconds
		forward = 2    // operations for each weight and example to predict, a third of what a step takes
	)
	inputs, examples := sizes(s.Dataset)
	weights, before := 0.0, inputs
	for _, width := range append(s.Hidden, 10) {
		weights += before * float64(width)
		before = float64(width)
	}
	m := float64(s.Batch)
	step := 3 * forward * m * weights
	if s.Aggregator != record.AggregatorMean {
		step += weights * rulePerWeight(s)
	}
	evaluations := float64(len(s.Evaluated()))
	return start + float64(s.Steps)*step + evaluations*forward*examples*weights
}

// rulePerWeight is what a rule other than the mean adds for each weight: the per-example gradients, and a network of
// minima and maxima that brings out the k smallest and k largest of m values, of which there are about 1.4 + 1.7 k for
// each value, and never more than sorting all of them takes.
func rulePerWeight(s record.Spec) float64 {
	m := float64(s.Batch)
	k := math.Ceil(s.C*m/100) + 1
	if s.C == 0 { // a rule that knows no c: of middling cost
		k = 3
	}
	log := math.Log2(m + 1)
	return m * (7.5 + 0.7*min(1.4+1.7*k, log*log/2))
}

// sizes are the inputs of a data set's nets and the number of its examples, training and test.
func sizes(dataset string) (inputs, examples float64) {
	inputs, examples = 784, 70_000
	if about, ok := datasets.About(dataset); ok {
		inputs = float64(about.Features())
		if about.Channels == 3 {
			examples = 60_000
		}
	}
	if dataset == "cifar-10" {
		return inputs, examples
	}
	if i := strings.LastIndexByte(dataset, '-'); i >= 0 {
		if train, err := strconv.Atoi(dataset[i+1:]); err == nil && train > 0 { // the first examples of a set
			return inputs, 10_000 + float64(train)
		}
	}
	return inputs, examples
}
