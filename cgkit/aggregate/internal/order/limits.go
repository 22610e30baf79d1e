// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import (
	"coherentgradients/cgkit/aggregate/internal/arith"
	"coherentgradients/cgkit/aggregate/internal/sample"

	"github.com/gomlx/gomlx/core/graph"
)

// Form is how a mean of values between limits is added up.
type Form int

const (
	// Fast takes m times the mean and replaces the tails in it:
	//
	//	Σ clip(g, l, u) = Σ g − Σ(low tail) − Σ(high tail) + |low tail|·l + |high tail|·u.
	//
	// It is what is fast at the usual sizes of gradients, and nothing else: not a finite number where a sum of these is
	// none.
	Fast Form = iota
	// Exact adds up the clamped values, as does counting, which knows no tails.
	Exact
)

// treatment is what becomes of the values beyond the limits.
type treatment int

const (
	clamp treatment = iota
	drop
)

// ClampedMean is, in every coordinate, the mean of the values clamped to the limits l and u:
//
//	(1/m) Σ_b clip(g_b, l, u).
//
// One of the limits at least is none of the extremes.
func (l Limits) ClampedMean(values sample.Sample, form Form, method Method) *graph.Node {
	return limited{l, form, clamp}.mean(values, method)
}

// InnerMean is the same without the values that clamping put at l and u, the percentiles being some of the values: the
// mean of what lies between l and u, those two included.
func (l Limits) InnerMean(values sample.Sample, form Form, method Method) *graph.Node {
	return limited{l, form, drop}.mean(values, method)
}

// Demand is what such a mean asks of a sample of m.
func (l Limits) Demand(m int, form Form) Demand {
	ordered := l.Low.Fraction > 0 || l.High.Fraction > 0
	d := Demand{M: m, Low: l.Low.needs(), High: l.High.needs(), ordered: ordered, sums: form != Exact}
	if form == Exact {
		d.each = 7
	}
	return d
}

// limited is a mean of values between two percentiles.
type limited struct {
	Limits
	form   Form
	beyond treatment
}

// count is how many of m values the mean is of.
func (l limited) count(m int) int {
	if l.beyond == drop {
		return m - l.Low.Index - l.High.Index
	}
	return m
}

func (l limited) mean(examples sample.Sample, method Method) *graph.Node {
	m := examples.Len()
	mean := examples.Mean()
	d := l.Demand(m, l.form)
	way := d.choose(method, mean.Graph())
	var result *graph.Node
	switch {
	case way == Sides && l.form != Exact:
		result = arith.DivScalar(l.sumBySides(sample.BlocksOf(examples), d.Low, arith.Widen(mean)), float64(l.count(m)))
	case way != Networks:
		b := sample.BlocksOf(examples)
		lower, upper := l.loopValues(b, way)
		sum, small := clampInBlocks(b, lower, upper)
		result = l.ofClamped(sum, small, lower, upper, m)
	default:
		result = l.meanByNetwork(d, examples, mean)
	}
	return arith.Narrow(result, mean.DType())
}

func (l limited) meanByNetwork(d Demand, examples sample.Sample, mean *graph.Node) *graph.Node {
	network := d.network()
	values := emit(network, examples)
	lower, lowTail := l.Low.pick(values, network.Low, network.LowBound)
	upper, highTail := l.High.pick(values, network.High, network.HighBound)
	if l.form == Exact {
		sum, small := clampedSums(values[:d.M], lower, upper, d.M)
		return l.ofClamped(sum, small, lower, upper, d.M)
	}
	lower, upper = arith.Widen(lower), arith.Widen(upper)
	added := graph.Add(arith.MulScalar(lower, float64(len(lowTail))), arith.MulScalar(upper, float64(len(highTail))))
	removed := graph.Add(arith.Sum(arith.WidenAll(lowTail)), arith.Sum(arith.WidenAll(highTail)))
	sum := graph.Add(arith.MulScalar(arith.Widen(mean), float64(d.M)), graph.Sub(added, removed))
	return arith.DivScalar(l.trimmed(sum, lower, upper, 1), float64(l.count(d.M)))
}

// trimmed is a sum of clamped values, times factor, without those that clamping put at the limits where they are to be
// dropped: Low.Index at l and High.Index at u.
func (l limited) trimmed(sum, lower, upper *graph.Node, factor float64) *graph.Node {
	if l.beyond != drop {
		return sum
	}
	atLow, atHigh := float64(l.Low.Index)*factor, float64(l.High.Index)*factor
	return graph.Sub(sum, graph.Add(arith.MulScalar(lower, atLow), arith.MulScalar(upper, atHigh)))
}

// ofClamped is the mean made of the sum of m clamped values and of small, the same sum of values times
// arith.ShrinkFactor(m).
func (l limited) ofClamped(sum, small, lower, upper *graph.Node, m int) *graph.Node {
	lower, upper = arith.Widen(lower), arith.Widen(upper)
	shrink := arith.ShrinkFactor(m)
	mean := arith.MeanFromSums(l.trimmed(sum, lower, upper, 1), l.trimmed(small, lower, upper, shrink), l.count(m), shrink)
	// A limit that is infinite is among the values; where both are, they are of different signs. A NaN is in the sum.
	finite := graph.LogicalAnd(graph.IsFinite(lower), graph.IsFinite(upper))
	return graph.Where(finite, mean, graph.Add(sum, graph.Add(lower, upper)))
}

// clampedSums are the sums of values clamped to limits, and of the same times arith.ShrinkFactor(m).
func clampedSums(values []*graph.Node, lower, upper *graph.Node, m int) (sum, small *graph.Node) {
	inner, shrunk := make([]*graph.Node, len(values)), make([]*graph.Node, len(values))
	for i, value := range values {
		inner[i] = arith.Widen(arith.Clip(value, lower, upper))
		shrunk[i] = arith.MulScalar(inner[i], arith.ShrinkFactor(m))
	}
	return arith.Sum(inner), arith.Sum(shrunk)
}

// clampInBlocks adds up the values clamped to limits that are known, see [clampedSums].
func clampInBlocks(b sample.Blocks, lower, upper *graph.Node) (sum, small *graph.Node) {
	zeros := graph.ZerosLike(arith.Widen(lower))
	add := func(acc, values, limits []*graph.Node) []*graph.Node {
		sum, small := clampedSums(values, limits[0], limits[1], b.M)
		return []*graph.Node{graph.Add(acc[0], sum), graph.Add(acc[1], small)}
	}
	sums := b.Fold([]*graph.Node{zeros, zeros}, []*graph.Node{lower, upper}, add)
	return sums[0], sums[1]
}

// sumBySides is the fast form's sum by [Sides].
func (l limited) sumBySides(b sample.Blocks, k int, mean *graph.Node) *graph.Node {
	atBound := k // how many values stay there
	if l.beyond == drop {
		atBound = 1
	}
	low, high := eachSide(b, k, mean.DType(), func(tail []*graph.Node, bound *graph.Node) *graph.Node {
		return graph.Sub(arith.MulScalar(arith.Widen(bound), float64(atBound)), arith.Sum(arith.WidenAll(tail)))
	})
	return graph.Add(arith.MulScalar(mean, float64(b.M)), graph.Sub(low, high))
}
