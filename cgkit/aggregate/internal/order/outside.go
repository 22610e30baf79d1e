// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import (
	"coherentgradients/cgkit/aggregate/internal/arith"
	"coherentgradients/cgkit/aggregate/internal/sample"
	"coherentgradients/cgkit/internal/halves"
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/gomlx/core/graph"
)

// CountOutside is how many values of all coordinates together lie beyond the limits, a scalar, and how many there are.
// Values equal to a limit do not lie beyond it, and a NaN is beyond none.
func (l Limits) CountOutside(values sample.Sample, method Method) (outside *graph.Node, all int) {
	m := values.Len()
	mean := values.Mean()
	all = m * mean.Shape().Size()
	d := l.Demand(m, Fast)
	d.each, d.sums = 5, false
	if method := d.choose(method, mean.Graph()); method != Networks {
		b := sample.BlocksOf(values)
		lower, upper := l.loopValues(b, method)
		zeros := graph.ZerosLike(arith.Widen(lower))
		counts := b.Fold([]*graph.Node{zeros}, []*graph.Node{lower, upper}, func(acc, values, limits []*graph.Node) []*graph.Node {
			return []*graph.Node{graph.Add(acc[0], arith.Sum(outsideOf(values, limits[0], limits[1])))}
		})
		return graph.ReduceAllSum(counts[0]), all
	}
	network := selection.Ordered(m, d.Low, d.High)
	made := emit(network, values)
	lower, _ := l.Low.pick(made, network.Low, network.LowBound)
	upper, _ := l.High.pick(made, network.High, network.HighBound)
	return graph.ReduceAllSum(arith.Sum(outsideOf(made[:m], lower, upper))), all
}

// outsideOf is 1 for each value beyond the limits, 0 for the others, in a type that counts far enough.
func outsideOf(values []*graph.Node, lower, upper *graph.Node) []*graph.Node {
	list := make([]*graph.Node, len(values))
	for b, value := range values {
		beyond := graph.LogicalOr(graph.LessThan(value, lower), graph.GreaterThan(value, upper))
		list[b] = graph.ConvertDType(beyond, halves.SumType(value.DType()))
	}
	return list
}
