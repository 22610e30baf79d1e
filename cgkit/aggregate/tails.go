// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/gomlx/core/graph"
)

// clampedMeans are, for each parameter, the means of a coordinate's m values clamped to two percentiles l and u:
//
//	(1/m) Σ_b clip(g_b, l, u).
//
// Where nothing is clamped they are the means.
func clampedMeans(params []Examples, low, high bound, exact bool, o options) []*graph.Node {
	return limited{low: low, high: high, exact: exact}.means(params, o)
}

// innerMeans are the same without the values that clamping put at l and u, the percentiles being some of the values:
// the means of what lies between l and u, those two included.
func innerMeans(params []Examples, low, high bound, exact bool, o options) []*graph.Node {
	return limited{low: low, high: high, exact: exact, trim: true}.means(params, o)
}

// limited is a mean of values between two percentiles, one of which at least is none of the extremes.
//
// The fast form takes m times the mean and replaces the tails in it:
//
//	Σ clip(g, l, u) = Σ g − Σ(low tail) − Σ(high tail) + |low tail|·l + |high tail|·u.
//
// It is what is fast at the usual sizes of gradients, and nothing else: not a finite number where a sum of these is
// none. The exact form adds up the clamped values, as does counting, which knows no tails.
type limited struct {
	low, high   bound
	exact, trim bool
}

func (l limited) means(params []Examples, o options) []*graph.Node {
	if l.low == (bound{}) && l.high == (bound{}) {
		return each(params, Examples.Mean)
	}
	return pieces(params, demandOf(params[0].Len(), l.low, l.high, l.exact), o, l.mean)
}

// count is how many of m values the mean is of.
func (l limited) count(m int) int {
	if l.trim {
		return m - l.low.index - l.high.index
	}
	return m
}

func (l limited) mean(examples sample, method Method) *graph.Node {
	m := examples.Len()
	mean := examples.Mean()
	d := demandOf(m, l.low, l.high, l.exact)
	way := d.choose(method, mean.Graph())
	var result *graph.Node
	switch {
	case way == Sides && !l.exact:
		result = over(clampedSumBySides(blocksOf(examples), d.low, l.trim, wide(mean)), float64(l.count(m)))
	case way != Networks:
		b := blocksOf(examples)
		lower, upper := b.bounds(way, l.low, l.high)
		sum, small := b.clampTo(lower, upper)
		result = l.ofClamped(sum, small, lower, upper, m)
	default:
		result = l.meanByNetwork(d, examples, mean)
	}
	return narrow(result, mean.DType())
}

func (l limited) meanByNetwork(d demand, examples sample, mean *graph.Node) *graph.Node {
	network := d.network()
	values := emit(network, examples)
	lower, lowTail := l.low.pick(values, network.Low, network.LowBound)
	upper, highTail := l.high.pick(values, network.High, network.HighBound)
	if l.exact {
		sum, small := clampedSums(values[:d.m], lower, upper, d.m)
		return l.ofClamped(sum, small, lower, upper, d.m)
	}
	lower, upper = wide(lower), wide(upper)
	added := graph.Add(times(lower, float64(len(lowTail))), times(upper, float64(len(highTail))))
	removed := graph.Add(sumAll(wideAll(lowTail)), sumAll(wideAll(highTail)))
	sum := graph.Add(times(wide(mean), float64(d.m)), graph.Sub(added, removed))
	return over(l.trimmed(sum, lower, upper, 1), float64(l.count(d.m)))
}

// trimmed is a sum of clamped values, times factor, without those that clamping put at the limits: low.index at l and
// high.index at u.
func (l limited) trimmed(sum, lower, upper *graph.Node, factor float64) *graph.Node {
	if !l.trim {
		return sum
	}
	return graph.Sub(sum, graph.Add(times(lower, float64(l.low.index)*factor), times(upper, float64(l.high.index)*factor)))
}

// ofClamped is the mean made of the sum of m clamped values and of small, the same sum of values times shrinkOf(m).
func (l limited) ofClamped(sum, small, lower, upper *graph.Node, m int) *graph.Node {
	lower, upper = wide(lower), wide(upper)
	shrink := shrinkOf(m)
	mean := meanOfSum(l.trimmed(sum, lower, upper, 1), l.trimmed(small, lower, upper, shrink), l.count(m), shrink)
	// A limit that is infinite is among the values; where both are, they are of different signs. A NaN is in the sum.
	finite := graph.LogicalAnd(graph.IsFinite(lower), graph.IsFinite(upper))
	return graph.Where(finite, mean, graph.Add(sum, graph.Add(lower, upper)))
}

// clampedSums are the sums of values clamped to limits, and of the same times shrinkOf(m).
func clampedSums(values []*graph.Node, lower, upper *graph.Node, m int) (sum, small *graph.Node) {
	inside, shrunk := make([]*graph.Node, len(values)), make([]*graph.Node, len(values))
	for i, value := range values {
		inside[i] = wide(clip(value, lower, upper))
		shrunk[i] = times(inside[i], shrinkOf(m))
	}
	return sumAll(inside), sumAll(shrunk)
}

func demandOf(m int, low, high bound, exact bool) demand {
	d := demand{m: m, low: low.needs(), high: high.needs(), ordered: low.fraction > 0 || high.fraction > 0, sums: !exact}
	if exact {
		d.each = 7
	}
	return d
}

// clampedSumBySides is the fast form.
func clampedSumBySides(b blocks, k int, trim bool, mean *graph.Node) *graph.Node {
	at := k // how many values stay at the bound
	if trim {
		at = 1
	}
	low, high := b.eachSide(k, mean.DType(), func(tail []*graph.Node, bound *graph.Node) *graph.Node {
		return graph.Sub(times(wide(bound), float64(at)), sumAll(wideAll(tail)))
	})
	return graph.Add(times(mean, float64(b.m)), graph.Sub(low, high))
}

// clampTo adds up the values clamped to limits that are known, see [clampedSums].
func (b blocks) clampTo(lower, upper *graph.Node) (sum, small *graph.Node) {
	zeros := graph.ZerosLike(wide(lower))
	sums := b.fold([]*graph.Node{zeros, zeros}, []*graph.Node{lower, upper}, func(acc, values, limits []*graph.Node) []*graph.Node {
		sum, small := clampedSums(values, limits[0], limits[1], b.m)
		return []*graph.Node{graph.Add(acc[0], sum), graph.Add(acc[1], small)}
	})
	return sums[0], sums[1]
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

// between is the number that lies at a fraction of the way from x to y.
func between(x, y *graph.Node, fraction float64) *graph.Node {
	to := x.DType()
	x, y = wide(x), wide(y)
	way := graph.Sub(y, x)
	parts := graph.Add(times(x, 1-fraction), times(y, fraction)) // where the way is too long for a number, or one end infinite
	return narrow(graph.Where(graph.IsFinite(way), graph.Add(x, times(way, fraction)), parts), to)
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
		if drops(values[b].DType(), values[b].Graph()) {
			values[b] = wide(values[b])
		}
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
