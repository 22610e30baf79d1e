// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import (
	"coherentgradients/cgkit/aggregate/internal/arith"
	"coherentgradients/cgkit/aggregate/internal/sample"

	"github.com/gomlx/gomlx/core/graph"
)

// MedianDemand is what the median asks of a sample of m.
func MedianDemand(m int) Demand {
	if m%2 == 1 {
		return Demand{M: m, Low: (m + 1) / 2, each: 2}
	}
	return Demand{M: m, Low: m / 2, High: m / 2, each: 2}
}

// Median is the median in every coordinate: the middle value, or the mean of the two middle ones.
func Median(examples sample.Sample, method Method) *graph.Node {
	m := examples.Len()
	if m <= 2 {
		return examples.Mean()
	}
	d := MedianDemand(m)
	var middle []*graph.Node
	switch d.choose(method, examples.Mean().Graph()) {
	case Counting:
		ranks := []int{m / 2}
		if m%2 == 0 {
			ranks = []int{m/2 - 1, m / 2}
		}
		middle = orderStatistics(sample.BlocksOf(examples), ranks)
	case Sides:
		lower, upper := boundsBySides(sample.BlocksOf(examples), m/2)
		middle = []*graph.Node{lower, upper}
	default:
		network := d.network()
		values := emit(network, examples)
		middle = []*graph.Node{values[network.LowBound]}
		if m%2 == 0 {
			middle = append(middle, values[network.HighBound])
		}
		middle[0] = arith.WithNaN(middle[0], values[:m]...)
	}
	if len(middle) == 1 {
		return arith.Narrow(middle[0], examples.Mean().DType())
	}
	return arith.Narrow(arith.Mean(middle), examples.Mean().DType())
}
