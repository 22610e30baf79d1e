// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package arith

import "github.com/gomlx/gomlx/core/graph"

// Constant is a number of x's type. GoMLX's own scalars are kept for use again, which fails where the first use is
// within a loop and the next one is not.
func Constant(x *graph.Node, v float64) *graph.Node {
	return graph.ConvertDType(graph.Const(x.Graph(), v), x.DType())
}

// MulScalar is x·v, fit for loops.
func MulScalar(x *graph.Node, v float64) *graph.Node { return graph.Mul(x, Constant(x, v)) }

// DivScalar is x/v, fit for loops.
func DivScalar(x *graph.Node, v float64) *graph.Node { return graph.Div(x, Constant(x, v)) }

// Sum adds values up as a balanced tree, so that the rounding error grows with the logarithm of their number only.
func Sum(values []*graph.Node) *graph.Node { return Reduce(values, graph.Add) }

// Reduce combines values as a balanced tree.
func Reduce(values []*graph.Node, combine func(x, y *graph.Node) *graph.Node) *graph.Node {
	for len(values) > 1 {
		next := make([]*graph.Node, 0, (len(values)+1)/2)
		for i := 0; i+1 < len(values); i += 2 {
			next = append(next, combine(values[i], values[i+1]))
		}
		if len(values)%2 == 1 {
			next = append(next, values[len(values)-1])
		}
		values = next
	}
	return values[0]
}
