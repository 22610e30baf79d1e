// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import (
	"coherentgradients/cgkit/aggregate/internal/arith"
	"coherentgradients/cgkit/aggregate/internal/sample"
	"coherentgradients/cgkit/internal/halves"
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// CountOutside is how many values of all coordinates together lie beyond the limits, a scalar, and how many there are.
// Values equal to a limit do not lie beyond it, and a NaN is beyond none.
func (l Limits) CountOutside(values sample.Sample, method Method) (outside *graph.Node, all int) {
	m := values.Len()
	all = m * values.Mean().Shape().Size()
	found := l.find(values, method, 5)
	if b := found.blocks; b != nil {
		zeros := graph.ZerosLike(arith.Widen(found.lower))
		counts := b.Fold([]*graph.Node{zeros}, []*graph.Node{found.lower, found.upper}, func(acc, values, limits []*graph.Node) []*graph.Node {
			return []*graph.Node{graph.Add(acc[0], arith.Sum(outsideOf(values, limits[0], limits[1])))}
		})
		return graph.ReduceAllSum(counts[0]), all
	}
	return graph.ReduceAllSum(sample.Apart(arith.Sum(outsideOf(found.values, found.lower, found.upper)))[0]), all
}

// CountBySide is CountOutside for groups of examples, booleans [m], each side for itself: below the lower limit and
// above the upper one, float64 scalars.
func (l Limits) CountBySide(values sample.Sample, method Method, groups []*graph.Node) [][2]*graph.Node {
	found := l.find(values, method, 4+6*len(groups))
	counts := make([][2]*graph.Node, len(groups))
	for k, members := range groups {
		var low, high *graph.Node
		if b := found.blocks; b != nil {
			zeros := graph.ZerosLike(arith.Widen(found.lower))
			sides := b.Among(members).Fold([]*graph.Node{zeros, zeros}, []*graph.Node{found.lower, found.upper},
				func(acc, values, limits []*graph.Node) []*graph.Node {
					low, high := sidesOf(values, limits[0], limits[1], nil)
					return []*graph.Node{graph.Add(acc[0], low), graph.Add(acc[1], high)}
				})
			low, high = sides[0], sides[1]
		} else {
			low, high = sidesOf(found.values, found.lower, found.upper, members)
			apart := sample.Apart(low, high)
			low, high = apart[0], apart[1]
		}
		// A coordinate's count has its place in float32, that of all has not.
		counts[k] = [2]*graph.Node{graph.ReduceAllSum(graph.ConvertDType(low, dtypes.Float64)),
			graph.ReduceAllSum(graph.ConvertDType(high, dtypes.Float64))}
	}
	return counts
}

// found is the limits of a sample, and its values: in blocks where those are not nil, else one by one.
type found struct {
	lower, upper *graph.Node
	blocks       *sample.Blocks
	values       []*graph.Node
}

// find takes the limits out of a sample; each is how many operations are to follow on every value.
func (l Limits) find(values sample.Sample, method Method, each int) found {
	m := values.Len()
	d := l.Demand(m, Fast)
	d.each, d.sums = each, false
	if method := d.choose(method, values.Mean().Graph()); method != Networks {
		b := sample.BlocksOf(values)
		lower, upper := l.loopValues(b, method)
		return found{lower: lower, upper: upper, blocks: &b}
	}
	network := selection.Ordered(m, d.Low, d.High)
	made := emit(network, values)
	lower, _ := l.Low.pick(made, network.Low, network.LowBound)
	upper, _ := l.High.pick(made, network.High, network.HighBound)
	return found{lower: lower, upper: upper, values: made[:m]}
}

// outsideOf is 1 for each value beyond the limits, 0 for the others, in a type that counts far enough.
func outsideOf(values []*graph.Node, lower, upper *graph.Node) []*graph.Node {
	list := make([]*graph.Node, len(values))
	for b, value := range values {
		list[b] = one(graph.LogicalOr(graph.LessThan(value, lower), graph.GreaterThan(value, upper)), value)
	}
	return list
}

// sidesOf is, in each coordinate, how many values lie below and above, of the members where these are given.
func sidesOf(values []*graph.Node, lower, upper, members *graph.Node) (low, high *graph.Node) {
	below, above := make([]*graph.Node, len(values)), make([]*graph.Node, len(values))
	for b, value := range values {
		isBelow, isAbove := graph.LessThan(value, lower), graph.GreaterThan(value, upper)
		if members != nil {
			in := sample.StoredExample(members, b)
			isBelow, isAbove = graph.LogicalAnd(isBelow, in), graph.LogicalAnd(isAbove, in)
		}
		below[b], above[b] = one(isBelow, value), one(isAbove, value)
	}
	return arith.Sum(below), arith.Sum(above)
}

// one is 1 where a condition on a value holds.
func one(condition, value *graph.Node) *graph.Node {
	return graph.ConvertDType(condition, halves.SumType(value.DType()))
}
