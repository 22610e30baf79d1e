// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package layout

import (
	"coherentgradients/cgkit/aggregate/internal/order"
	"coherentgradients/cgkit/aggregate/internal/sample"

	"github.com/gomlx/gomlx/core/graph"
)

// Outer is a [sample.Sample] that knows whether it is that of a dense layer: value b is the outer product of row b of left,
// shape [m, rows], and row b of right, shape [m, columns].
type Outer interface {
	Outer() (left, right *graph.Node, ok bool)
}

func outer(p sample.Sample) (left, right *graph.Node, ok bool) {
	if o, is := p.(Outer); is {
		return o.Outer()
	}
	return nil, nil, false
}

// layers is dense layers of one shape, side by side: values of shape [layers, rows, columns].
type layers struct {
	m, count    int
	left, right *graph.Node // [m, layers, rows] and [m, layers, columns]
	mean        *graph.Node
}

func sideBySide(params []sample.Sample) layers {
	var lefts, rights, means []*graph.Node
	for _, p := range params {
		left, right, _ := outer(p)
		lefts, rights, means = append(lefts, left), append(rights, right), append(means, p.Mean())
	}
	return layers{m: params[0].Len(), count: len(params),
		left: graph.Stack(lefts, 1), right: graph.Stack(rights, 1), mean: graph.Stack(means, 0)}
}

// product reads both sides' rows two axes at a time, one operation each in XLA; see [order.NetworkLimit].
func (l layers) product(left, right *graph.Node) func(b int) *graph.Node {
	rows, columns := left.Shape().Dimensions[2], right.Shape().Dimensions[2]
	left, right = graph.Reshape(left, -1, rows), graph.Reshape(right, -1, columns)
	return func(b int) *graph.Node {
		here := graph.AxisRange(b*l.count, (b+1)*l.count)
		return graph.Mul(graph.ExpandAxes(graph.SliceAxis(left, 0, here), -1), graph.ExpandAxes(graph.SliceAxis(right, 0, here), 1))
	}
}

// inLoopOfOne is direction's result for dense layers, in a loop of one turn.
func inLoopOfOne(l layers, direction Direction) *graph.Node {
	state := []*graph.Node{graph.Const(l.mean.Graph(), int32(0)), l.mean, l.left, l.right}
	return sample.Loop(1, state, func(state []*graph.Node) []*graph.Node {
		made := sample.Made{M: l.m, Average: state[1], Make: l.product(state[2], state[3])}
		state[1] = direction(made, order.Networks)
		return state
	})[1]
}

// row is small parameters one behind the other, stored: values of shape [n].
type row struct {
	stored *graph.Node // [m, n]
	mean   *graph.Node
}

func inARow(params []sample.Sample) row {
	var means, stored []*graph.Node
	for _, p := range params {
		means = append(means, graph.Reshape(p.Mean(), -1))
		if left, right, ok := outer(p); ok {
			products := graph.Mul(graph.ExpandAxes(left, -1), graph.ExpandAxes(right, 1))
			stored = append(stored, graph.Reshape(products, p.Len(), -1))
			continue
		}
		examples := make([]*graph.Node, p.Len())
		for b := range examples {
			examples[b] = graph.Reshape(p.Example(b), 1, -1)
		}
		stored = append(stored, graph.Concatenate(examples, 0))
	}
	return row{stored: graph.Concatenate(stored, 1), mean: graph.Concatenate(means, 0)}
}

func (r row) Len() int                  { return r.stored.Shape().Dimensions[0] }
func (r row) Mean() *graph.Node         { return r.mean }
func (r row) Example(b int) *graph.Node { return sample.StoredExample(r.stored, b) }

func (r row) Blocks() (operands []*graph.Node, flips []bool, read sample.Read) {
	return sample.StoredBlocks(r.stored)
}
