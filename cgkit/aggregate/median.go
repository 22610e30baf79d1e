// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/gomlx/core/graph"
)

// Median is the median of every coordinate for itself; for even m the mean of the two middle values.
//
//	m = 1, 2               the mean
//	NaN among the values   NaN in that coordinate
//	±Inf                   harmless while they are fewer than half
//
// It costs a selection network of half of the values on each side: several times a winsorized step.
type Median struct{}

var _ Rule = Median{}

func init() { Register("median", func(Params) (Rule, error) { return Median{}, nil }) }

// Name is "median".
func (Median) Name() string { return "median" }

// Check accepts every m from 1 up.
func (Median) Check(m int) error { return checkBatch("median", m, 1) }

// Laws of the median.
func (Median) Laws() Laws {
	return Laws{Permutation: true, Translation: true, Scale: true, Range: true, Breakdown: func(m int) int { return (m - 1) / 2 }}
}

// Directions are the medians.
func (Median) Directions(params []Examples) []*graph.Node {
	return each(params, func(p Examples) *graph.Node { return medianOf(p) })
}

func medianOf(examples sample) *graph.Node {
	m := examples.Len()
	if m <= 2 {
		return examples.Mean()
	}
	if m%2 == 1 {
		network := selection.Extremes(m, (m+1)/2, 0)
		return emit(network, examples)[network.LowBound]
	}
	network := selection.Extremes(m, m/2, m/2)
	values := emit(network, examples)
	return graph.MulScalar(graph.Add(values[network.LowBound], values[network.HighBound]), 0.5)
}
