// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/aggregate/internal/layout"
	"coherentgradients/cgkit/aggregate/internal/order"
	"coherentgradients/cgkit/aggregate/internal/sample"

	"github.com/gomlx/gomlx/core/graph"
)

// Winsorize clamps, in every coordinate for itself, the m values to their c-th and (100−c)-th percentile, and takes the
// mean of the clamped values (Coherent Gradients, §3):
//
//	(1/m) Σ_b clip(g_b, l, u),  l and u the percentiles of g_1 … g_m.
//
// With the nearest percentile (see [Nearest]) and the paper's m = 100, the c smallest values are raised to the sorted
// value c (from 0) and the c largest lowered to the sorted value 99−c.
//
//	c = 0, m = 1           the mean, at its cost
//	ties                   clamped to themselves
//	c small for m          a c whose index rounds to 0 on both sides changes nothing (m = 26, c = 1)
//	c → 50                 tends to the median
//	NaN among the values   NaN in that coordinate
//	±Inf                   Exact: clamped, while no more of them than are clamped on their side; with more of them that Inf,
//	                       and NaN with more of both. The fast form: NaN, or, where it is counted, as Exact
//	sums too large         Exact: finite where the gradients are. The fast form: NaN or ±Inf where Σ|g_b| is beyond the
//	                       largest number of the type, float32's for half precision
//	half precision         sums are made in float32; the fast form starts from the mean in the gradients' type
//	subnormal numbers      on XLA's CPU backend 0 or what they are, see [Method]
//	c < 0, c ≥ 50, NaN     refused
//	any m and c            on XLA by a network where one compiles, and by counting elsewhere, see [Method]
//
// The fast form, the default, takes the ordinary mean and corrects both tails. It costs a matrix product and a
// selection network, and its error in a coordinate is at most about 4ε (1/m) Σ_b |g_b|, ε the unit roundoff: nothing
// for the bounded gradients of a classifier, and too much beside a value far larger than the rest. The exact form
// sums the clamped values themselves, so that outliers of any size do not matter as long as they are clamped. With
// the [Linear] percentile both have, besides, the rounding of a bound between two values: at most ε times the
// distance of the two for each value that is clamped to it.
type Winsorize struct {
	C          float64
	Percentile Percentile
	Exact      bool
	Method     Method
	Tile       int // see [Params]
}

var _ Aggregator = Winsorize{}

func init() {
	Register("winsorize", func(p Params) (Rule, error) {
		w := Winsorize{C: p.C, Percentile: p.Percentile, Exact: p.Exact, Method: p.Method, Tile: p.Tile}
		return w, checkC("winsorize", p.C)
	})
}

// Name is "winsorize".
func (Winsorize) Name() string { return "winsorize" }

// Check refuses c outside [0, 50) and empty batches.
func (w Winsorize) Check(m int) error {
	if err := checkC("winsorize", w.C); err != nil {
		return err
	}
	return checkBatch("winsorize", m, 1)
}

// Laws of winsorizing. The breakdown point is that of the exact form: the fast one loses digits to an outlier.
func (w Winsorize) Laws() Laws {
	return Laws{Permutation: true, Translation: true, Scale: true, Range: true, Breakdown: w.Percentile.breakdown(w.C)}
}

// Directions are the means of the clamped values.
func (w Winsorize) Directions(params []Examples) []*graph.Node {
	m := params[0].Len()
	limits, form := w.limits(m), formOf(w.Exact)
	if limits.None() {
		return each(params, Examples.Mean)
	}
	options := layout.Options{Method: w.Method, Tile: w.Tile}
	return layout.Apply(params, limits.Demand(m, form), options, func(values sample.Sample, by Method) *graph.Node {
		return limits.ClampedMean(values, form, by)
	})
}

func (w Winsorize) limits(m int) order.Limits { return w.Percentile.limits(w.C, m) }

func (w Winsorize) demand(m int) (d order.Demand, by Method, ok bool) {
	limits := w.limits(m)
	return limits.Demand(m, formOf(w.Exact)), w.Method, !limits.None()
}
