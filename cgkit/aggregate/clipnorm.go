// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// ClipNorm shortens every example's whole gradient, over all parameters together, to a norm of at most R before taking
// the mean, as differentially private SGD does (without its noise):
//
//	(1/m) Σ_b g_b · min(1, R/‖g_b‖).
//
//	g_b = 0                0
//	NaN, Inf in example b  NaN
//	R ≤ 0, NaN, Inf        refused
//
// For dense layers it costs two ordinary gradients: norms come from the layers' inputs and output gradients.
type ClipNorm struct {
	MaxNorm float64 // R; 0 means 1
}

var _ Rule = ClipNorm{}

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

// Laws of norm clipping: only the order does not matter. One example moves the direction by at most R/m, but may carry a
// coordinate out of the others' range.
func (ClipNorm) Laws() Laws { return Laws{Permutation: true} }

// Directions are the means of the shortened gradients.
func (r ClipNorm) Directions(params []Examples) []*graph.Node {
	if len(params) == 0 {
		return nil
	}
	squares := make([]*graph.Node, len(params))
	for i, p := range params {
		squares[i] = p.SquaredNorms()
	}
	norms := graph.Sqrt(sumAll(squares))
	// R/max(R, ‖g‖) is min(1, R/‖g‖) without a division by zero.
	limit := graph.Scalar(norms.Graph(), norms.DType(), r.maxNorm())
	weights := graph.Div(graph.DivScalar(graph.OnesLike(norms), float64(params[0].Len())), graph.DivScalar(graph.Max(norms, limit), r.maxNorm()))
	return each(params, func(p Examples) *graph.Node { return p.Weighted(weights) })
}
