// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/gomlx/core/graph"
)

// clampedMeans are the means of what [clampedSum] adds up; where nothing is clamped, those of all values.
func clampedMeans(params []Examples, low, high bound, exact, trim bool, o options) []*graph.Node {
	if low == (bound{}) && high == (bound{}) {
		return each(params, Examples.Mean)
	}
	m := params[0].Len()
	count := m
	if trim {
		count -= low.index + high.index
	}
	return pieces(params, demandOf(m, low, high, exact), o, func(examples sample, method Method) *graph.Node {
		return over(clampedSum(examples, low, high, exact, trim, method), float64(count))
	})
}

// clampedSum clamps a coordinate's m values to two percentiles l and u, one of which at least is none of the extremes, and
// adds them up:
//
//	Σ_b clip(g_b, l, u),
//
// without the values that clamping put at l and u if trim is set; percentiles are some of the values then.
//
// fast takes m times the mean and replaces the tails in it:
//
//	Σ clip(g, l, u) = Σ g − Σ(low tail) − Σ(high tail) + |low tail|·l + |high tail|·u.
//
// exact adds up the clamped values, as does counting, which knows no tails.
func clampedSum(examples sample, low, high bound, exact, trim bool, method Method) *graph.Node {
	m := examples.Len()
	mean := examples.Mean()
	d := demandOf(m, low, high, exact)
	way := d.choose(method, mean.Graph())
	if way == Sides && !exact {
		return clampedSumBySides(blocksOf(examples), d.low, trim, mean)
	}
	var lower, upper, sum *graph.Node
	switch {
	case way != Networks:
		b := blocksOf(examples)
		lower, upper = b.bounds(way, low, high)
		sum = b.clampTo(lower, upper)
	default:
		network := d.network()
		values := emit(network, examples)
		var lowTail, highTail []*graph.Node
		lower, lowTail = low.pick(values, network.Low, network.LowBound)
		upper, highTail = high.pick(values, network.High, network.HighBound)
		if exact {
			inside := make([]*graph.Node, m)
			for b, value := range values[:m] {
				inside[b] = graph.Min(graph.Max(value, lower), upper)
			}
			sum = sumAll(inside)
			break
		}
		added := graph.Add(times(lower, float64(len(lowTail))), times(upper, float64(len(highTail))))
		removed := graph.Add(sumAll(lowTail), sumAll(highTail))
		sum = graph.Add(times(mean, float64(m)), graph.Sub(added, removed))
	}
	if trim {
		// Clamping put low.index values at l and high.index at u: take them away again.
		sum = graph.Sub(sum, graph.Add(times(lower, float64(low.index)), times(upper, float64(high.index))))
	}
	return sum
}

func demandOf(m int, low, high bound, exact bool) demand {
	d := demand{m: m, low: low.needs(), high: high.needs(), ordered: low.fraction > 0 || high.fraction > 0, sums: !exact}
	if exact {
		d.each = 3
	}
	return d
}

// clampedSumBySides is the fast form.
func clampedSumBySides(b blocks, k int, trim bool, mean *graph.Node) *graph.Node {
	at := k // how many values stay at the bound
	if trim {
		at = 1
	}
	low, high := b.eachSide(k, func(tail []*graph.Node, bound *graph.Node) *graph.Node {
		return graph.Sub(times(bound, float64(at)), sumAll(tail))
	})
	return graph.Add(times(mean, float64(b.m)), graph.Sub(low, high))
}

// clampTo adds up the values clamped to limits that are known.
func (b blocks) clampTo(lower, upper *graph.Node) *graph.Node {
	return b.fold(graph.Zeros(b.graph(), b.shape), []*graph.Node{lower, upper}, func(acc *graph.Node, values, limits []*graph.Node) *graph.Node {
		inside := make([]*graph.Node, len(values))
		for i, value := range values {
			inside[i] = graph.Min(graph.Max(value, limits[0]), limits[1])
		}
		return graph.Add(acc, sumAll(inside))
	})
}

// bounds are the two percentiles, by [Sides] or [Counting].
func (b blocks) bounds(method Method, low, high bound) (lower, upper *graph.Node) {
	if method == Sides {
		return boundsBySides(b, low.needs())
	}
	ranks := []int{low.index, b.m - 1 - high.index}
	if low.fraction > 0 || high.fraction > 0 {
		ranks = append(ranks, min(low.index+1, b.m-1), max(b.m-2-high.index, 0))
	}
	s := orderStatistics(b, ranks)
	lower, upper = s[0], s[1]
	if low.fraction > 0 {
		lower = between(s[0], s[2], low.fraction)
	}
	if high.fraction > 0 {
		upper = between(s[1], s[3], high.fraction)
	}
	return lower, upper
}

func between(x, y *graph.Node, fraction float64) *graph.Node {
	return graph.Add(x, times(graph.Sub(y, x), fraction))
}

// pick returns a bound's value, and the values at or beyond it.
func (b bound) pick(values []*graph.Node, numbers []int, last int) (value *graph.Node, tail []*graph.Node) {
	picked := selection.Pick(values, numbers)
	if b.fraction == 0 {
		return values[last], picked
	}
	// numbers are in order then: the last two are the neighbours.
	return between(picked[b.index], picked[b.index+1], b.fraction), picked[:b.index+1]
}

// emit writes a network's operations into the graph of the examples and returns every value, by number: the m examples
// first. XLA fuses the whole of it, the examples' outer products included, into one loop over the coordinates.
func emit(network *selection.Network, examples sample) []*graph.Node {
	values := make([]*graph.Node, examples.Len(), examples.Len()+network.Size())
	for b := range values {
		values[b] = examples.Example(b)
	}
	return runNetwork(network, values)
}

// runNetwork appends what the network makes of the values.
func runNetwork(network *selection.Network, values []*graph.Node) []*graph.Node {
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
func sumAll(values []*graph.Node) *graph.Node { return tree(values, graph.Add) }

// tree combines values as a balanced tree.
func tree(values []*graph.Node, combine func(x, y *graph.Node) *graph.Node) *graph.Node {
	for len(values) > 1 {
		next := make([]*graph.Node, 0, (len(values)+1)/2)
		for i := 0; i+1 < len(values); i += 2 {
			next = append(next, combine(values[i], values[i+1]))
		}
		if len(values)%2 == 1 {
			next = append(next, values[len(values)-1])
		}
		values = next
	}
	return values[0]
}
