// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// AGRA keeps the examples whose gradient agrees with that of others, and averages those (Sedova et al. 2023,
// arXiv:2306.04502): example b is kept where the cosine of g_b and the sum of the others' gradients is above 0, over
// all parameters together.
//
// The source compares with a batch drawn for it, and may give an example another label instead of leaving it out. Here
// it is compared with the rest of its own batch, which it does not belong to either, at no further pass.
//
//	m = 1         kept: there is nothing to compare it with
//	g_b = 0       left out, as is what is at right angles to the others
//	none is kept  0: no step
//	rounding      a cosine of less than the type's precision has no sign to be trusted
//	NaN, Inf      in any example: NaN everywhere
//	half          products are in float32
type AGRA struct{}

var _ Aggregator = AGRA{}

func init() { Register("agra", func(Params) (Rule, error) { return AGRA{}, nil }) }

// Name is "agra".
func (AGRA) Name() string { return "agra" }

// Check accepts every m from 1 up.
func (AGRA) Check(m int) error { return checkBatch("agra", m, 1) }

// Laws of AGRA: which examples are kept depends on angles to 0.
func (AGRA) Laws() Laws { return Laws{Permutation: true, Scale: true} }

// Directions are the means of the examples that agree with the others.
func (AGRA) Directions(params []Examples) []*graph.Node {
	if len(params) == 0 {
		return nil
	}
	batch := gramOf(params)
	m := batch.len()
	if m == 1 {
		return batch.direction(graph.OnesLike(batch.scale))
	}
	share := graph.Div(batch.scale, graph.ReduceAllMax(batch.scale))
	others := graph.Where(onDiagonal(batch.products), graph.ZerosLike(batch.products), batch.products)
	terms := graph.Mul(others, graph.Reshape(share, 1, m))
	// A sum that is no more than what rounding makes of its terms is 0.
	precision := 0x1p-20
	if terms.DType() == dtypes.Float64 {
		precision = 0x1p-46
	}
	agreement, size := graph.ReduceSum(terms, 1), graph.ReduceSum(graph.Abs(terms), 1)
	agrees := graph.GreaterThan(agreement, arith.MulScalar(size, precision))
	kept := graph.ConvertDType(agrees, share.DType())
	number := graph.ReduceAllSum(kept)
	return batch.direction(graph.Div(kept, graph.Where(graph.Equal(number, graph.ZerosLike(number)), graph.OnesLike(number), number)))
}
