// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"coherentgradients/cgkit/internal/halves"

	"github.com/gomlx/gomlx/core/graph"
)

// Weighted is Σ_b weights[b]·g_b. weights: shape [m], of any floating-point type; shape of the result: the
// parameter's. The result is float32 where the parameter is of half precision.
//
// A gradient is linear in what arrives at the layers, so what arrives is multiplied by the weights of its examples and
// GoMLX's rule of each layer is applied once: the cost of the parameter's ordinary gradient from what arrives on,
// whatever the layer, in a number of operations that does not grow with m. Gradients that a model defines itself need
// not be linear: behind them, and in half precision where a layer is no dense one and no convolution, examples are
// added up one by one.
func (v *View) Weighted(weights *graph.Node) *graph.Node {
	weights = graph.ConvertDType(weights, v.SumType())
	if outer := v.dense(); outer != nil {
		return graph.Dot(halves.Wide(outer.columns), graph.Mul(halves.Wide(outer.rows), graph.Reshape(weights, v.m, 1))).Product()
	}
	if v.stored != nil { // it is there already
		return v.weightedRows(flat(v.stored), weights)
	}
	if v.linear() {
		return v.weightedOnce(func(b *boundary) *graph.Node {
			return graph.Mul(b.gradient, alongBatch(weights, b))
		}, graph.ReduceAllSum(weights))
	}
	if s := v.sides(); s != nil {
		return s.weighted(weights)
	}
	if stack := v.stack(); stack != nil {
		return v.weightedRows(flat(stack), weights)
	}
	var sum *graph.Node
	for b := range v.m {
		term := graph.Mul(halves.Wide(v.Example(b)), graph.Squeeze(graph.SliceAxis(weights, 0, graph.AxisElem(b))))
		if sum == nil {
			sum = term
		} else {
			sum = graph.Add(sum, term)
		}
	}
	return sum
}

// weightedRows is the sum of rows [m, n] by weights, of the parameter's shape.
func (v *View) weightedRows(rows, weights *graph.Node) *graph.Node {
	sum := graph.Dot(graph.Reshape(weights, 1, v.m), halves.Wide(rows)).Product()
	return graph.Reshape(sum, v.param.Shape().Dimensions...)
}

// linear says whether one pass gives sums of the gradients: whether all rules between what arrives and the parameter
// are GoMLX's own, which are linear, and no half precision lies between.
func (v *View) linear() bool {
	if v.a == nil || halves.SumType(v.param.DType()) != v.param.DType() {
		return false
	}
	starts := make([]*graph.Node, len(v.uses))
	for i, u := range v.uses {
		starts[i] = u.node()
		if u.b.node.CustomGradient() != nil || halves.SumType(u.b.gradient.DType()) != u.b.gradient.DType() {
			return false
		}
	}
	return !slices.ContainsFunc(v.a.between(starts, v.param), func(n *graph.Node) bool {
		return n.CustomGradient() != nil || halves.SumType(n.DType()) != n.DType()
	})
}

// weightedOnce is the sum of the gradients with what arrives at each place where the parameter enters changed. total is
// how often what reaches every example counts.
func (v *View) weightedOnce(arriving func(b *boundary) *graph.Node, total *graph.Node) *graph.Node {
	var shares []share
	for _, u := range v.uses {
		if u.b.tail {
			continue
		}
		gradient := vjp(u.b.node, u.b.node, arriving(u.b), v.param)[u.operand]
		shares = append(shares, share{u.node(), gradient})
	}
	sum := v.a.pushBack(shares, v.param)
	for _, p := range v.parts {
		if tail, is := p.(*tailPart); is {
			if whole := tail.example(0); whole != nil && sum != nil {
				sum = graph.Add(sum, graph.Mul(whole, total))
			} else if whole != nil {
				sum = graph.Mul(whole, total)
			}
		}
	}
	if sum == nil {
		return graph.ZerosLike(v.param)
	}
	return sum
}

// alongBatch lays numbers of the examples, [m], along the batch axis of what arrives at a boundary.
func alongBatch(x *graph.Node, b *boundary) *graph.Node {
	x = graph.ConvertDType(x, b.gradient.DType())
	l, m := b.info.layout, x.Shape().Size()
	if l.inner > 1 {
		x = graph.BroadcastToDims(graph.Reshape(x, m, 1), m, l.inner)
	}
	dims := make([]int, b.gradient.Rank())
	for axis := range dims {
		dims[axis] = 1
	}
	dims[l.axis] = m * l.inner
	return graph.Reshape(x, dims...)
}

// Sum is Σ_{from ≤ b < to} g_b, of these examples alone: what the others are does not enter it. For a dense layer it is
// one matrix product of to−from rows. Shape: the parameter's; float32 where that is of half precision.
func (v *View) Sum(from, to int) *graph.Node { return v.sumOf(from, to, 1) }

// MeanOf is the mean of g_b over from ≤ b < to: for a dense layer one matrix product of to−from rows. Every term is
// divided beforehand, so that it is finite where the gradients are. Shape: the parameter's; float32 where that is of
// half precision.
func (v *View) MeanOf(from, to int) *graph.Node { return v.sumOf(from, to, to-from) }

// sumOf is the sum of some gradients, each divided beforehand.
func (v *View) sumOf(from, to, divisor int) *graph.Node {
	v.checkRange(from, to)
	over := func(x *graph.Node) *graph.Node {
		if divisor == 1 {
			return x
		}
		return graph.DivScalar(x, float64(divisor))
	}
	if outer := v.dense(); outer != nil {
		return graph.Dot(halves.Wide(graph.SliceAxis(outer.columns, 1, graph.AxisRange(from, to))),
			over(halves.Wide(graph.SliceAxis(outer.rows, 0, graph.AxisRange(from, to))))).Product()
	}
	if s := v.sides(); s != nil && v.stored == nil {
		part := s.some(from, to)
		part.right = over(part.right)
		return part.weighted(nil)
	}
	if stack := v.stack(); stack != nil {
		return graph.ReduceSum(over(halves.Wide(graph.SliceAxis(stack, 0, graph.AxisRange(from, to)))), 0)
	}
	sum := over(halves.Wide(v.Example(from)))
	for b := from + 1; b < to; b++ {
		sum = graph.Add(sum, over(halves.Wide(v.Example(b))))
	}
	return sum
}
