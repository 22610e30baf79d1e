// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

// productTerm is products of values of the batch with one operand, as of a dense layer on sequences or of the steps
// of a recurrent net: example b's gradient is left_bᵀ·right_b, with left [m, positions, rows] and right
// [m, positions, columns].
type productTerm struct {
	of            *graph.Node
	key           string        // alike for those that may be summed by summing positions
	lefts, rights []*graph.Node // one behind the other along the positions
	permutation   []int         // from the axes of the product to those of the operand; nil where they are the same
	dims          []int         // of the product, before that

	left, right *graph.Node
}

// product is the term of a product with an operand that every example reads in full; nil for other places.
func (a *analysis) product(u use) *productTerm {
	node, reads := u.b.node, u.b.info.reads
	if node.Type() != graph.NodeTypeDotGeneral || reads[u.operand].batch() || len(intsAttribute(node, "lhsBatchAxes")) > 0 {
		return nil
	}
	x, w := node.Inputs()[1-u.operand], node.Inputs()[u.operand]
	if x.DType() != node.DType() || w.DType() != node.DType() || !node.DType().IsFloat() {
		return nil
	}
	contracted := [2][]int{intsAttribute(node, "lhsContractingAxes"), intsAttribute(node, "rhsContractingAxes")}
	xIn, wIn := contracted[1-u.operand], contracted[u.operand]
	xOut, wOut := others(x.Rank(), xIn), others(w.Rank(), wIn)
	// The output's axes are those of the left operand, then those of the right one.
	xAt, wAt := 0, len(xOut)
	if u.operand == 0 {
		xAt, wAt = len(wOut), 0
	}
	batch := reads[1-u.operand].axis
	first := []int{xAt + slices.Index(xOut, batch)}
	positions := []int{batch}
	for i, axis := range xOut {
		if axis != batch {
			first, positions = append(first, xAt+i), append(positions, axis)
		}
	}
	for i := range wOut {
		first = append(first, wAt+i)
	}
	flat := func(n *graph.Node, axes []int, width int) *graph.Node {
		if !slices.IsSorted(axes) {
			n = graph.TransposeAllAxes(n, axes...)
		}
		return graph.Reshape(n, a.m, n.Shape().Size()/(a.m*width), width)
	}
	left := flat(x, append(positions, xIn...), sizeOf(w, wIn))
	right := flat(u.b.gradient, first, sizeOf(w, wOut))
	order := append(slices.Clone(wIn), wOut...)
	if swapped := append(slices.Clone(wOut), wIn...); slices.IsSorted(swapped) {
		left, right, order = right, left, swapped // weights [out, in]
	}
	p := &productTerm{of: a.same.find(w), lefts: []*graph.Node{left}, rights: []*graph.Node{right}}
	p.key = fmt.Sprint(p.of.Id(), order)
	for _, axis := range order {
		p.dims = append(p.dims, w.Shape().Dimensions[axis])
	}
	if !slices.IsSorted(order) {
		p.permutation = make([]int, len(order))
		for i, axis := range order {
			p.permutation[axis] = i
		}
	}
	return p
}

// others lists the axes that are not among some.
func others(rank int, axes []int) []int {
	var list []int
	for axis := range rank {
		if !slices.Contains(axes, axis) {
			list = append(list, axis)
		}
	}
	return list
}

func sizeOf(x *graph.Node, axes []int) int {
	size := 1
	for _, axis := range axes {
		size *= x.Shape().Dimensions[axis]
	}
	return size
}

// sides are the two sides over all positions.
func (p *productTerm) sides() (left, right *graph.Node) {
	if p.left == nil {
		p.left, p.right = oneBehindTheOther(p.lefts), oneBehindTheOther(p.rights)
	}
	return p.left, p.right
}

func oneBehindTheOther(list []*graph.Node) *graph.Node {
	if len(list) == 1 {
		return list[0]
	}
	return graph.Concatenate(list, 1)
}

func (p *productTerm) example(b int) share {
	left, right := p.sides()
	here := func(x *graph.Node) *graph.Node { return graph.Squeeze(graph.SliceAxis(x, 0, graph.AxisElem(b)), 0) }
	var gradient *graph.Node
	if left.Shape().Dimensions[1] == 1 {
		gradient = graph.Mul(graph.Reshape(here(left), -1, 1), here(right))
	} else {
		gradient = graph.Dot(here(left), here(right)).General([]int{0}, nil, []int{0}, nil)
	}
	gradient = graph.Reshape(gradient, p.dims...)
	if p.permutation != nil {
		gradient = graph.TransposeAllAxes(gradient, p.permutation...)
	}
	return share{p.of, gradient}
}

// rowsTerm is what elementwise operations give to an operand that they repeat for every example, such as a bias or a
// gain: stored, [m, operand], which is no more than the activations that it comes from.
type rowsTerm struct {
	of     *graph.Node
	stored *graph.Node
}

func (p *rowsTerm) example(b int) share {
	row := graph.SliceAxis(p.stored, 0, graph.AxisElem(b))
	return share{p.of, graph.Reshape(row, p.of.Shape().Dimensions...)}
}

// rows is the term of an elementwise operation; nil for other places, and where the operand has a part for each
// example.
func (a *analysis) rows(u use, param *graph.Node) *rowsTerm {
	node, info := u.b.node, u.b.info
	if !elementwise[node.Type()] || node.CustomGradient() != nil {
		return nil
	}
	of, inputs := u.node(), slices.Clone(node.Inputs())
	axes := iota(of.Rank()) // the output axis of each axis of what was repeated
	if info.reads[u.operand].batch() {
		// It was repeated before it came here.
		if of.Type() != graph.NodeTypeBroadcastInDim {
			return nil
		}
		axes, of = intsAttribute(of, "broadcastAxes"), of.Inputs()[0]
		if i := slices.Index(axes, info.layout.axis); i >= 0 && of.Shape().Dimensions[i] != 1 || !slices.IsSorted(axes) {
			return nil
		}
	} else if !of.Shape().Equal(node.Shape()) {
		inputs[u.operand] = graph.BroadcastToShape(of, node.Shape())
	}
	gradient := vjp(node.CloneWithInputs(inputs...), node, u.b.gradient, param)[u.operand]
	if gradient == nil {
		return nil
	}
	dims := slices.Clone(node.Shape().Dimensions)
	at := info.layout.axis
	dims[at] = info.layout.inner
	dims = slices.Insert(dims, at, a.m)
	var repeated []int
	for axis := range node.Rank() {
		i := slices.Index(axes, axis)
		if i >= 0 && of.Shape().Dimensions[i] != 1 {
			continue
		}
		if axis >= at {
			axis++
		}
		if dims[axis] > 1 {
			repeated = append(repeated, axis)
		}
	}
	stored := graph.Reshape(gradient, dims...)
	if len(repeated) > 0 {
		stored = graph.ReduceSum(stored, repeated...)
	}
	for _, axis := range repeated {
		if axis < info.layout.axis {
			at--
		}
	}
	if at > 0 {
		order := slices.Insert(others(stored.Rank(), []int{at}), 0, at)
		stored = graph.TransposeAllAxes(stored, order...)
	}
	return &rowsTerm{of: a.same.find(of), stored: graph.Reshape(stored, a.m, of.Shape().Size())}
}

func iota(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// columns is the length of the product's second axis.
func (p *productTerm) columns() int {
	x := p.rights[0]
	return x.Shape().Dimensions[2]
}
