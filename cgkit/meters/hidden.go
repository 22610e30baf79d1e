// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package meters

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Hidden is the outputs of a hidden layer for the examples of a batch: a ReLU found in a model's graph.
type Hidden struct {
	output *graph.Node // [m, …, units]
	bottom *graph.Node // what it is the maximum with
}

// HiddenOf lists the hidden layers of a graph, in the order in which the model built them: the maxima of something with
// axis 0 of the m examples, and at least one more axis, and a constant. That is what GoMLX's Relu and MaxScalar(x, 0)
// build. ReLUs fused into other operations, and other activations, are not among them.
func HiddenOf(g *graph.Graph, m int) []Hidden {
	var list []Hidden
	for _, node := range g.Nodes() {
		if node.Type() != graph.NodeTypeMax || node.Rank() < 2 || node.Shape().Dimensions[0] != m ||
			!node.DType().IsFloat() {
			continue
		}
		operands := node.Inputs()
		for i, operand := range operands {
			if constantOnly(operand) && !constantOnly(operands[1-i]) {
				list = append(list, Hidden{output: node, bottom: operand})
				break
			}
		}
	}
	return list
}

// constantOnly says whether a node is made of constants and nothing else.
func constantOnly(node *graph.Node) bool {
	if len(node.Inputs()) == 0 {
		return node.Type() == graph.NodeTypeConstant
	}
	for _, input := range node.Inputs() {
		if !constantOnly(input) {
			return false
		}
	}
	return true
}

// above is 1 where a unit is above the bottom for an example among those marked by a boolean [m], else 0: float32, [m,
// …, units]. nil marks all.
func (h Hidden) above(members *graph.Node) *graph.Node {
	above := graph.GreaterThan(h.output, h.bottom)
	if members != nil {
		dims := make([]int, h.output.Rank())
		for i := range dims {
			dims[i] = 1
		}
		dims[0] = h.output.Shape().Dimensions[0]
		members = graph.BroadcastToDims(graph.Reshape(members, dims...), h.output.Shape().Dimensions...)
		above = graph.LogicalAnd(above, members)
	}
	return graph.ConvertDType(above, dtypes.Float32)
}

// Alive is 1 for each unit that is above the bottom of its ReLU, 0 for a usual one, for any of the examples, float32
// [units]. A unit is an index of the last axis. members marks the examples that count, a boolean [m]; nil marks all.
func (h Hidden) Alive(members *graph.Node) *graph.Node {
	above := h.above(members)
	axes := make([]int, above.Rank()-1)
	for i := range axes {
		axes[i] = i
	}
	return graph.ReduceMax(above, axes...)
}

// Active is, for each example, the share of the layer's outputs that are above the bottom, float32 [m]; 0 for examples
// that are not marked.
func (h Hidden) Active(members *graph.Node) *graph.Node {
	above := h.above(members)
	m := above.Shape().Dimensions[0]
	flat := graph.Reshape(above, m, -1)
	return graph.DivScalar(graph.ReduceSum(flat, 1), float64(flat.Shape().Dimensions[1]))
}
