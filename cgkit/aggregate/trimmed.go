// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import "github.com/gomlx/gomlx/core/graph"

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
	low, high := t.bounds(params[0].Len())
	return innerMeans(params, low, high, t.Exact, options{t.Method, t.Tile})
}
