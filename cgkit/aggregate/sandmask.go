// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/gomlx/core/graph"
)

// SANDMask is the smooth form of [ANDMask], which also weighs how much the environments' values scatter (Shahtalebi et
// al. 2021, arXiv:2106.02266): the mean gradient times
//
//	mask_j / (1e-10 + mean of the parameter's masks),   mask_j = max(0, tanh(k/Var_e(g_ej) · (|1/k Σ_e sign(g_ej)| − τ))),
//
// Var being the sample variance.
//
//	Groups     as in [ANDMask]; 0 means that every example is an environment
//	Threshold  τ; 0 means 0.2; Sharpness is k; 0 means 10: the source searches for both
//	no variance  all values alike, or m = 1: 1 where the signs agree by more than τ, else 0
//	large values  a variance beyond the largest number: mask 0
//	NaN        NaN in all of the parameter, as its masks are averaged
//
// As a variance has the unit of a square, multiplying all gradients changes which coordinates come through. It costs
// two passes over all gradients, beside the mean.
type SANDMask struct {
	Groups    int
	Threshold float64
	Sharpness float64
}

var _ Aggregator = SANDMask{}

func init() {
	Register("sand-mask", func(p Params) (Rule, error) {
		rule := SANDMask{Groups: p.Groups, Threshold: p.Threshold, Sharpness: p.Sharpness}
		return rule, rule.checkSettings()
	})
}

// Name is "sand-mask".
func (SANDMask) Name() string { return "sand-mask" }

func (r SANDMask) checkSettings() error {
	if math.IsNaN(r.Sharpness) || math.IsInf(r.Sharpness, 0) || r.Sharpness < 0 {
		return fmt.Errorf("sand-mask: a sharpness of %v: choose a finite number above 0, or 0 for 10", r.Sharpness)
	}
	return checkMask("sand-mask", r.Groups, r.Threshold)
}

// Check wants at least one example a group.
func (r SANDMask) Check(m int) error {
	if err := r.checkSettings(); err != nil {
		return err
	}
	return checkBatch("sand-mask", m, max(1, r.Groups))
}

// Laws of the SAND-mask: only the order does not matter.
func (r SANDMask) Laws() Laws { return Laws{Permutation: r.Groups <= 1} }

// Directions are the masked means.
func (r SANDMask) Directions(params []Examples) []*graph.Node {
	sharpness := r.Sharpness
	if sharpness == 0 {
		sharpness = 10
	}
	return each(params, func(examples Examples) *graph.Node {
		mean := examples.Mean()
		values, agreement := votes(examples, r.Groups)
		values = arith.WidenAll(values)
		centre := arith.Mean(values)
		squares := make([]*graph.Node, len(values))
		for i, v := range values {
			squares[i] = graph.Square(graph.Sub(v, centre))
		}
		variance := arith.DivScalar(arith.Sum(squares), float64(max(1, len(values)-1)))
		// What all are alike in may differ by the rounding of their mean.
		scatters := graph.GreaterThan(variance, graph.ZerosLike(variance))
		beyond := graph.Sub(agreement, arith.Constant(agreement, thresholdOr(r.Threshold)))
		divisor := graph.Where(scatters, variance, graph.OnesLike(variance))
		smooth := graph.Tanh(graph.Mul(graph.Div(arith.Constant(variance, sharpness), divisor), beyond))
		all := graph.ConvertDType(graph.GreaterThan(beyond, graph.ZerosLike(beyond)), variance.DType())
		mask := graph.Where(scatters, smooth, all)
		mask = graph.Where(graph.LessThan(mask, graph.ZerosLike(mask)), graph.ZerosLike(mask), mask)
		mask = graph.Where(graph.NotEqual(agreement, agreement), agreement, mask)
		share := graph.ReduceAllMean(mask)
		return arith.Narrow(graph.Mul(arith.Widen(mean), graph.Div(mask, graph.Add(share, arith.Constant(share, 1e-10)))), mean.DType())
	})
}
