// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/gomlx/core/graph"
)

// clamped is what clamping a coordinate's m values to two percentiles gives.
type clamped struct {
	lower, upper *graph.Node // the percentiles l and u
	sum          *graph.Node // Σ_b clip(g_b, l, u)
}

// clamp builds a selection network on the examples and clamps them to its bounds, one of which at least is none of the
// extremes.
//
// fast takes m times the mean and replaces the tails in it:
//
//	Σ clip(g, l, u) = Σ g − Σ(low tail) − Σ(high tail) + |low tail|·l + |high tail|·u.
//
// exact adds up the clamped values.
func clamp(examples sample, low, high bound, exact bool) clamped {
	m := examples.Len()
	network := selection.Extremes(m, low.needs(), high.needs())
	if low.fraction > 0 || high.fraction > 0 {
		network = selection.Ordered(m, low.needs(), high.needs())
	}
	values := emit(network, examples)
	lower, lowTail := low.pick(values, network.Low, network.LowBound)
	upper, highTail := high.pick(values, network.High, network.HighBound)
	c := clamped{lower: lower, upper: upper}
	if exact {
		inside := make([]*graph.Node, m)
		for b, value := range values[:m] {
			inside[b] = graph.Min(graph.Max(value, lower), upper)
		}
		c.sum = sumAll(inside)
		return c
	}
	added := graph.Add(graph.MulScalar(lower, float64(len(lowTail))), graph.MulScalar(upper, float64(len(highTail))))
	removed := graph.Add(sumAll(lowTail), sumAll(highTail))
	c.sum = graph.Add(graph.MulScalar(examples.Mean(), float64(m)), graph.Sub(added, removed))
	return c
}

// pick returns a bound's value, and the values at or beyond it.
func (b bound) pick(values []*graph.Node, numbers []int, last int) (value *graph.Node, tail []*graph.Node) {
	picked := selection.Pick(values, numbers)
	if b.fraction == 0 {
		return values[last], picked
	}
	// numbers are in order then: the last two are the neighbours.
	at, next := picked[b.index], picked[b.index+1]
	return graph.Add(at, graph.MulScalar(graph.Sub(next, at), b.fraction)), picked[:b.index+1]
}

// emit writes a network's operations into the graph of the examples and returns every value, by number: the m examples
// first. XLA fuses the whole of it, the examples' outer products included, into one loop over the coordinates.
func emit(network *selection.Network, examples sample) []*graph.Node {
	values := make([]*graph.Node, examples.Len(), examples.Len()+network.Size())
	for b := range values {
		values[b] = examples.Example(b)
	}
	for _, op := range network.Ops {
		if op.Kind == selection.Min {
			values = append(values, graph.Min(values[op.A], values[op.B]))
		} else {
			values = append(values, graph.Max(values[op.A], values[op.B]))
		}
	}
	return values
}

// sumAll adds values up as a balanced tree, so that the rounding error grows with the logarithm of their number only.
func sumAll(values []*graph.Node) *graph.Node {
	for len(values) > 1 {
		next := make([]*graph.Node, 0, (len(values)+1)/2)
		for i := 0; i+1 < len(values); i += 2 {
			next = append(next, graph.Add(values[i], values[i+1]))
		}
		if len(values)%2 == 1 {
			next = append(next, values[len(values)-1])
		}
		values = next
	}
	return values[0]
}
