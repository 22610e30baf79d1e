// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Krum takes the gradient that has the nearest neighbours, or the mean of several (Blanchard et al. 2017,
// arXiv:1703.02757). Of m examples F may be bad; the score of an example is the sum of its squared distances to its
// m−F−2 nearest others, over all parameters together, and the Keep examples with the lowest scores are averaged.
//
//	Keep = 1       Krum, registered as krum
//	Keep = m − F   Multi-Krum, registered as multi-krum
//	F              0 means a fifth of the batch, rounded down; 2F + 2 < m
//	ties           scores that differ by no more than rounding share what is to be given to them, so that the order of the
//	               examples does not matter
//	NaN, Inf       in any example: NaN everywhere
//	m < 3          refused: there are no neighbours to compare
//	half           products and scores are in float32
//
// Distances come from the Gram matrix, see [Examples]: examples that differ by less than the root of the type's
// precision, 3e-4 of their length in float32, count as alike. Beside the products and the sum it costs m³ comparisons.
type Krum struct {
	F    int // bad examples; 0 means m/5
	Keep int // examples that are averaged; 0 means m − F
}

var _ Aggregator = Krum{}

func init() {
	Register("krum", func(p Params) (Rule, error) {
		rule := Krum{F: p.F, Keep: 1}
		return rule, rule.checkSettings()
	})
	Register("multi-krum", func(p Params) (Rule, error) {
		rule := Krum{F: p.F, Keep: p.Keep}
		if p.Keep == 1 {
			return nil, fmt.Errorf("multi-krum: 1 example kept: that is rule krum; choose 2 or more, or 0 for all but the bad ones")
		}
		return rule, rule.checkSettings()
	})
}

// Name is "krum" where one example is kept, else "multi-krum".
func (k Krum) Name() string {
	if k.Keep == 1 {
		return "krum"
	}
	return "multi-krum"
}

func (k Krum) checkSettings() error {
	switch {
	case k.F < 0:
		return fmt.Errorf("%s: F = %d bad examples: choose 0, for a fifth of the batch, or more", k.Name(), k.F)
	case k.Keep < 0:
		return fmt.Errorf("%s: %d examples kept: choose 0, for all but the bad ones, or more", k.Name(), k.Keep)
	}
	return nil
}

// Check wants 2F + 2 < m, and no more examples kept than there are.
func (k Krum) Check(m int) error {
	if err := k.checkSettings(); err != nil {
		return err
	}
	if err := checkBatch(k.Name(), m, 3); err != nil {
		return err
	}
	if f := k.bad(m); 2*f+2 >= m {
		return fmt.Errorf("%s: F = %d bad examples of %d: choose at most %d", k.Name(), f, m, (m-3)/2)
	}
	if k.Keep > m {
		return fmt.Errorf("%s: %d examples kept of %d: choose at most %d", k.Name(), k.Keep, m, m)
	}
	return nil
}

func (k Krum) bad(m int) int {
	if k.F == 0 {
		return min(m/5, (m-3)/2)
	}
	return k.F
}

func (k Krum) kept(m int) int {
	if k.Keep == 0 {
		return m - k.bad(m)
	}
	return k.Keep
}

// Laws of Krum: it averages examples that their distances choose.
func (Krum) Laws() Laws { return Laws{Permutation: true, Translation: true, Scale: true, Range: true} }

// Directions are the means of the examples with the nearest neighbours.
func (k Krum) Directions(params []Examples) []*graph.Node {
	if len(params) == 0 {
		return nil
	}
	batch := gramOf(params)
	m := batch.len()
	scores := nearest(batch.distances(), m-k.bad(m)-2)
	return batch.direction(lowest(scores, k.kept(m)))
}

// nearest is the root of the sum of each example's count smallest squared distances to others, [m].
func nearest(distances *graph.Node, count int) *graph.Node {
	m := distances.Shape().Dimensions[0]
	others := graph.Where(onDiagonal(distances), arith.Constant(distances, math.Inf(1)), distances)
	// The rank of a distance is how many of its row come before it; of equal ones the first comes first.
	one, other := graph.Reshape(others, m, m, 1), graph.Reshape(others, m, 1, m)
	number := func(axis int) *graph.Node {
		return graph.Iota(distances.Graph(), shapes.Make(dtypes.Int32, 1, m, m), axis)
	}
	tied := graph.LogicalAnd(graph.Equal(other, one), graph.LessThan(number(2), number(1)))
	before := graph.LogicalOr(graph.LessThan(other, one), tied)
	rank := graph.ReduceSum(graph.ConvertDType(before, dtypes.Int32), 2)
	chosen := graph.LessThan(rank, graph.Const(rank.Graph(), int32(count)))
	some := graph.Where(chosen, others, graph.ZerosLike(others))
	// Squares of what is divided by the largest stay in range.
	largest := graph.ReduceMax(some, 1)
	divisor := graph.Where(graph.Equal(largest, graph.ZerosLike(largest)), graph.OnesLike(largest), largest)
	unit := graph.Div(some, graph.Reshape(divisor, m, 1))
	return graph.Mul(largest, graph.Sqrt(graph.ReduceSum(graph.Square(unit), 1)))
}

// lowest are weights that average the count lowest of some scores ≥ 0, [m]. Those that differ from the last of them by
// no more than rounding share what is left.
func lowest(scores *graph.Node, count_ int) *graph.Node {
	m := scores.Shape().Dimensions[0]
	tolerance := 1e-5
	if scores.DType() == dtypes.Float64 {
		tolerance = 1e-12
	}
	one, other := graph.Reshape(scores, m, 1), graph.Reshape(scores, 1, m)
	below := graph.LessThan(arith.MulScalar(other, 1+tolerance), one)
	above := graph.LessThan(arith.MulScalar(one, 1+tolerance), other)
	alike := graph.LogicalNot(graph.LogicalOr(below, above))
	share := graph.Div(graph.Sub(arith.Constant(scores, float64(count_)), count(below, scores)), count(alike, scores))
	return arith.DivScalar(arith.Clip(share, graph.ZerosLike(share), graph.OnesLike(share)), float64(count_))
}
