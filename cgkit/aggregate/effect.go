// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/gomlx/core/graph"
)

// Effect is what a rule did to one batch, over all parameters together. All are scalars.
type Effect struct {
	// EnergyRemoved is ‖g − g̃‖²/‖g‖², g the mean gradient and g̃ the rule's direction. NaN where g is 0.
	EnergyRemoved *graph.Node
	// Cosine is ⟨g, g̃⟩/(‖g‖ ‖g̃‖). NaN where either is 0.
	Cosine *graph.Node
	// Clamped is the share, 0 to 1, of the m·P values that the rule changed or dropped; nil for rules that treat no
	// value apart. Values equal to a bound are not changed.
	Clamped *graph.Node
}

// limiting is a rule that treats values beyond two bounds apart.
type limiting interface {
	bounds(m int) (low, high bound)
}

func (w Winsorize) bounds(m int) (low, high bound)   { return w.Percentile.bounds(w.C, m) }
func (t TrimmedMean) bounds(m int) (low, high bound) { return Nearest.bounds(t.C, m) }

// Measure builds a rule's directions and its effect on the same batch.
func Measure(rule Rule, params []Examples) (directions []*graph.Node, effect Effect) {
	directions = rule.Directions(params)
	var removed, plain, both, own []*graph.Node
	for i, direction := range directions {
		g := params[i].Mean()
		removed = append(removed, inner(graph.Sub(g, direction), graph.Sub(g, direction)))
		plain = append(plain, inner(g, g))
		both = append(both, inner(g, direction))
		own = append(own, inner(direction, direction))
	}
	effect.EnergyRemoved = graph.Div(sumAll(removed), sumAll(plain))
	effect.Cosine = graph.Div(sumAll(both), graph.Mul(graph.Sqrt(sumAll(plain)), graph.Sqrt(sumAll(own))))
	if limits, ok := rule.(limiting); ok {
		effect.Clamped = clampedShare(limits, params)
	}
	return directions, effect
}

func inner(x, y *graph.Node) *graph.Node { return graph.ReduceAllSum(graph.Mul(x, y)) }

func clampedShare(limits limiting, params []Examples) *graph.Node {
	var counts []*graph.Node
	var values float64
	for _, p := range params {
		m := p.Len()
		low, high := limits.bounds(m)
		network := selection.Ordered(m, low.needs(), high.needs())
		all := emit(network, p)
		lower, _ := low.pick(all, network.Low, network.LowBound)
		upper, _ := high.pick(all, network.High, network.HighBound)
		outside := make([]*graph.Node, m)
		for b, value := range all[:m] {
			outside[b] = graph.ConvertDType(graph.LogicalOr(graph.LessThan(value, lower), graph.GreaterThan(value, upper)), value.DType())
		}
		counts = append(counts, graph.ReduceAllSum(sumAll(outside)))
		values += float64(m * p.Mean().Shape().Size())
	}
	return graph.DivScalar(sumAll(counts), values)
}
