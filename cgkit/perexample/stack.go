// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"coherentgradients/cgkit/internal/halves"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Stack is all m gradients in one node, [m, the parameter's shape], for who wants them stored: m times the parameter's
// memory. For dense layers, on sequences too, convolutions, embeddings, biases and gains it is a number of operations
// that does not grow with m.
func (v *View) Stack() *graph.Node {
	if stack := v.stack(); stack != nil {
		return stack
	}
	list := make([]*graph.Node, v.m)
	for b := range list {
		list[b] = v.Example(b)
	}
	return graph.Stack(list, 0)
}

// stack is Stack, or nil where that would take operations whose number grows with m.
func (v *View) stack() *graph.Node {
	if !v.triedStack {
		v.triedStack = true
		v.stored = sumOfStacks(v.parts, v.param, v.m)
	}
	return v.stored
}

// stacker is what can give all m gradients in one node, by a number of operations that does not grow with m.
type stacker interface {
	// stack is its share of all gradients of param, [m, the parameter's shape]; nil where it knows no such way.
	stack(param *graph.Node, m int) *graph.Node
}

var _ = []stacker{
	wholePart{}, (*outerPart)(nil), (*sharedPart)(nil), (*tailPart)(nil), (*productTerm)(nil), (*rowsTerm)(nil), (*cloneTerm)(nil),
}

func (p wholePart) stack(param *graph.Node, m int) *graph.Node {
	return shaped(p.gradient, param, m)
}

func (p *outerPart) stack(_ *graph.Node, m int) *graph.Node {
	left, right := p.left.Shape().Dimensions, p.right.Shape().Dimensions
	return graph.Mul(graph.Reshape(p.left, m, left[1], 1), graph.Reshape(p.right, m, 1, right[1]))
}

func (p *tailPart) stack(param *graph.Node, m int) *graph.Node {
	whole := p.example(0)
	if whole == nil {
		return nil
	}
	return graph.BroadcastToDims(graph.ExpandAxes(whole, 0), append([]int{m}, param.Shape().Dimensions...)...)
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
	if !lifts(p.of, param) {
		return nil
	}
	left, right := p.sides()
	product := graph.Dot(halves.Wide(left), halves.Wide(right)).General([]int{1}, []int{0}, []int{1}, []int{0})
	product = graph.Reshape(product, append([]int{m}, p.dims...)...)
	return shaped(lift(p.of, param, inOrder(product, afterFirst(p.permutation))), param, m)
}

func (p *rowsTerm) stack(param *graph.Node, m int) *graph.Node {
	if !lifts(p.of, param) {
		return nil
	}
	return shaped(lift(p.of, param, graph.Reshape(p.stored, append([]int{m}, p.of.Shape().Dimensions...)...)), param, m)
}

func (p *cloneTerm) stack(param *graph.Node, m int) *graph.Node {
	if !lifts(p.node(), param) {
		return nil
	}
	if conv := p.patches(m); conv != nil {
		conv.left, conv.right = halves.Wide(conv.left), halves.Wide(conv.right)
		return shaped(lift(p.node(), param, conv.stack(m)), param, m)
	}
	if p.isLookUp() {
		return shaped(lift(p.node(), param, p.scattered(m)), param, m)
	}
	return nil
}

// found are the rows of the table that each example looks up, int32 [m, positions], and what arrives for them,
// [m, positions, columns]: 0 for look-ups beyond the table, which GoMLX's gradient leaves out.
func (p *cloneTerm) found(m int) (index, arriving *graph.Node) {
	dims := p.node().Shape().Dimensions
	g := p.b.node.Graph()
	index = graph.ConvertDType(graph.Reshape(p.b.node.Inputs()[1], m, -1), dtypes.Int32)
	positions := index.Shape().Dimensions[1]
	number := func(v int) *graph.Node { return graph.Const(g, int32(v)) }
	valid := graph.LogicalAnd(graph.GreaterOrEqual(index, number(0)), graph.LessThan(index, number(dims[0])))
	arriving = graph.Reshape(p.b.gradient, m, positions, dims[1])
	each := graph.BroadcastToDims(graph.ExpandAxes(valid, -1), m, positions, dims[1])
	arriving = graph.Where(each, arriving, graph.ZerosLike(arriving))
	return graph.Where(valid, index, graph.ZerosLike(index)), arriving
}

// scattered is the gradient of a table for each example, [m, rows, columns].
func (p *cloneTerm) scattered(m int) *graph.Node {
	index, arriving := p.found(m)
	return scatterEach(index, halves.Wide(arriving), p.node().Shape().Dimensions[0])
}

// scatterEach adds up, for each example, what arrives for the same row of a table.
func scatterEach(index, arriving *graph.Node, rows int) *graph.Node {
	g, dims := index.Graph(), arriving.Shape().Dimensions
	at := graph.Stack([]*graph.Node{graph.Iota(g, index.Shape(), 0), index}, -1)
	zeros := graph.Zeros(g, shapes.Make(arriving.DType(), dims[0], rows, dims[2]))
	return graph.ScatterSum(zeros, graph.Reshape(at, -1, 2), graph.Reshape(arriving, -1, dims[2]), false, false)
}

// shaped gives all gradients the shape [m, the parameter's shape], and its type.
func shaped(x, param *graph.Node, m int) *graph.Node {
	return graph.ConvertDType(graph.Reshape(x, append([]int{m}, param.Shape().Dimensions...)...), param.DType())
}

// lifts says whether gradients of a node can be carried back to the parameter for all examples at once: whether the
// node is the parameter, or the parameter reshaped, transposed, cut or converted.
func lifts(node, param *graph.Node) bool {
	for node != param {
		switch {
		case node.CustomGradient() != nil:
			return false
		case node.Type() == graph.NodeTypeReshape, node.Type() == graph.NodeTypeTranspose:
		case node.Type() == graph.NodeTypeConvertDType:
			if !node.Inputs()[0].DType().IsFloat() {
				return false
			}
		case node.Type() == graph.NodeTypeSlice:
			for _, stride := range intsAttribute(node, "strides") {
				if stride > 1 {
					return false
				}
			}
		default:
			return false
		}
		node = node.Inputs()[0]
	}
	return true
}

// lift carries gradients of a node, [n, its shape], back to the parameter, [n, the parameter's shape]. Types stay: what
// is wide for sums remains so.
func lift(node, param, gradients *graph.Node) *graph.Node {
	for n := gradients.Shape().Dimensions[0]; node != param; node = node.Inputs()[0] {
		before := node.Inputs()[0].Shape().Dimensions
		switch node.Type() {
		case graph.NodeTypeReshape:
			gradients = graph.Reshape(gradients, append([]int{n}, before...)...)
		case graph.NodeTypeTranspose:
			gradients = inOrder(gradients, afterFirst(inverse(intsAttribute(node, "permutation"))))
		case graph.NodeTypeSlice:
			config := []graph.PadAxis{{}}
			limits := intsAttribute(node, "limits")
			for axis, start := range intsAttribute(node, "starts") {
				config = append(config, graph.PadAxis{Start: start, End: before[axis] - limits[axis]})
			}
			gradients = graph.Pad(gradients, graph.ScalarZero(gradients.Graph(), gradients.DType()), config...)
		}
	}
	return gradients
}

// flat is a stack as a matrix: a row for each example.
func flat(stack *graph.Node) *graph.Node {
	return graph.Reshape(stack, stack.Shape().Dimensions[0], -1)
}

// sorted says whether an order of axes is the one they have.
func sorted(order []int) bool { return order == nil || slices.IsSorted(order) }
