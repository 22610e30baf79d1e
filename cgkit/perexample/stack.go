// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import "github.com/gomlx/gomlx/core/graph"

// stacker is what can give all m gradients in one node, by a number of operations that does not grow with m.
type stacker interface {
	// stack is its share of all gradients of param, [m, the parameter's shape]; nil where it knows no such way.
	stack(param *graph.Node, m int) *graph.Node
}

var _ = []stacker{wholePart{}, (*outerPart)(nil), (*sharedPart)(nil), (*productTerm)(nil), (*rowsTerm)(nil), (*cloneTerm)(nil)}

func (p wholePart) stack(param *graph.Node, m int) *graph.Node { return shaped(p.gradient, param, m) }

func (p *outerPart) stack(_ *graph.Node, m int) *graph.Node {
	left, right := p.left.Shape().Dimensions, p.right.Shape().Dimensions
	return graph.Mul(graph.Reshape(p.left, m, left[1], 1), graph.Reshape(p.right, m, 1, right[1]))
}

func (p *sharedPart) stack(param *graph.Node, m int) *graph.Node {
	return sumOfStacks(p.terms, param, m)
}

// sumOfStacks adds up some shares; nil where one of them can't be had. Nothing is built where one is no stacker.
func sumOfStacks[T any](shares []T, param *graph.Node, m int) *graph.Node {
	var list []stacker
	for _, share := range shares {
		s, ok := any(share).(stacker)
		if !ok {
			return nil
		}
		list = append(list, s)
	}
	var sum *graph.Node
	for _, s := range list {
		share := s.stack(param, m)
		if share == nil {
			return nil
		}
		if sum == nil {
			sum = share
		} else {
			sum = graph.Add(sum, share)
		}
	}
	return sum
}

func (p *productTerm) stack(param *graph.Node, m int) *graph.Node {
	if !reshaped(p.of, param) {
		return nil
	}
	left, right := p.sides()
	product := graph.Dot(left, right).General([]int{1}, []int{0}, []int{1}, []int{0})
	product = graph.Reshape(product, append([]int{m}, p.dims...)...)
	if p.permutation != nil {
		axes := []int{0}
		for _, axis := range p.permutation {
			axes = append(axes, axis+1)
		}
		product = graph.TransposeAllAxes(product, axes...)
	}
	return shaped(product, param, m)
}

func (p *rowsTerm) stack(param *graph.Node, m int) *graph.Node {
	if !reshaped(p.of, param) {
		return nil
	}
	return shaped(p.stored, param, m)
}

func (p *cloneTerm) stack(param *graph.Node, m int) *graph.Node {
	if p.node() != param || p.b.gradient.DType() != param.DType() {
		return nil
	}
	left, right, ok := p.patches(m)
	if !ok {
		return nil
	}
	return shaped(graph.Dot(left, right).General([]int{1}, []int{0}, []int{1}, []int{0}), param, m)
}

// shaped gives all gradients the shape [m, the parameter's shape]; nil where they are of another type.
func shaped(x, param *graph.Node, m int) *graph.Node {
	if x.DType() != param.DType() {
		return nil
	}
	return graph.Reshape(x, append([]int{m}, param.Shape().Dimensions...)...)
}

// reshaped says whether a node is the parameter, or the parameter in another shape.
func reshaped(node, param *graph.Node) bool {
	for node != param && node.Type() == graph.NodeTypeReshape {
		node = node.Inputs()[0]
	}
	return node == param
}

// stack is all m gradients in one node, [m, the parameter's shape], or nil where that would take operations whose
// number grows with m.
func (v *View) stack() *graph.Node {
	return sumOfStacks(v.parts, v.param, v.m)
}

// CheapNorms says whether [View.SquaredNorms] stores no more than the model itself does for the batch: for a dense
// layer's matrix, and for biases and gains.
func (v *View) CheapNorms() bool {
	if v.dense() != nil {
		return true
	}
	for _, p := range v.parts {
		shared, ok := p.(*sharedPart)
		if !ok {
			return false
		}
		for _, t := range shared.terms {
			if rows, ok := t.(*rowsTerm); !ok || !reshaped(rows.of, v.param) {
				return false
			}
		}
	}
	return true
}

// flat is a stack as a matrix: a row for each example.
func flat(stack *graph.Node) *graph.Node {
	return graph.Reshape(stack, stack.Shape().Dimensions[0], -1)
}
