// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import "github.com/gomlx/gomlx/core/graph"

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
	d, method, _ := r.demand(params[0].Len())
	return pieces(params, d, options{method, r.Tile}, func(s sample, method Method) *graph.Node { return medianOf(s, method) })
}

func (r Median) demand(m int) (demand, Method, bool) { return medianDemand(m), r.Method, m > 2 }

func medianDemand(m int) demand {
	if m%2 == 1 {
		return demand{m: m, low: (m + 1) / 2, each: 2}
	}
	return demand{m: m, low: m / 2, high: m / 2, each: 2}
}

func medianOf(examples sample, method Method) *graph.Node {
	m := examples.Len()
	if m <= 2 {
		return examples.Mean()
	}
	d := medianDemand(m)
	var middle []*graph.Node
	switch d.choose(method, examples.Mean().Graph()) {
	case Counting:
		ranks := []int{m / 2}
		if m%2 == 0 {
			ranks = []int{m/2 - 1, m / 2}
		}
		middle = orderStatistics(blocksOf(examples), ranks)
	case Sides:
		lower, upper := boundsBySides(blocksOf(examples), m/2)
		middle = []*graph.Node{lower, upper}
	default:
		network := d.network()
		values := emit(network, examples)
		middle = []*graph.Node{values[network.LowBound]}
		if m%2 == 0 {
			middle = append(middle, values[network.HighBound])
		}
		middle[0] = withNaN(middle[0], values[:m]...)
	}
	if len(middle) == 1 {
		return narrow(middle[0], examples.Mean().DType())
	}
	return narrow(meanOf(middle), examples.Mean().DType())
}
