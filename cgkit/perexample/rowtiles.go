// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Rows gives the gradients some rows at a time, for whoever has no room for all m of them: operands; and read, which
// takes the operands and returns rows from … from+count−1 of every example's gradient, shape [m, count, columns].
// Columns are the parameter's last axis, and rows all others. from is an int32 scalar, and from+count at most the
// number of rows. read uses nothing of the graph but what it is given, so it may be called in a closure.
//
// stored is how many bytes the operands take that are there for this alone, and working how many read takes for each
// row besides its result: where both are more than what going through rows saves, all gradients had better be stored.
//
// ok is false where the parameter is not the matrix of dense layers that work on several positions of an example, on
// sequences or at each step of one, or of one embedding, or the kernel of one convolution (channels last, in one group,
// input not dilated), whose patches are stored: a kernel's positions times its input.
func (v *View) Rows() (
	operands []*graph.Node, read func(operands []*graph.Node, from *graph.Node, count int) *graph.Node, stored, working int, ok bool,
) {
	if len(v.parts) != 1 || v.param.Rank() == 0 {
		return nil, nil, 0, 0, false
	}
	shared, is := v.parts[0].(*sharedPart)
	if !is || len(shared.terms) != 1 {
		return nil, nil, 0, 0, false
	}
	switch t := shared.terms[0].(type) {
	case *productTerm:
		if last := v.param.Shape().Dimensions[v.param.Rank()-1]; t.of != v.param || t.permutation != nil || t.columns() != last {
			return nil, nil, 0, 0, false
		}
		left, right := t.sides()
		return []*graph.Node{left, right}, rowsOfProducts, 0, perRow(left), true
	case *cloneTerm:
		if t.node() != v.param || t.b.gradient.DType() != v.param.DType() {
			return nil, nil, 0, 0, false
		}
		if p := t.patches(v.m); p != nil {
			if p.groups > 1 || !sorted(p.order) {
				return nil, nil, 0, 0, false
			}
			return []*graph.Node{p.left, p.right}, rowsOfProducts, byteSize(p.left), perRow(p.left), true
		}
		if v.param.Rank() == 2 && t.isLookUp() {
			places, table := t.lookUps(v.m)
			return []*graph.Node{places, table}, rowsOfLookUps, byteSize(places) + byteSize(table), perRow(places), true
		}
	}
	return nil, nil, 0, 0, false
}

func byteSize(x *graph.Node) int { return int(x.Shape().ByteSize()) }

// perRow is the bytes of an operand that one row takes: rows are its last axis.
func perRow(x *graph.Node) int { return byteSize(x) / max(1, x.Shape().Dimensions[x.Rank()-1]) }

func rowsOfProducts(operands []*graph.Node, from *graph.Node, count int) *graph.Node {
	left, right := operands[0], operands[1]
	zero := graph.Const(from.Graph(), int32(0))
	dims := left.Shape().Dimensions
	left = graph.DynamicSlice(left, []*graph.Node{zero, zero, from}, []int{dims[0], dims[1], count})
	return graph.Dot(left, right).General([]int{1}, []int{0}, []int{1}, []int{0})
}

// isLookUp says whether the operation looks whole rows of a matrix up, by one index each that has the batch axis first.
func (p *cloneTerm) isLookUp() bool {
	node, reads := p.b.node, p.b.info.reads
	if node.Type() != graph.NodeTypeGather || p.operand != 0 {
		return false
	}
	table, index := node.Inputs()[0].Shape().Dimensions, node.Inputs()[1]
	return reads[1].axis == 0 && intAttribute(node, "indexVectorAxis") == index.Rank()-1 && index.Shape().Dimensions[index.Rank()-1] == 1 &&
		slices.Equal(intsAttribute(node, "collapsedSliceAxes"), []int{0}) && slices.Equal(intsAttribute(node, "sliceSizes"), []int{1, table[1]}) &&
		slices.Equal(intsAttribute(node, "offsetOutputAxes"), []int{node.Rank() - 1})
}

// lookUps are a table of what arrives for the rows that each example looked up, [m·positions + 1, columns], and the
// places in it of all rows of the gradients, [m, rows]. What several positions of an example looked up is summed at
// the place of the last of them; rows that an example looked up nowhere have the table's last place, where zeros are.
// So going through the rows is reading them, and what is stored is one number a row where gradients have as many as
// columns.
func (p *cloneTerm) lookUps(m int) (places, table *graph.Node) {
	g := p.b.node.Graph()
	param := p.node().Shape().Dimensions
	rows, columns := param[0], param[1]
	index := graph.ConvertDType(graph.Reshape(p.b.node.Inputs()[1], m, -1), dtypes.Int32)
	positions := index.Shape().Dimensions[1]
	number := func(v int) *graph.Node { return graph.Const(g, int32(v)) }
	count := func(axis int) *graph.Node { return graph.Iota(g, shapes.Make(dtypes.Int32, m, positions), axis) }
	// GoMLX's gradient leaves out look-ups beyond the table.
	valid := graph.LogicalAnd(graph.GreaterOrEqual(index, number(0)), graph.LessThan(index, number(rows)))
	at := graph.Stack([]*graph.Node{count(0), index}, -1)
	last := graph.ScatterMax(graph.Zeros(g, shapes.Make(dtypes.Int32, m, rows)), at, graph.Add(count(1), number(1)), false, false)
	none := number(m * positions)
	place := func(example, last *graph.Node) *graph.Node {
		return graph.Add(graph.Mul(example, number(positions)), graph.Sub(last, number(1)))
	}
	slots := graph.Where(valid, place(count(0), graph.Gather(last, at)), none)
	updates := graph.Reshape(p.b.gradient, m, positions, columns)
	updates = graph.Where(graph.BroadcastToDims(graph.ExpandAxes(valid, -1), m, positions, columns), updates, graph.ZerosLike(updates))
	table = graph.ScatterSum(graph.Zeros(g, shapes.Make(updates.DType(), m*positions+1, columns)),
		graph.Reshape(slots, m*positions, 1), graph.Reshape(updates, m*positions, columns), false, false)
	examples := graph.Iota(g, shapes.Make(dtypes.Int32, m, rows), 0)
	places = graph.Where(graph.Equal(last, number(0)), none, place(examples, last))
	return places, table
}

func rowsOfLookUps(operands []*graph.Node, from *graph.Node, count int) *graph.Node {
	places, table := operands[0], operands[1]
	zero := graph.Const(from.Graph(), int32(0))
	here := graph.DynamicSlice(places, []*graph.Node{zero, from}, []int{places.Shape().Dimensions[0], count})
	return graph.Gather(table, graph.ExpandAxes(here, -1))
}
