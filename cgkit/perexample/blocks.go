// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import "github.com/gomlx/gomlx/core/graph"

// Blocks gives the gradients in a form that can be cut along the batch, for whoever goes through it in a loop: operands,
// axis 0 of each the m examples; and read, which takes the operands, or slices of them that hold the same examples, and
// returns the gradient of example b, the parameter's shape, with b counted within the slice. Where the operands of an
// example are all NaN so is its gradient, and where those marked in flips change their sign so does the gradient.
//
// Dense layers are kept as their inputs [m, in] and output gradients [m, out]. Whatever else the parameter enters is
// stored as its m gradients, which takes [m, parameter] of memory.
//
// read uses nothing of the graph but the operands it is given, so it may be called in a closure.
func (v *View) Blocks() (operands []*graph.Node, flips []bool, read func(operands []*graph.Node) func(b int) *graph.Node) {
	dense := 0
	var others []part
	for _, p := range v.parts {
		if outer, ok := p.(*outerPart); ok {
			operands, flips = append(operands, outer.left, outer.right), append(flips, true, false)
			dense++
		} else {
			others = append(others, p)
		}
	}
	if dense == 0 {
		operands, flips = append(operands, v.Stack()), append(flips, true)
	} else if len(others) > 0 {
		stored := make([]*graph.Node, v.m)
		for b := range stored {
			stored[b] = v.sum(others, b)
		}
		operands, flips = append(operands, graph.Stack(stored, 0)), append(flips, true)
	}
	dims := v.param.Shape().Dimensions
	return operands, flips, func(operands []*graph.Node) func(b int) *graph.Node {
		var shares []func(b int) *graph.Node
		for i := range dense {
			shares = append(shares, products(operands[2*i], operands[2*i+1]))
		}
		for _, stored := range operands[2*dense:] {
			shares = append(shares, func(b int) *graph.Node {
				return graph.Reshape(graph.SliceAxis(stored, 0, graph.AxisElem(b)), dims...)
			})
		}
		return func(b int) *graph.Node {
			sum := shares[0](b)
			for _, share := range shares[1:] {
				sum = graph.Add(sum, share(b))
			}
			return sum
		}
	}
}
