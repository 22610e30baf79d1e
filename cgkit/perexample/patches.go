// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

// patches are a convolution as a dense layer on positions: left [m, positions, rows] is what the kernel lies on at each
// position of the output, right [m, positions, columns] the gradient there.
func (p *cloneTerm) patches(m int) (left, right *graph.Node, ok bool) {
	node := p.b.node
	if node.Type() != graph.NodeTypeConvGeneral || p.operand != 1 || p.b.info.reads[0] != (layout{axis: 0, inner: 1}) || !channelsLast(node) {
		return nil, nil, false
	}
	if intAttribute(node, "channelGroupCount") > 1 || intAttribute(node, "batchGroupCount") > 1 || slices.Max(append(intsAttribute(node, "inputDilations"), 1)) > 1 {
		return nil, nil, false
	}
	x, kernel, out := node.Inputs()[0], node.Inputs()[1].Shape().Dimensions, node.Shape().Dimensions
	if x.DType() != node.DType() {
		return nil, nil, false
	}
	spatial := x.Rank() - 2
	x = padded(node, x, spatial)
	perAxis := func(name string) func(axis int) int {
		list := intsAttribute(node, name)
		return func(axis int) int {
			if axis < len(list) && list[axis] > 0 {
				return list[axis]
			}
			return 1
		}
	}
	stride, dilation := perAxis("strides"), perAxis("kernelDilations")
	var parts []*graph.Node
	at := make([]int, spatial) // a position in the kernel
	for range product(kernel[:spatial]) {
		specs := []graph.SliceAxisSpec{graph.AxisRange()}
		for axis, k := range at {
			from := k * dilation(axis)
			specs = append(specs, graph.AxisRange(from, from+(out[1+axis]-1)*stride(axis)+1).Stride(stride(axis)))
		}
		parts = append(parts, graph.Slice(x, specs...))
		for axis := spatial - 1; axis >= 0; axis-- { // the next one, last axis first
			if at[axis]++; at[axis] < kernel[axis] {
				break
			}
			at[axis] = 0
		}
	}
	rows := product(kernel[:spatial+1])
	return graph.Reshape(graph.Concatenate(parts, -1), m, -1, rows), graph.Reshape(p.b.gradient, m, -1, kernel[spatial+1]), true
}

// channelsLast says whether all axes of a convolution are in the usual order.
func channelsLast(node *graph.Node) bool {
	axes := attribute(node, "axes")
	n := node.Rank() - 2
	spatial := func(name string, from int) bool {
		for i, axis := range intsOf(axes.FieldByName(name)) {
			if axis != from+i {
				return false
			}
		}
		return true
	}
	is := func(name string, want int) bool { return intOf(axes.FieldByName(name)) == want }
	return is("InputBatch", 0) && spatial("InputSpatial", 1) && is("InputChannels", n+1) &&
		spatial("KernelSpatial", 0) && is("KernelInputChannels", n) && is("KernelOutputChannels", n+1) &&
		is("OutputBatch", 0) && spatial("OutputSpatial", 1) && is("OutputChannels", n+1)
}

// padded is a convolution's input with its padding.
func padded(node, x *graph.Node, spatial int) *graph.Node {
	paddings := attribute(node, "paddings")
	config, any := make([]graph.PadAxis, x.Rank()), false
	for axis := range min(spatial, paddings.Len()) {
		pair := paddings.Index(axis)
		config[1+axis] = graph.PadAxis{Start: intOf(pair.Index(0)), End: intOf(pair.Index(1))}
		any = any || !pair.IsZero()
	}
	if !any {
		return x
	}
	return graph.Pad(x, graph.ScalarZero(x.Graph(), x.DType()), config...)
}
