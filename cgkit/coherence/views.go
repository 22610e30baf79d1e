// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence

import (
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// EnergyNodes is an [Energy] in a graph: two float64 scalars, whatever type the gradients have.
type EnergyNodes struct{ Sum2, Total *graph.Node }

// MCoherence is the node of m·α; NaN where all gradients are 0.
func (e EnergyNodes) MCoherence() *graph.Node { return graph.Div(e.Sum2, e.Total) }

// OfViews builds the energy of a batch for each parameter, in the order of the views. Add those of a layer, or all of
// them, by [Plus]. For a dense layer no per-example gradient is stored; elsewhere see [perexample.View.Norms].
//
// Squares are added up in float64: those of gradients in half or single precision always fit, whatever their size,
// and of parameters of several types energies add. Gradients in float64 beyond 1e150 are too large, and below 1e-150
// too small.
func OfViews(views []*perexample.View) []EnergyNodes {
	list := make([]EnergyNodes, len(views))
	for i, v := range views {
		sum := graph.MulScalar(double(v.Mean()), float64(v.Len())) // Σ_e g_e, by the package's 1/m convention
		largest, squares := v.Norms()
		list[i] = EnergyNodes{
			Sum2:  graph.ReduceAllSum(graph.Square(sum)),
			Total: graph.ReduceAllSum(graph.Mul(graph.Square(double(largest)), double(squares))),
		}
	}
	return list
}

// Plus adds energies: those of one layer's parameters, of some layers, or of all.
func Plus(energies ...EnergyNodes) EnergyNodes {
	sum := energies[0]
	for _, e := range energies[1:] {
		sum.Sum2, sum.Total = graph.Add(sum.Sum2, e.Sum2), graph.Add(sum.Total, e.Total)
	}
	return sum
}

// GroupNodes is [Groups] in a graph: three float64 scalars.
type GroupNodes struct{ PP, PC, CC *graph.Node }

// GroupsOfViews builds the group products of a batch over all parameters together, in float64 as [OfViews] does.
// pristine has shape [m] and any floating-point type: 1 for the examples of the first group, 0 for those of the
// second. Gradients are summed, not averaged; f does not depend on it.
func GroupsOfViews(views []*perexample.View, pristine *graph.Node) GroupNodes {
	sum := func(v *perexample.View, weights *graph.Node) *graph.Node {
		return double(v.Weighted(graph.ConvertDType(weights, v.SumType())))
	}
	corrupt := graph.OneMinus(pristine)
	var all GroupNodes
	for i, v := range views {
		p, c := sum(v, pristine), sum(v, corrupt)
		one := GroupNodes{inner(p, p), inner(p, c), inner(c, c)}
		if i == 0 {
			all = one
			continue
		}
		all = GroupNodes{graph.Add(all.PP, one.PP), graph.Add(all.PC, one.PC), graph.Add(all.CC, one.CC)}
	}
	return all
}

// double is x in float64.
func double(x *graph.Node) *graph.Node { return graph.ConvertDType(x, dtypes.Float64) }

func inner(x, y *graph.Node) *graph.Node { return graph.ReduceAllSum(graph.Mul(x, y)) }
