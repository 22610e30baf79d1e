// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

// patches are a convolution as a dense layer on positions.
type patches struct {
	left   *graph.Node // what the kernel lies on at each position of the output: [m, positions, kernel's positions · channels]
	right  *graph.Node // the gradient there: [m, positions, channels]
	groups int         // of channels
	dims   []int       // of the kernel as [spatial…, input channels of a group, output channels]
	order  []int       // from those axes to the kernel's; nil where they are the same
}

// patches are those of the kernel of a convolution, whatever the order of its axes; nil for other operations, where
// padding is negative, and where the input is dilated, of which GoMLX has no gradient.
func (p *cloneTerm) patches(m int) *patches {
	node := p.b.node
	if node.Type() != graph.NodeTypeConvGeneral || p.operand != 1 || p.b.info.reads[1].batch() || node.CustomGradient() != nil {
		return nil
	}
	if slices.Max(append(intsAttribute(node, "inputDilations"), 1)) > 1 {
		return nil
	}
	x, kernel := node.Inputs()[0], node.Inputs()[1].Shape().Dimensions
	spatial := x.Rank() - 2
	axes := attribute(node, "axes")
	at := func(first, last string, middle string) []int {
		list := intsOf(axes.FieldByName(middle))
		if first != "" {
			list = slices.Insert(list, 0, intOf(axes.FieldByName(first)))
		}
		return append(list, intOf(axes.FieldByName(last)))
	}
	x = inOrder(x, at("InputBatch", "InputChannels", "InputSpatial"))
	gradient := inOrder(p.b.gradient, at("OutputBatch", "OutputChannels", "OutputSpatial"))
	toKernel := append(at("", "KernelInputChannels", "KernelSpatial"), intOf(axes.FieldByName("KernelOutputChannels")))
	if x = padded(node, x, spatial); x == nil {
		return nil
	}
	out := gradient.Shape().Dimensions
	result := &patches{groups: max(1, intAttribute(node, "channelGroupCount"))}
	for _, axis := range toKernel {
		result.dims = append(result.dims, kernel[axis])
	}
	result.order = inverse(toKernel)
	stride, dilation := perAxis(node, "strides"), perAxis(node, "kernelDilations")
	var parts []*graph.Node
	here := make([]int, spatial) // a position in the kernel
	for range product(result.dims[:spatial]) {
		specs := []graph.SliceAxisSpec{graph.AxisRange()}
		for axis, k := range here {
			from := k * dilation(axis)
			specs = append(specs, graph.AxisRange(from, from+(out[1+axis]-1)*stride(axis)+1).Stride(stride(axis)))
		}
		parts = append(parts, graph.Slice(x, specs...))
		for axis := spatial - 1; axis >= 0; axis-- { // the next one, last axis first
			if here[axis]++; here[axis] < result.dims[axis] {
				break
			}
			here[axis] = 0
		}
	}
	rows := product(result.dims[:spatial]) * x.Shape().Dimensions[1+spatial]
	result.left = graph.Reshape(graph.Concatenate(parts, -1), m, -1, rows)
	result.right = graph.Reshape(gradient, m, -1, result.dims[spatial+1])
	return result
}

// stack is the gradient of each example, [m, the kernel's shape].
func (p *patches) stack(m int) *graph.Node {
	left, right := p.left, p.right
	dims := append([]int{m}, p.dims...)
	var gradients *graph.Node
	if p.groups == 1 {
		gradients = graph.Dot(left, right).General([]int{1}, []int{0}, []int{1}, []int{0})
	} else {
		// [m, positions, kernel, groups, in] and [m, positions, groups, out] make [m, groups, kernel, in, out].
		kernel := product(p.dims[:len(p.dims)-2])
		in, out := p.dims[len(p.dims)-2], p.dims[len(p.dims)-1]/p.groups
		left = graph.Reshape(left, m, -1, kernel, p.groups, in)
		right = graph.Reshape(right, m, -1, p.groups, out)
		gradients = graph.Dot(left, right).General([]int{1}, []int{0, 3}, []int{1}, []int{0, 2})
		gradients = graph.TransposeAllAxes(gradients, 0, 2, 3, 1, 4)
	}
	return inOrder(graph.Reshape(gradients, dims...), afterFirst(p.order))
}

// inOrder is x with its axes in another order; the same node where that is the one they have.
func inOrder(x *graph.Node, order []int) *graph.Node {
	if order == nil || slices.IsSorted(order) {
		return x
	}
	return graph.TransposeAllAxes(x, order...)
}

// inverse is the order that undoes another one; nil where there is nothing to undo.
func inverse(order []int) []int {
	if slices.IsSorted(order) {
		return nil
	}
	list := make([]int, len(order))
	for i, axis := range order {
		list[axis] = i
	}
	return list
}

// afterFirst is an order of the axes that come after one that stays the first.
func afterFirst(order []int) []int {
	if order == nil {
		return nil
	}
	list := []int{0}
	for _, axis := range order {
		list = append(list, axis+1)
	}
	return list
}

// perAxis reads a number for each spatial axis of a convolution, 1 where none is given.
func perAxis(node *graph.Node, name string) func(axis int) int {
	list := intsAttribute(node, name)
	return func(axis int) int {
		if axis < len(list) && list[axis] > 0 {
			return list[axis]
		}
		return 1
	}
}

// padded is a convolution's input with its padding; nil where that takes away.
func padded(node, x *graph.Node, spatial int) *graph.Node {
	paddings := attribute(node, "paddings")
	config, any := make([]graph.PadAxis, x.Rank()), false
	for axis := range spatial {
		var pad graph.PadAxis
		if axis < paddings.Len() {
			pad.Start, pad.End = intOf(paddings.Index(axis).Index(0)), intOf(paddings.Index(axis).Index(1))
		}
		if pad.Start < 0 || pad.End < 0 {
			return nil
		}
		config[1+axis] = pad
		any = any || pad != graph.PadAxis{}
	}
	if !any {
		return x
	}
	return graph.Pad(x, graph.ScalarZero(x.Graph(), x.DType()), config...)
}
