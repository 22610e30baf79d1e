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
// the mean, as differentially private SGD does (Abadi et al. 2016, arXiv:1607.00133); with its noise it is
// [NoisyClipNorm]:
//
//	(1/m) Σ_b g_b · min(1, R/‖g_b‖).
//
//	PerParameter           each of the n parameters is shortened by itself, to R/√n, so that the whole is at most R
//	Automatic              g_b · R/(‖g_b‖ + γ) in place of the minimum: every gradient gets nearly the norm R (Bu et al.
//	                       2022, arXiv:2206.07136). Gamma is γ; 0 means 0.01
//	g_b = 0                0
//	NaN, Inf in example b  NaN everywhere, or in that parameter with PerParameter: there is no saying how long it was
//	any finite gradients   a finite direction, shortened as written: no square leaves the range of the type
//	several types          parameters may have one each; norms are in the widest, float32 at least
//	R ≤ 0, NaN, Inf        refused
//
// Norms come from what arrives at the layers, and the sum is one more pass over that, without a second backward pass:
// see package perexample for what they cost by kind of layer. [Measure] tells how many were shortened.
type ClipNorm struct {
	MaxNorm      float64 // R; 0 means 1
	PerParameter bool
	Automatic    bool
	Gamma        float64
}

var _ Aggregator = ClipNorm{}

func init() {
	Register("clip-norm", func(p Params) (Rule, error) {
		rule := clipNormOf(p)
		return rule, rule.Check(1)
	})
}

func clipNormOf(p Params) ClipNorm {
	return ClipNorm{MaxNorm: p.MaxNorm, PerParameter: p.PerParameter, Automatic: p.Automatic, Gamma: p.Gamma}
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
	if g := r.Gamma; math.IsNaN(g) || math.IsInf(g, 0) || g < 0 || g > 0 && !r.Automatic {
		return fmt.Errorf("clip-norm: gamma = %v: choose a finite number above 0, or 0 for 0.01, and only with automatic clipping", g)
	}
	return checkBatch("clip-norm", m, 1)
}

// Laws of norm clipping: only the order does not matter. One example moves the direction by at most R/m, but may
// carry a coordinate out of the others' range.
func (ClipNorm) Laws() Laws { return Laws{Permutation: true} }

// Directions are the means of the shortened gradients.
func (r ClipNorm) Directions(params []Examples) []*graph.Node {
	directions, _ := r.clip(params)
	return directions
}

// clip is Directions, and 1 for each example that was shortened, [m], nil without parameters.
func (r ClipNorm) clip(params []Examples) (directions []*graph.Node, shortened *graph.Node) {
	if !r.PerParameter {
		return r.together(params)
	}
	alone := r
	alone.MaxNorm = r.maxNorm() / math.Sqrt(float64(len(params)))
	for _, p := range params {
		one, short := alone.together([]Examples{p})
		directions = append(directions, one...)
		if shortened != nil {
			short = graph.Max(arith.ToWidest([]*graph.Node{shortened, short})[0], arith.ToWidest([]*graph.Node{short, shortened})[0])
		}
		shortened = short
	}
	return directions, shortened
}

// together shortens the parameters' gradients as one.
func (r ClipNorm) together(params []Examples) (directions []*graph.Node, shortened *graph.Node) {
	if len(params) == 0 {
		return nil, nil
	}
	// ‖g_b‖ is whole·√squares: whole is the largest magnitude in all of g_b, and squares is of what is divided by it.
	// Of a norm itself the square may be too large for its type, or too small.
	scales, squares := make([]*graph.Node, len(params)), make([]*graph.Node, len(params))
	for i, p := range params {
		scales[i], squares[i] = p.Norms()
	}
	common := arith.ToWidest(append(slices.Clone(scales), squares...))
	magnitudes, squares := common[:len(params)], common[len(params):]
	whole := arith.Reduce(magnitudes, graph.Max)
	whole = graph.Where(graph.Equal(whole, graph.ZerosLike(whole)), graph.OnesLike(whole), whole)
	for i, one := range magnitudes {
		squares[i] = graph.Mul(squares[i], graph.Square(graph.Div(one, whole)))
	}
	root := graph.Sqrt(arith.Sum(squares))
	limit := graph.Div(arith.Constant(whole, r.maxNorm()), root) // R/√squares
	kept := graph.LessOrEqual(whole, limit)                      // false where one of them is NaN
	shortened = graph.ConvertDType(graph.GreaterThan(whole, limit), whole.DType())
	if r.Automatic {
		gamma := r.Gamma
		if gamma == 0 {
			gamma = 0.01
		}
		limit = graph.Div(arith.Constant(whole, r.maxNorm()), graph.Add(root, graph.Div(arith.Constant(whole, gamma), whole)))
	}
	for i, p := range params {
		// What is left of the parameter's scale.
		left := graph.Mul(limit, graph.Div(magnitudes[i], whole))
		if !r.Automatic {
			left = graph.Where(kept, magnitudes[i], left)
		}
		weights := arith.Narrow(arith.DivScalar(left, float64(p.Len())), scales[i].DType())
		directions = append(directions, arith.Narrow(p.WeightedUnits(weights), p.Mean().DType()))
	}
	return directions, shortened
}
