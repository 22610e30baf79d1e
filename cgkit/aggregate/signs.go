// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/gomlx/core/graph"
)

// signScale is the factor of both sign rules in the authors' code.
const signScale = 0.001

// SumOfSigns lets every example vote with ±1 in every coordinate: 0.001 Σ_b arith.Sign(g_b). Not in the paper, but in its
// code. There is no 1/m in it: a step moves a coordinate by at most 0.001·m times the learning rate. A gradient of 0
// or −0 votes 0, one of ±Inf ±1, and a NaN makes the coordinate NaN.
type SumOfSigns struct{}

// SignOfSum moves every coordinate by the same amount, in the direction of the mean: 0.001 arith.Sign(Σ_b g_b). Not in the
// paper, but in its code. Where the sum is 0 the coordinate stays; where it is NaN, as of a NaN or of Inf and −Inf,
// so is the direction. The sign is that of the mean, which is finite where the gradients are.
type SignOfSum struct{}

var (
	_ Aggregator = SumOfSigns{}
	_ Aggregator = SignOfSum{}
)

func init() {
	Register("sum-of-signs", func(Params) (Rule, error) { return SumOfSigns{}, nil })
	Register("sign-of-sum", func(Params) (Rule, error) { return SignOfSum{}, nil })
}

// Name is "sum-of-signs".
func (SumOfSigns) Name() string { return "sum-of-signs" }

// Check accepts every m from 1 up.
func (SumOfSigns) Check(m int) error { return checkBatch("sum-of-signs", m, 1) }

// Laws of the sum of signs: only the order does not matter.
func (SumOfSigns) Laws() Laws { return Laws{Permutation: true} }

// Directions are the scaled votes.
func (SumOfSigns) Directions(params []Examples) []*graph.Node {
	return each(params, func(examples Examples) *graph.Node {
		votes := make([]*graph.Node, examples.Len())
		for b := range votes {
			votes[b] = arith.Sign(examples.Example(b))
		}
		sum := arith.Sum(arith.WidenAll(votes)) // half precision counts to 256, or 2,048
		return arith.Narrow(arith.MulScalar(sum, signScale), votes[0].DType())
	})
}

// Name is "sign-of-sum".
func (SignOfSum) Name() string { return "sign-of-sum" }

// Check accepts every m from 1 up.
func (SignOfSum) Check(m int) error { return checkBatch("sign-of-sum", m, 1) }

// Laws of the sign of the sum: only the order does not matter.
func (SignOfSum) Laws() Laws { return Laws{Permutation: true} }

// Directions are the scaled signs.
func (SignOfSum) Directions(params []Examples) []*graph.Node {
	return each(params, func(examples Examples) *graph.Node {
		mean := examples.Mean()
		to := mean.DType()
		if arith.Widen(mean) != mean { // a mean of halves may be too small for one
			mean = examples.MeanOf(0, examples.Len())
		}
		return arith.Narrow(arith.MulScalar(arith.Sign(mean), signScale), to)
	})
}
