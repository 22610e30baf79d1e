// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"math"
	"slices"

	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// gram is what rules by weights on examples see of a batch: the products of its gradients, over all parameters
// together. Their directions are sums of the gradients with weights, so there is one pass over the layers for the
// products and one for the sum, and no second backward pass.
type gram struct {
	params []Examples
	own    []*graph.Node // of each parameter, the scale of each example's gradient, [m]
	// scale is a magnitude of each example's whole gradient, [m], above 0; products are ⟨g_a, g_b⟩ divided by
	// scale[a]·scale[b], [m, m]. A gradient with NaN or Inf has a NaN in its row and column.
	scale, products *graph.Node
}

func gramOf(params []Examples) gram {
	n := len(params)
	own, products := make([]*graph.Node, n), make([]*graph.Node, n)
	for i, p := range params {
		own[i], products[i] = p.UnitGram()
	}
	k := gram{params: params, own: own}
	common := arith.ToWidest(append(slices.Clone(own), products...))
	k.scale = arith.Reduce(common[:n], graph.Max)
	k.scale = graph.Where(graph.Equal(k.scale, graph.ZerosLike(k.scale)), graph.OnesLike(k.scale), k.scale)
	for i := range products {
		share := graph.Div(common[i], k.scale)
		products[i] = graph.Mul(common[n+i], outerProduct(share, share))
	}
	k.products = arith.Sum(products)
	return k
}

func (k gram) len() int { return k.params[0].Len() }

// direction is Σ_b weights[b]·g_b, NaN everywhere where a gradient has a NaN or an Inf, whatever its weight.
func (k gram) direction(weights *graph.Node) []*graph.Node {
	weights = graph.Where(graph.IsFinite(graph.ReduceAllSum(diagonal(k.products))), weights, arith.Constant(weights, math.NaN()))
	directions := make([]*graph.Node, len(k.params))
	for i, p := range k.params {
		own := k.own[i]
		units := arith.Narrow(graph.Mul(weights, arith.ToWidest([]*graph.Node{own, weights})[0]), own.DType())
		directions[i] = arith.Narrow(p.WeightedUnits(units), p.Mean().DType())
	}
	return directions
}

// distances are ‖g_a − g_b‖, [m, m], each from numbers of its own size. Its square is a difference of what may be
// larger by far: two gradients that differ by less than the root of the type's precision may have any distance below
// that.
func (k gram) distances() *graph.Node {
	m := k.len()
	rows, columns := graph.Reshape(k.scale, m, 1), graph.Reshape(k.scale, 1, m)
	larger := graph.Where(graph.GreaterThan(rows, columns), broadcast(rows, m), broadcast(columns, m))
	a, b := graph.Div(rows, larger), graph.Div(columns, larger)
	squares := diagonal(k.products)
	sum := graph.Add(
		graph.Mul(graph.Square(a), graph.Reshape(squares, m, 1)),
		graph.Mul(graph.Square(b), graph.Reshape(squares, 1, m)))
	return graph.Mul(larger, rootOf(graph.Sub(sum, arith.MulScalar(graph.Mul(graph.Mul(a, b), k.products), 2))))
}

// centred are ‖g_b − z‖ for z = Σ_a weights[a]·g_a, [m], and the same divided by a common scale, which is a scalar.
func (k gram) centred() (distance func(weights *graph.Node) *graph.Node, scale *graph.Node) {
	m := k.len()
	scale = graph.ReduceAllMax(k.scale)
	share := graph.Div(k.scale, scale)
	products := graph.Mul(k.products, outerProduct(share, share))
	squares := diagonal(products)
	return func(weights *graph.Node) *graph.Node {
		with := graph.ReduceSum(graph.Mul(products, graph.Reshape(weights, 1, m)), 1) // ⟨g_b, z⟩
		return rootOf(graph.Add(graph.Sub(squares, arith.MulScalar(with, 2)), graph.ReduceAllSum(graph.Mul(weights, with))))
	}, scale
}

// rootOf is √x, and 0 where rounding made a square less than that. NaN stays.
func rootOf(x *graph.Node) *graph.Node {
	zeros := graph.ZerosLike(x)
	return graph.Sqrt(graph.Where(graph.LessThan(x, zeros), zeros, x))
}

func outerProduct(x, y *graph.Node) *graph.Node {
	return graph.Mul(graph.Reshape(x, -1, 1), graph.Reshape(y, 1, -1))
}

func broadcast(x *graph.Node, m int) *graph.Node { return graph.BroadcastToDims(x, m, m) }

// onDiagonal says where the diagonal of [m, m] is.
func onDiagonal(x *graph.Node) *graph.Node {
	m := x.Shape().Dimensions[0]
	number := func(axis int) *graph.Node {
		return graph.Iota(x.Graph(), shapes.Make(x.DType(), m, m), axis)
	}
	return graph.Equal(number(0), number(1))
}

func diagonal(x *graph.Node) *graph.Node {
	return graph.ReduceSum(graph.Where(onDiagonal(x), x, graph.ZerosLike(x)), 1)
}

// count adds up how often something is true along the last axis, in the type of x.
func count(is, x *graph.Node) *graph.Node {
	return graph.ReduceSum(graph.ConvertDType(is, x.DType()), -1)
}
