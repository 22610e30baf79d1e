// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package meters

import (
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/gomlx/core/graph"
)

// SumSquares is Σ_b g_b² in each coordinate, float64, of the parameter's shape. For a dense layer's matrix it is one
// matrix product, of the squares of what the layer takes and of the gradients of what it gives; elsewhere every
// example's gradient is made.
func SumSquares(v *perexample.View) *graph.Node {
	if left, right, ok := v.Outer(); ok {
		return graph.Dot(graph.Transpose(graph.Square(double(left)), 0, 1), graph.Square(double(right))).Product()
	}
	var sum *graph.Node
	for b := range v.Len() {
		one := graph.Square(double(v.Example(b)))
		if sum == nil {
			sum = one
		} else {
			sum = graph.Add(sum, one)
		}
	}
	return sum
}
