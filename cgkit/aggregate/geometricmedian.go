// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/gomlx/core/graph"
)

// GeometricMedian is the point z whose distances to the examples' whole gradients have the smallest sum, found by
// smoothed Weiszfeld steps from the mean (Pillutla et al. 2019, arXiv:1912.13445):
//
//	w_b = 1/max(ν·r, ‖g_b − z‖),   z ← Σ_b w_b g_b / Σ_b w_b,
//
// r being the median of the distances: so that the size of gradients does not matter, ν is a share of it, where the
// source has a number.
//
//	Steps      0 means 8, after which z has come near; each costs m² products of numbers
//	Smoothing  ν; 0 means 0.1: below it rounding in distances would show where z comes close to an example
//	m = 1, 2   the mean
//	half of the examples alike, or more: they are the median, and get all the weight
//	NaN, Inf   in any example: NaN everywhere
//	half       products are in float32
//
// Distances come from the Gram matrix. Where examples differ in length by 10^18 in float32, or by 10^150 in float64,
// the short ones count as 0.
type GeometricMedian struct {
	Steps     int
	Smoothing float64
}

var _ Aggregator = GeometricMedian{}

func init() {
	Register("geometric-median", func(p Params) (Rule, error) {
		rule := GeometricMedian{Steps: p.Steps, Smoothing: p.Smoothing}
		return rule, rule.Check(1)
	})
}

// Name is "geometric-median".
func (GeometricMedian) Name() string { return "geometric-median" }

// Check wants 0 to 100 steps, and 0 ≤ ν ≤ 1.
func (r GeometricMedian) Check(m int) error {
	if r.Steps < 0 || r.Steps > 100 {
		return fmt.Errorf("geometric-median: %d steps: choose 1 to 100, or 0 for 8", r.Steps)
	}
	if math.IsNaN(r.Smoothing) || r.Smoothing < 0 || r.Smoothing > 1 {
		return fmt.Errorf("geometric-median: a smoothing of %v: choose a share of the median distance, 0 < ν ≤ 1, or 0 for 0.1", r.Smoothing)
	}
	return checkBatch("geometric-median", m, 1)
}

func (r GeometricMedian) settings() (steps int, smoothing float64) {
	steps, smoothing = r.Steps, r.Smoothing
	if steps == 0 {
		steps = 8
	}
	if smoothing == 0 {
		smoothing = 0.1
	}
	return steps, smoothing
}

// Laws of the geometric median: it is a mean with weights that distances give.
func (GeometricMedian) Laws() Laws {
	return Laws{Permutation: true, Translation: true, Scale: true, Range: true}
}

// Directions are the parts of the geometric median.
func (r GeometricMedian) Directions(params []Examples) []*graph.Node {
	if len(params) == 0 {
		return nil
	}
	steps, smoothing := r.settings()
	batch := gramOf(params)
	m := batch.len()
	distance, _ := batch.centred()
	weights := arith.DivScalar(graph.OnesLike(batch.scale), float64(m))
	for range steps {
		d := distance(weights)
		floor := arith.MulScalar(lowerMedian(d), smoothing)
		none := graph.Equal(floor, graph.ZerosLike(floor))
		near := graph.LessOrEqual(d, floor)
		least := broadcastTo(graph.Where(none, graph.OnesLike(floor), floor), d)
		weights = graph.Div(graph.OnesLike(d), graph.Where(near, least, d))
		// Half of them lie where z does: what does not gets no weight.
		weights = graph.Where(graph.LogicalAnd(broadcastTo(none, d), graph.LogicalNot(near)), graph.ZerosLike(d), weights)
		weights = graph.Div(weights, graph.ReduceAllMax(weights))
		weights = graph.Div(weights, graph.ReduceAllSum(weights))
	}
	return batch.direction(weights)
}

// lowerMedian is the smallest of some numbers that at least half of them do not exceed.
func lowerMedian(x *graph.Node) *graph.Node {
	m := x.Shape().Size()
	notAbove := count(graph.LessOrEqual(graph.Reshape(x, 1, m), graph.Reshape(x, m, 1)), x)
	enough := graph.GreaterOrEqual(notAbove, arith.Constant(x, float64(m)/2-0.25))
	return graph.ReduceAllMin(graph.Where(enough, x, broadcastTo(arith.Constant(x, math.Inf(1)), x)))
}

func broadcastTo(x, like *graph.Node) *graph.Node {
	return graph.BroadcastToDims(x, like.Shape().Dimensions...)
}
