// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Rows gives the gradients some rows at a time, for whoever has no room for all m of them: operands; and read, which takes
// the operands and returns rows from … from+count−1 of every example's gradient, shape [m, count, columns]. Columns are the
// parameter's last axis, and rows all others. from is an int32 scalar, and from+count at most the number of rows. read uses
// nothing of the graph but what it is given, so it may be called in a closure.
//
// ok is false where the parameter is not the matrix of one layer that works on several positions of an example, as a dense
// layer does on sequences, or of one embedding, or the kernel of one convolution (channels last, in one group, input not
// dilated), whose patches are stored: a kernel's positions times its input.
func (v *View) Rows() (operands []*graph.Node, read func(operands []*graph.Node, from *graph.Node, count int) *graph.Node, ok bool) {
	if len(v.parts) != 1 {
		return nil, nil, false
	}
	p, is := v.parts[0].(*clonePart)
	if !is || p.b.node.Inputs()[p.operand] != v.param || p.b.gradient.DType() != v.param.DType() {
		return nil, nil, false
	}
	if left, right, is := p.patches(v.m); is {
		return []*graph.Node{left, right}, rowsOfProducts, true
	}
	if v.param.Rank() != 2 {
		return nil, nil, false
	}
	if left, right, is := p.positions(v.m); is {
		return []*graph.Node{left, right}, rowsOfProducts, true
	}
	if indices, updates, is := p.lookUps(v.m); is {
		return []*graph.Node{indices, updates}, rowsOfLookUps, true
	}
	return nil, nil, false
}

// positions are the two sides of a dense layer on several positions: example b's gradient is left_bᵀ·right_b, with left
// [m, positions, rows] and right [m, positions, columns].
func (p *clonePart) positions(m int) (left, right *graph.Node, ok bool) {
	node, reads := p.b.node, p.b.info.reads
	if node.Type() != graph.NodeTypeDotGeneral || p.operand != 1 || reads[0].axis != 0 {
		return nil, nil, false
	}
	x := node.Inputs()[0]
	if len(intsAttribute(node, "lhsBatchAxes")) > 0 || !slices.Equal(intsAttribute(node, "lhsContractingAxes"), []int{x.Rank() - 1}) ||
		x.DType() != node.DType() || x.Rank() < 2 {
		return nil, nil, false
	}
	flat := func(n *graph.Node) *graph.Node { return graph.Reshape(n, m, -1, n.Shape().Dimensions[n.Rank()-1]) }
	left, right = flat(x), flat(p.b.gradient)
	if intsAttribute(node, "rhsContractingAxes")[0] == 1 { // weights [out, in]
		left, right = right, left
	}
	return left, right, true
}

func rowsOfProducts(operands []*graph.Node, from *graph.Node, count int) *graph.Node {
	left, right := operands[0], operands[1]
	zero := graph.Const(from.Graph(), int32(0))
	dims := left.Shape().Dimensions
	left = graph.DynamicSlice(left, []*graph.Node{zero, zero, from}, []int{dims[0], dims[1], count})
	return graph.Dot(left, right).General([]int{1}, []int{0}, []int{1}, []int{0})
}

// lookUps are the rows that an embedding looked up, [m, positions, 1], and their gradients, [m, positions, columns].
func (p *clonePart) lookUps(m int) (indices, updates *graph.Node, ok bool) {
	node, reads := p.b.node, p.b.info.reads
	if node.Type() != graph.NodeTypeGather || p.operand != 0 {
		return nil, nil, false
	}
	table, index := node.Inputs()[0].Shape().Dimensions, node.Inputs()[1]
	if reads[1].axis != 0 || intAttribute(node, "indexVectorAxis") != index.Rank()-1 || index.Shape().Dimensions[index.Rank()-1] != 1 ||
		!slices.Equal(intsAttribute(node, "collapsedSliceAxes"), []int{0}) || !slices.Equal(intsAttribute(node, "sliceSizes"), []int{1, table[1]}) ||
		!slices.Equal(intsAttribute(node, "offsetOutputAxes"), []int{node.Rank() - 1}) {
		return nil, nil, false
	}
	return graph.ConvertDType(graph.Reshape(index, m, -1, 1), dtypes.Int32), graph.Reshape(p.b.gradient, m, -1, table[1]), true
}

// rowsOfLookUps multiplies by what is 1 where a row was looked up and 0 elsewhere, as go-xla has no scatter in closures.
func rowsOfLookUps(operands []*graph.Node, from *graph.Node, count int) *graph.Node {
	indices, updates := operands[0], operands[1]
	dims := []int{updates.Shape().Dimensions[0], updates.Shape().Dimensions[1], count}
	rows := graph.Add(graph.Iota(from.Graph(), shapes.Make(dtypes.Int32, dims...), 2), graph.BroadcastToDims(from, dims...))
	hits := graph.ConvertDType(graph.Equal(graph.BroadcastToDims(indices, dims...), rows), updates.DType())
	return graph.Dot(hits, updates).General([]int{1}, []int{0}, []int{1}, []int{0})
}
