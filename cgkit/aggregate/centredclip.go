// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/gomlx/core/graph"
)

// CentredClip moves a centre v towards the examples' whole gradients, each pull cut to a length of τ (Karimireddy et
// al. 2020, arXiv:2012.10333):
//
//	v ← v + (1/m) Σ_b (g_b − v)·min(1, τ/‖g_b − v‖),   L times, from v = 0.
//
// One round is norm clipping to τ. The source starts from the last update where there is one; here every batch starts
// from 0, so that nothing has to be remembered, and the distance that v can move is L·τ.
//
//	MaxNorm   τ; 0 means 10
//	Steps     L; 0 means 5; each costs m² products of numbers
//	NaN, Inf  in any example: NaN everywhere
//	half      products are in float32
//
// Distances come from the Gram matrix, see [GeometricMedian].
type CentredClip struct {
	MaxNorm float64
	Steps   int
}

var _ Aggregator = CentredClip{}

func init() {
	Register("centred-clip", func(p Params) (Rule, error) {
		rule := CentredClip{MaxNorm: p.MaxNorm, Steps: p.Steps}
		return rule, rule.Check(1)
	})
}

// Name is "centred-clip".
func (CentredClip) Name() string { return "centred-clip" }

// Check wants a finite τ above 0, and 1 to 100 rounds.
func (r CentredClip) Check(m int) error {
	if math.IsNaN(r.MaxNorm) || math.IsInf(r.MaxNorm, 0) || r.MaxNorm < 0 {
		return fmt.Errorf("centred-clip: a radius of %v: choose a finite number above 0, or 0 for 10", r.MaxNorm)
	}
	if r.Steps < 0 || r.Steps > 100 {
		return fmt.Errorf("centred-clip: %d rounds: choose 1 to 100, or 0 for 5", r.Steps)
	}
	return checkBatch("centred-clip", m, 1)
}

// Laws of centred clipping: only the order does not matter; it starts from 0 and knows a length.
func (CentredClip) Laws() Laws { return Laws{Permutation: true} }

// Directions are the parts of where the centre ends.
func (r CentredClip) Directions(params []Examples) []*graph.Node {
	if len(params) == 0 {
		return nil
	}
	radius, rounds := r.MaxNorm, r.Steps
	if radius == 0 {
		radius = 10
	}
	if rounds == 0 {
		rounds = 5
	}
	batch := gramOf(params)
	m := batch.len()
	distance, scale := batch.centred()
	limit := graph.Div(arith.Constant(scale, radius), scale)
	weights := graph.ZerosLike(batch.scale)
	for range rounds {
		d := distance(weights)
		within := graph.LessOrEqual(d, limit)
		pull := graph.Where(within, graph.OnesLike(d), graph.Div(limit, graph.Where(within, graph.OnesLike(d), d)))
		left := graph.OneMinus(arith.DivScalar(graph.ReduceAllSum(pull), float64(m)))
		weights = graph.Add(graph.Mul(weights, left), arith.DivScalar(pull, float64(m)))
	}
	return batch.direction(weights)
}
