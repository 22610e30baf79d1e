// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"slices"

	"coherentgradients/cgkit/aggregate/internal/arith"
	"coherentgradients/cgkit/aggregate/internal/order"
	"coherentgradients/cgkit/aggregate/internal/sample"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Effect is what a rule did to one batch, over all parameters together. All are scalars.
type Effect struct {
	// EnergyRemoved is ‖g − g̃‖²/‖g‖², g the mean gradient and g̃ the rule's direction. NaN where g is 0.
	EnergyRemoved *graph.Node
	// Cosine is ⟨g, g̃⟩/(‖g‖ ‖g̃‖). NaN where either is 0.
	Cosine *graph.Node
	// Clamped is the share, 0 to 1, of the m·P values that the rule changed or dropped; nil for rules that treat no
	// value apart. Values equal to a bound are not changed, and a NaN is beyond none.
	Clamped *graph.Node
	// Shortened is how many of the m examples norm clipping shortened, or, clipping automatically, would have; nil for
	// other rules.
	Shortened *graph.Node
}

// limiting is a rule that treats values beyond two percentiles differently.
type limiting interface {
	selecting
	limits(m int) order.Limits
}

// Measure builds a rule's directions and its effect on the same batch. The effect is in the widest type of the
// parameters, float32 at least, and does not depend on how large gradients are: where their squares would leave the
// range of numbers it is taken of scaled ones.
func Measure(rule Aggregator, params []Examples) (directions []*graph.Node, effect Effect) {
	directions = sample.Apart(rule.Directions(params)...)
	var plain, taken, scaledPlain, scaledTaken []*graph.Node
	for i, direction := range directions {
		plain, taken = append(plain, arith.Widen(params[i].Mean())), append(taken, arith.Widen(direction))
	}
	inRange, scale := squareScale(append(slices.Clone(plain), taken...))
	for i := range plain {
		scaledPlain, scaledTaken = append(scaledPlain, scaled(plain[i], scale)), append(scaledTaken, scaled(taken[i], scale))
	}
	removed, cosine := compared(plain, taken)
	scaledRemoved, scaledCosine := compared(scaledPlain, scaledTaken)
	effect.EnergyRemoved = graph.Where(inRange, removed, scaledRemoved)
	effect.Cosine = graph.Where(inRange, cosine, scaledCosine)
	if limiting, ok := rule.(limiting); ok {
		effect.Clamped = clampedShare(limiting, params)
	}
	if clipping, ok := rule.(ClipNorm); ok && len(params) > 0 {
		_, shortened := clipping.clip(params)
		effect.Shortened = graph.ReduceAllSum(shortened)
	}
	return directions, effect
}

// compared are ‖g − g̃‖²/‖g‖² and the cosine of g and g̃.
func compared(plain, taken []*graph.Node) (removed, cosine *graph.Node) {
	var differences, energies, products, own []*graph.Node
	for i, g := range plain {
		difference := graph.Sub(g, taken[i])
		differences = append(differences, inner(difference, difference))
		energies = append(energies, inner(g, g))
		products = append(products, inner(g, taken[i]))
		own = append(own, inner(taken[i], taken[i]))
	}
	energy := total(energies)
	return graph.Div(total(differences), energy), graph.Div(total(products), graph.Mul(graph.Sqrt(energy), graph.Sqrt(total(own))))
}

// squareScale says whether the squares and products of numbers stay in range by themselves, and by which power of two
// the numbers are to be multiplied for them to do so.
func squareScale(numbers []*graph.Node) (inRange, scale *graph.Node) {
	largest := make([]*graph.Node, len(numbers))
	for i, x := range numbers {
		largest[i] = graph.ReduceAllMax(graph.Abs(x))
	}
	top := arith.Reduce(arith.ToWidest(largest), graph.Max)
	high, low, by := 0x1p40, 0x1p-40, 0x1p80 // of float32: squares between 2^-80 and 2^96, and room for 2^30 of them
	if top.DType() == dtypes.Float64 {
		high, low, by = 0x1p400, 0x1p-400, 0x1p620
	}
	tooLarge, tooSmall := graph.GreaterThan(top, arith.Constant(top, high)), graph.LessThan(top, arith.Constant(top, low))
	scale = graph.Where(tooLarge, arith.Constant(top, 1/by), graph.Where(tooSmall, arith.Constant(top, by), arith.Constant(top, 1)))
	return graph.LogicalNot(graph.LogicalOr(tooLarge, tooSmall)), scale
}

// scaled is x·scale in the type of scale.
func scaled(x, scale *graph.Node) *graph.Node {
	return graph.Mul(arith.Narrow(x, scale.DType()), scale)
}

func inner(x, y *graph.Node) *graph.Node { return graph.ReduceAllSum(graph.Mul(x, y)) }

// total adds up scalars.
func total(parts []*graph.Node) *graph.Node { return arith.Sum(arith.ToWidest(parts)) }

// clampedShare is the share of all values of all parameters that lie beyond the limits.
func clampedShare(rule limiting, params []Examples) *graph.Node {
	var counts []*graph.Node
	var values float64
	for _, p := range params {
		_, by, _ := rule.demand(p.Len())
		outside, all := rule.limits(p.Len()).CountOutside(p, by)
		counts, values = append(counts, outside), values+float64(all)
	}
	return arith.DivScalar(total(counts), values)
}
