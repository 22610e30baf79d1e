// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// stacker is a part whose m gradients can be had in one node, by a number of operations that does not grow with m.
type stacker interface {
	// stack is the part's share of all gradients, [m, the parameter's shape]; nil where the part is not of such a kind.
	stack(m int) *graph.Node
}

func (p *outerPart) stack(m int) *graph.Node {
	left, right := p.left.Shape().Dimensions, p.right.Shape().Dimensions
	return graph.Mul(graph.Reshape(p.left, m, left[1], 1), graph.Reshape(p.right, m, 1, right[1]))
}

func (p *clonePart) stack(m int) *graph.Node {
	if sum := p.addend(m); sum != nil {
		return sum
	}
	if p.b.node.Inputs()[p.operand] != p.param || p.b.gradient.DType() != p.param.DType() {
		return nil
	}
	left, right, ok := p.patches(m)
	if !ok && p.param.Rank() == 2 {
		left, right, ok = p.positions(m)
	}
	if !ok {
		return nil
	}
	product := graph.Dot(left, right).General([]int{1}, []int{0}, []int{1}, []int{0})
	return graph.Reshape(product, append([]int{m}, p.param.Shape().Dimensions...)...)
}

// addend is what a parameter gets that is added to the batch, as biases are: the gradient of the sum, summed over what
// the parameter was repeated along. nil for anything else.
func (p *clonePart) addend(m int) *graph.Node {
	node, reads := p.b.node, p.b.info.layout
	if t := node.Type(); t != graph.NodeTypeAdd && t != graph.NodeTypeSub || reads.axis != 0 || reads.inner != 1 || p.b.info.reads[p.operand].batch() {
		return nil
	}
	operand := node.Inputs()[p.operand]
	repeated, source := repeatedAxes(operand, node)
	if !p.reshaped(source) || !slices.Contains(repeated, 0) {
		return nil
	}
	gradient := p.b.gradient
	if along := slices.DeleteFunc(repeated, func(axis int) bool { return axis == 0 }); len(along) > 0 {
		gradient = graph.ReduceSum(gradient, along...)
	}
	if node.Type() == graph.NodeTypeSub && p.operand == 1 {
		gradient = graph.Neg(gradient)
	}
	if gradient.DType() != p.param.DType() {
		return nil
	}
	return graph.Reshape(gradient, append([]int{m}, p.param.Shape().Dimensions...)...)
}

// repeatedAxes lists the axes of node along which an operand is repeated, by an explicit broadcast or by being of length
// 1, and what the operand was before it.
func repeatedAxes(operand, node *graph.Node) (axes []int, source *graph.Node) {
	if operand.Rank() != node.Rank() { // a scalar
		for axis := range node.Rank() {
			axes = append(axes, axis)
		}
		return axes, operand
	}
	source = operand
	kept := func(axis int) bool { return operand.Shape().Dimensions[axis] == node.Shape().Dimensions[axis] }
	if operand.Type() == graph.NodeTypeBroadcastInDim {
		source = operand.Inputs()[0]
		from := intsAttribute(operand, "broadcastAxes")
		kept = func(axis int) bool {
			i := slices.Index(from, axis)
			return i >= 0 && source.Shape().Dimensions[i] == node.Shape().Dimensions[axis]
		}
	}
	for axis := range node.Rank() {
		if axis == 0 || !kept(axis) { // the batch axis: the operand holds no example
			axes = append(axes, axis)
		}
	}
	return axes, source
}

// reshaped says whether a node is the parameter, or the parameter in another shape.
func (p *clonePart) reshaped(node *graph.Node) bool {
	for node != p.param && node.Type() == graph.NodeTypeReshape {
		node = node.Inputs()[0]
	}
	return node == p.param
}

// stack is all m gradients in one node, [m, the parameter's shape], or nil where a part is not of a kind for which that
// takes a number of operations that does not grow with m.
func (v *View) stack() *graph.Node {
	var sum *graph.Node
	for _, p := range v.parts {
		s, ok := p.(stacker)
		if !ok {
			return nil
		}
		share := s.stack(v.m)
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

// CheapNorms says whether [View.SquaredNorms] stores no more than the model itself does for the batch: for a dense
// layer's matrix, and for biases.
func (v *View) CheapNorms() bool {
	if v.dense() != nil || len(v.parts) == 0 {
		return true
	}
	for _, p := range v.parts {
		if c, ok := p.(*clonePart); !ok || c.addend(v.m) == nil {
			return false
		}
	}
	return true
}

// normsOf is the squared norm of each row of a stack [m, …]; those of half precision are added up in float32.
func normsOf(stack *graph.Node) *graph.Node {
	flat := graph.Reshape(stack, stack.Shape().Dimensions[0], -1)
	if t := flat.DType(); t == dtypes.Float16 || t == dtypes.BFloat16 {
		flat = graph.ConvertDType(flat, dtypes.Float32)
	}
	return rowNorms(flat)
}
