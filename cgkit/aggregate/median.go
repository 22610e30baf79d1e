// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/aggregate/internal/layout"
	"coherentgradients/cgkit/aggregate/internal/order"

	"github.com/gomlx/gomlx/core/graph"
)

// Median is the median of every coordinate for itself; for even m the mean of the two middle values.
//
//	m = 1, 2               the mean
//	NaN among the values   NaN in that coordinate
//	±Inf                   harmless while they are fewer than half; half of them on each side give NaN
//	±0                     equal: which of them comes out is not stated
//	any finite numbers     a finite median
//	subnormal numbers      on XLA's CPU backend 0 or what they are, see [Method]
//
// It costs a selection network of half of the values on each side, several times a winsorized step, and where that is
// too large for XLA (from about 150 examples on, or 260 where it is tuned) a counting, see [Method].
type Median struct {
	Method Method
	Tile   int // see [Params]
}

var _ Aggregator = Median{}

func init() {
	Register("median", func(p Params) (Rule, error) { return Median{Method: p.Method, Tile: p.Tile}, nil })
}

// Name is "median".
func (Median) Name() string { return "median" }

// Check accepts every m from 1 up.
func (Median) Check(m int) error { return checkBatch("median", m, 1) }

// Laws of the median.
func (Median) Laws() Laws {
	return Laws{Permutation: true, Translation: true, Scale: true, Range: true, Breakdown: func(m int) int { return (m - 1) / 2 }}
}

// Directions are the medians.
func (r Median) Directions(params []Examples) []*graph.Node {
	options := layout.Options{Method: r.Method, Tile: r.Tile}
	return layout.Apply(params, order.MedianDemand(params[0].Len()), options, order.Median)
}

func (r Median) demand(m int) (d order.Demand, by Method, ok bool) {
	return order.MedianDemand(m), r.Method, m > 2
}
