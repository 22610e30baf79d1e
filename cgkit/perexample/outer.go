// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

// isDense reports whether a boundary is the product of one row for each example with a matrix, its given operand.
func (a *analysis) isDense(b *boundary, operand int) bool {
	node, info := b.node, b.info
	if node.Type() != graph.NodeTypeDotGeneral || operand != 1 {
		return false
	}
	x, w := node.Inputs()[0], node.Inputs()[1]
	return x.Rank() == 2 && w.Rank() == 2 && info.reads[0] == layout{axis: 0, inner: 1} &&
		len(intsAttribute(node, "lhsBatchAxes")) == 0 && slices.Equal(intsAttribute(node, "lhsContractingAxes"), []int{1}) &&
		x.DType() == w.DType() && node.DType() == w.DType()
}

// Outer says whether the parameter is the matrix of a dense layer and of nothing else: example b's gradient is the outer
// product of row b of left, shape [m, rows], and row b of right, shape [m, columns].
func (v *View) Outer() (left, right *graph.Node, ok bool) {
	if p := v.dense(); p != nil {
		return p.left, p.right, true
	}
	return nil, nil, false
}

// dense is the one place where a parameter enters that is the matrix of a dense layer and of nothing else; nil otherwise.
func (v *View) dense() *outerPart {
	if len(v.parts) != 1 {
		return nil
	}
	p, _ := v.parts[0].(*outerPart)
	return p
}

// outerPart is a dense layer: example b's gradient is the outer product of row b of the layer's input and row b of the
// gradient of its output.
type outerPart struct {
	input    *graph.Node // [m, in]
	gradient *graph.Node // [m, out], times m
	// The same two in the order of the parameter's axes, left [m, rows] and right [m, columns].
	left, right *graph.Node
	// columns is left transposed and rows is right, the operands of the product of all.
	columns, rows *graph.Node
	product       func(b int) *graph.Node // of an example's two rows
}

func newOuterPart(b *boundary) *outerPart {
	p := &outerPart{input: b.node.Inputs()[0], gradient: b.gradient}
	if intsAttribute(b.node, "rhsContractingAxes")[0] == 0 { // weights [in, out]
		p.left, p.right = p.input, p.gradient
	} else { // weights [out, in]
		p.left, p.right = p.gradient, p.input
	}
	p.columns, p.rows = graph.Transpose(p.left, 0, 1), p.right
	p.product = products(p.left, p.right)
	return p
}

func (p *outerPart) example(b int) *graph.Node { return p.product(b) }

// products gives the outer product of row b of left [m, rows] and row b of right [m, columns].
func products(left, right *graph.Node) func(b int) *graph.Node {
	leftRow, rightRow := flatRows(left), flatRows(right)
	return func(b int) *graph.Node {
		return graph.Mul(graph.Reshape(leftRow(b), -1, 1), graph.Reshape(rightRow(b), 1, -1))
	}
}

// flatRows reads rows of a matrix, as vectors, out of its flat form: in XLA one operation a row where slicing the matrix
// takes two, and the number of operations that one loop may have is limited (see package aggregate).
func flatRows(x *graph.Node) func(b int) *graph.Node {
	width := x.Shape().Dimensions[1]
	flat := graph.Reshape(x, x.Shape().Size())
	return func(b int) *graph.Node { return graph.SliceAxis(flat, 0, graph.AxisRange(b*width, (b+1)*width)) }
}
