// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"

	"coherentgradients/cgkit/internal/halves"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// SumType is the type in which sums over examples are made: float32 for parameters of half precision, else the
// parameter's.
func (v *View) SumType() dtypes.DType { return halves.SumType(v.param.DType()) }

// MeanOf is the mean of g_b over from ≤ b < to: for a dense layer one matrix product of to−from rows. Every term is
// divided beforehand, so that it is finite where the gradients are. Shape: the parameter's; float32 where that is of
// half precision.
func (v *View) MeanOf(from, to int) *graph.Node {
	v.checkRange(from, to)
	count := float64(to - from)
	if outer := v.dense(); outer != nil {
		return graph.Dot(halves.Wide(graph.SliceAxis(outer.columns, 1, graph.AxisRange(from, to))),
			graph.DivScalar(halves.Wide(graph.SliceAxis(outer.rows, 0, graph.AxisRange(from, to))), count)).Product()
	}
	mean := graph.DivScalar(halves.Wide(v.Example(from)), count)
	for b := from + 1; b < to; b++ {
		mean = graph.Add(mean, graph.DivScalar(halves.Wide(v.Example(b)), count))
	}
	return mean
}

func (v *View) checkRange(from, to int) {
	if from < 0 || to > v.m || from >= to {
		panic(fmt.Errorf("perexample: examples %d to %d: the batch has examples 0 to %d", from, to-1, v.m-1))
	}
}

// Norms is ‖g_b‖ over this parameter as largest·√squares: largest is that of the magnitudes of g_b's coordinates, and
// squares the sum of the squares of the coordinates divided by it, so that no square leaves the range of numbers.
// Both are 0 where g_b is 0, and what squares is where g_b has a NaN or Inf is NaN. Shapes: [m]; float32 where the
// parameter is of half precision. It costs what [View.SquaredNorms] does.
func (v *View) Norms() (largest, squares *graph.Node) {
	if outer := v.dense(); outer != nil {
		left, leftLargest := units(outer.input)
		right, rightLargest := units(outer.gradient)
		return graph.Mul(leftLargest, rightLargest), graph.Mul(rowNorms(left), rowNorms(right))
	}
	if stack := v.stack(); stack != nil {
		unit, largest := units(flat(stack))
		return largest, rowNorms(unit)
	}
	magnitudes, norms := make([]*graph.Node, v.m), make([]*graph.Node, v.m)
	for b := range norms {
		unit, one := units(graph.Reshape(v.Example(b), 1, -1))
		magnitudes[b], norms[b] = one, rowNorms(unit)
	}
	return graph.Concatenate(magnitudes, 0), graph.Concatenate(norms, 0)
}

// WeightedUnits is Σ_b weights[b]·u_b, u_b being g_b divided by the largest magnitude of its coordinates, or 0.
// weights: shape [m], in the type of the result, which is the parameter's, or float32 where that is of half
// precision. For a dense layer it is one matrix product.
func (v *View) WeightedUnits(weights *graph.Node) *graph.Node {
	if outer := v.dense(); outer != nil {
		left, _ := units(outer.left)
		right, _ := units(outer.right)
		return graph.Dot(graph.Transpose(left, 0, 1), graph.Mul(right, graph.Reshape(weights, v.m, 1))).Product()
	}
	var sum *graph.Node
	for b := range v.m {
		unit, _ := units(graph.Reshape(v.Example(b), 1, -1))
		term := graph.Mul(unit, graph.Reshape(graph.SliceAxis(weights, 0, graph.AxisElem(b)), 1, 1))
		if sum == nil {
			sum = term
		} else {
			sum = graph.Add(sum, term)
		}
	}
	return graph.Reshape(sum, v.param.Shape().Dimensions...)
}

// units are rows divided by the largest magnitude in each, and those magnitudes, shape [rows]. Rows of 0 stay.
func units(x *graph.Node) (unit, largest *graph.Node) {
	x = halves.Wide(x)
	largest = graph.ReduceMax(graph.Abs(x), 1)
	divisor := graph.Where(graph.Equal(largest, graph.ZerosLike(largest)), graph.OnesLike(largest), largest)
	return graph.Div(x, graph.Reshape(divisor, -1, 1)), largest
}
