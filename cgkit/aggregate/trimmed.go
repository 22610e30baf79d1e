// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/aggregate/internal/layout"
	"coherentgradients/cgkit/aggregate/internal/order"
	"coherentgradients/cgkit/aggregate/internal/sample"

	"github.com/gomlx/gomlx/core/graph"
)

// TrimmedMean drops, in every coordinate for itself, the values beyond the c-th and the (100−c)-th percentile, and
// takes the mean of the rest: with sorted values s_0 ≤ … ≤ s_{m−1} and the indices l, u of the two percentiles,
//
//	1/(u−l+1) Σ_{i=l}^{u} s_i.
//
// Percentiles are the nearest ones of [Nearest]. Edge cases, the two forms and the cost are those of [Winsorize],
// except that values dropped do not count: Exact survives any outliers that are dropped, and the error of the fast
// form is at most 4ε·Σ|g|/(u−l+1) a coordinate, which grows as fewer values are kept.
type TrimmedMean struct {
	C      float64
	Exact  bool
	Method Method
	Tile   int // see [Params]
}

var _ Aggregator = TrimmedMean{}

func init() {
	Register("trimmed-mean", func(p Params) (Rule, error) {
		return TrimmedMean{C: p.C, Exact: p.Exact, Method: p.Method, Tile: p.Tile}, checkC("trimmed-mean", p.C)
	})
}

// Name is "trimmed-mean".
func (TrimmedMean) Name() string { return "trimmed-mean" }

// Check refuses c outside [0, 50) and empty batches.
func (t TrimmedMean) Check(m int) error {
	if err := checkC("trimmed-mean", t.C); err != nil {
		return err
	}
	return checkBatch("trimmed-mean", m, 1)
}

// Laws of the trimmed mean; the breakdown point is that of the exact form.
func (t TrimmedMean) Laws() Laws {
	return Laws{Permutation: true, Translation: true, Scale: true, Range: true, Breakdown: Nearest.breakdown(t.C)}
}

// Directions are the means of what is left.
func (t TrimmedMean) Directions(params []Examples) []*graph.Node {
	m := params[0].Len()
	limits, form := t.limits(m), formOf(t.Exact)
	if limits.None() {
		return each(params, Examples.Mean)
	}
	options := layout.Options{Method: t.Method, Tile: t.Tile}
	return layout.Apply(params, limits.Demand(m, form), options, func(values sample.Sample, by Method) *graph.Node {
		return limits.InnerMean(values, form, by)
	})
}

func (t TrimmedMean) limits(m int) order.Limits { return Nearest.limits(t.C, m) }

func (t TrimmedMean) demand(m int) (d order.Demand, by Method, ok bool) {
	limits := t.limits(m)
	return limits.Demand(m, formOf(t.Exact)), t.Method, !limits.None()
}
