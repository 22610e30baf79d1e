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
	method() Method
}

func (w Winsorize) bounds(m int) (low, high bound)   { return w.Percentile.bounds(w.C, m) }
func (t TrimmedMean) bounds(m int) (low, high bound) { return Nearest.bounds(t.C, m) }
func (w Winsorize) method() Method                   { return w.Method }
func (t TrimmedMean) method() Method                 { return t.Method }

func (w Winsorize) demand(m int) (demand, Method, bool) {
	low, high := w.bounds(m)
	return demandOf(m, low, high, w.Exact), w.Method, low != (bound{}) || high != (bound{})
}

func (t TrimmedMean) demand(m int) (demand, Method, bool) {
	low, high := t.bounds(m)
	return demandOf(m, low, high, t.Exact), t.Method, low != (bound{}) || high != (bound{})
}

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
		mean := p.Mean()
		values += float64(m * mean.Shape().Size())
		d := demandOf(m, low, high, false)
		d.each, d.sums = 5, false
		if method := d.choose(limits.method(), mean.Graph()); method != Networks {
			b := blocksOf(p)
			lower, upper := b.bounds(method, low, high)
			counts = append(counts, graph.ReduceAllSum(b.fold(graph.Zeros(b.graph(), b.shape), []*graph.Node{lower, upper}, func(acc *graph.Node, values, limits []*graph.Node) *graph.Node {
				return graph.Add(acc, sumAll(outsideOf(values, limits[0], limits[1])))
			})))
			continue
		}
		network := selection.Ordered(m, d.low, d.high)
		all := emit(network, p)
		lower, _ := low.pick(all, network.Low, network.LowBound)
		upper, _ := high.pick(all, network.High, network.HighBound)
		counts = append(counts, graph.ReduceAllSum(sumAll(outsideOf(all[:m], lower, upper))))
	}
	return over(sumAll(counts), values)
}

// outsideOf is 1 for each value beyond the limits, 0 for the others.
func outsideOf(values []*graph.Node, lower, upper *graph.Node) []*graph.Node {
	list := make([]*graph.Node, len(values))
	for b, value := range values {
		list[b] = graph.ConvertDType(graph.LogicalOr(graph.LessThan(value, lower), graph.GreaterThan(value, upper)), value.DType())
	}
	return list
}
