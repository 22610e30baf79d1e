// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"math"
	"slices"

	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/gomlx/core/graph"
)

// ClipNorm shortens every example's whole gradient, over all parameters together, to a norm of at most R before taking
// the mean, as differentially private SGD does (without its noise):
//
//	(1/m) Σ_b g_b · min(1, R/‖g_b‖).
//
//	g_b = 0                0
//	NaN, Inf in example b  NaN everywhere: there is no saying how long it was
//	any finite gradients   a finite direction, shortened as written: no square leaves the range of the type
//	several types          parameters may have one each; norms are in the widest, float32 at least
//	R ≤ 0, NaN, Inf        refused
//
// For dense layers it costs two ordinary gradients: norms come from the layers' inputs and output gradients.
type ClipNorm struct {
	MaxNorm float64 // R; 0 means 1
}

var _ Aggregator = ClipNorm{}

func init() {
	Register("clip-norm", func(p Params) (Rule, error) {
		rule := ClipNorm{MaxNorm: p.MaxNorm}
		return rule, rule.Check(1)
	})
}

func (r ClipNorm) maxNorm() float64 {
	if r.MaxNorm == 0 {
		return 1
	}
	return r.MaxNorm
}

// Name is "clip-norm".
func (ClipNorm) Name() string { return "clip-norm" }

// Check wants a finite norm above 0.
func (r ClipNorm) Check(m int) error {
	if n := r.maxNorm(); math.IsNaN(n) || math.IsInf(n, 0) || n <= 0 {
		return fmt.Errorf("clip-norm: a largest norm of %v: choose a finite number above 0", n)
	}
	return checkBatch("clip-norm", m, 1)
}

// Laws of norm clipping: only the order does not matter. One example moves the direction by at most R/m, but may
// carry a coordinate out of the others' range.
func (ClipNorm) Laws() Laws { return Laws{Permutation: true} }

// Directions are the means of the shortened gradients.
func (r ClipNorm) Directions(params []Examples) []*graph.Node {
	if len(params) == 0 {
		return nil
	}
	// ‖g_b‖ is whole·√squares: whole is the largest magnitude in all of g_b, and squares is of what is divided by it.
	// Of a norm itself the square may be too large for its type, or too small.
	largest, squares := make([]*graph.Node, len(params)), make([]*graph.Node, len(params))
	for i, p := range params {
		largest[i], squares[i] = p.Norms()
	}
	common := arith.ToWidest(append(slices.Clone(largest), squares...))
	magnitudes, squares := common[:len(params)], common[len(params):]
	whole := arith.Reduce(magnitudes, graph.Max)
	whole = graph.Where(graph.Equal(whole, graph.ZerosLike(whole)), graph.OnesLike(whole), whole)
	for i, one := range magnitudes {
		squares[i] = graph.Mul(squares[i], graph.Square(graph.Div(one, whole)))
	}
	limit := graph.Div(arith.Constant(whole, r.maxNorm()), graph.Sqrt(arith.Sum(squares))) // R/√squares
	short := graph.LessOrEqual(whole, limit)                                               // false where one of them is NaN
	directions := make([]*graph.Node, len(params))
	for i, p := range params {
		// What is left of the parameter's largest coordinate.
		kept := graph.Where(short, magnitudes[i], graph.Mul(limit, graph.Div(magnitudes[i], whole)))
		weights := arith.Narrow(arith.DivScalar(kept, float64(p.Len())), largest[i].DType())
		directions[i] = arith.Narrow(p.WeightedUnits(weights), p.Mean().DType())
	}
	return directions
}
