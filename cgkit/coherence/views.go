// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence

import (
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// EnergyNodes is an [Energy] in a graph: two scalars.
type EnergyNodes struct{ Sum2, Total *graph.Node }

// MCoherence is the node of m·α; NaN where all gradients are 0.
func (e EnergyNodes) MCoherence() *graph.Node { return graph.Div(e.Sum2, e.Total) }

// OfViews builds the energy of a batch for each parameter, in the order of the views. Add those of a layer, or all of
// them, by [Plus]. Of parameters of half precision it is in float32. For a dense layer no per-example gradient is stored; elsewhere see [perexample.View.SquaredNorms].
func OfViews(views []*perexample.View) []EnergyNodes {
	list := make([]EnergyNodes, len(views))
	for i, v := range views {
		sum := graph.MulScalar(wide(v.Mean()), float64(v.Len())) // Σ_e g_e, by the package's 1/m convention
		list[i] = EnergyNodes{
			Sum2:  graph.ReduceAllSum(graph.Square(sum)),
			Total: graph.ReduceAllSum(v.SquaredNorms()),
		}
	}
	return list
}

// Plus adds energies: those of one layer's parameters, of some layers, or of all.
func Plus(energies ...EnergyNodes) EnergyNodes {
	sum := energies[0]
	for _, e := range energies[1:] {
		sum.Sum2, sum.Total = add(sum.Sum2, e.Sum2), add(sum.Total, e.Total)
	}
	return sum
}

// GroupNodes is [Groups] in a graph: three scalars.
type GroupNodes struct{ PP, PC, CC *graph.Node }

// GroupsOfViews builds the group products of a batch over all parameters together. pristine has shape [m], of any
// floating-point type: 1 for the examples of the first group, 0 for those of the second. Gradients are summed, not
// averaged; f does not depend on it. Products over parameters of several types are in the widest of them, float32 at least.
func GroupsOfViews(views []*perexample.View, pristine *graph.Node) GroupNodes {
	corrupt := graph.OneMinus(pristine)
	var all GroupNodes
	for i, v := range views {
		p, c := sumOf(v, pristine), sumOf(v, corrupt)
		one := GroupNodes{inner(p, p), inner(p, c), inner(c, c)}
		if i == 0 {
			all = one
			continue
		}
		all = GroupNodes{add(all.PP, one.PP), add(all.PC, one.PC), add(all.CC, one.CC)}
	}
	return all
}

// sumOf is Σ_e weights[e]·g_e; of float16, whose range sums leave, by way of their mean.
func sumOf(v *perexample.View, weights *graph.Node) *graph.Node {
	if v.Param().DType() != dtypes.Float16 {
		return v.Weighted(weights)
	}
	m := float64(v.Len())
	return graph.MulScalar(wide(v.Weighted(graph.DivScalar(wide(weights), m))), m)
}

func inner(x, y *graph.Node) *graph.Node { return graph.ReduceAllSum(graph.Mul(wide(x), wide(y))) }

// wide is what sums of half precision are taken in: float32.
func wide(x *graph.Node) *graph.Node {
	if x.DType().IsHalfPrecision() {
		return graph.ConvertDType(x, dtypes.Float32)
	}
	return x
}

// add adds numbers of parameters that may be of different types, in the wider one.
func add(x, y *graph.Node) *graph.Node {
	if x.DType() != y.DType() {
		x, y = graph.ConvertDType(x, dtypes.Float64), graph.ConvertDType(y, dtypes.Float64)
	}
	return graph.Add(x, y)
}
