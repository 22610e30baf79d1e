// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import (
	"coherentgradients/cgkit/aggregate/internal/arith"
	"coherentgradients/cgkit/aggregate/internal/sample"
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/gomlx/core/graph"
)

// Bound is one percentile as a mixture of two neighbours in the sorted sample:
// sorted[Index] + Fraction·(sorted[Index+1] − sorted[Index]). An upper one is counted from above: Index i stands for
// sorted[m−1−i], and its neighbour is the next smaller. The zero value is the extreme.
type Bound struct {
	Index    int
	Fraction float64
}

// needs is how many values from its end a bound is made of.
func (b Bound) needs() int {
	if b.Fraction > 0 {
		return b.Index + 2
	}
	return b.Index + 1
}

// pick returns a bound's value, and the values at or beyond it.
func (b Bound) pick(values []*graph.Node, numbers []int, last int) (value *graph.Node, tail []*graph.Node) {
	picked := selection.Pick(values, numbers)
	if b.Fraction == 0 {
		return values[last], picked
	}
	// numbers are in order then: the last two are the neighbours.
	return between(picked[b.Index], picked[b.Index+1], b.Fraction), picked[:b.Index+1]
}

// Limits are two percentiles, between which values are left as they are.
type Limits struct{ Low, High Bound }

// None says that both are the extremes: nothing lies beyond them.
func (l Limits) None() bool { return l == Limits{} }

// loopValues are the two percentiles' values, by [Sides] or [Counting].
func (l Limits) loopValues(b sample.Blocks, method Method) (lower, upper *graph.Node) {
	if method == Sides {
		return boundsBySides(b, l.Low.needs())
	}
	ranks := []int{l.Low.Index, b.M - 1 - l.High.Index}
	if l.Low.Fraction > 0 || l.High.Fraction > 0 {
		ranks = append(ranks, min(l.Low.Index+1, b.M-1), max(b.M-2-l.High.Index, 0))
	}
	s := orderStatistics(b, ranks)
	lower, upper = s[0], s[1]
	if l.Low.Fraction > 0 {
		lower = between(s[0], s[2], l.Low.Fraction)
	}
	if l.High.Fraction > 0 {
		upper = between(s[1], s[3], l.High.Fraction)
	}
	return lower, upper
}

// between is the number that lies at a fraction of the way from x to y.
func between(x, y *graph.Node, fraction float64) *graph.Node {
	to := x.DType()
	x, y = arith.Widen(x), arith.Widen(y)
	way := graph.Sub(y, x)
	// Where the way is too long for a number, or one end infinite.
	parts := graph.Add(arith.MulScalar(x, 1-fraction), arith.MulScalar(y, fraction))
	return arith.Narrow(graph.Where(graph.IsFinite(way), graph.Add(x, arith.MulScalar(way, fraction)), parts), to)
}
