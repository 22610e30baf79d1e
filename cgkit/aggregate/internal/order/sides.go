// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import (
	"coherentgradients/cgkit/aggregate/internal/sample"
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// eachSide brings out the k smallest values and, for the high side, the k smallest of the values with their signs
// changed, which are the k largest. One network for one side runs twice, in a loop, as XLA would make one loop over
// the coordinates of two networks. summarize makes of a side what is wanted, in a type: it gets the k values in no stated
// order and the hindmost of them.
func eachSide(b sample.Blocks, k int, to dtypes.DType, summarize func(tail []*graph.Node, bound *graph.Node) *graph.Node) (low, high *graph.Node) {
	network := selection.Extremes(b.M, k, 0)
	g := b.Graph()
	zeros := graph.Zeros(g, shapes.Make(to, b.Shape.Dimensions...))
	// State: turn, what the turn before gave, what this one gives, operands.
	state := append([]*graph.Node{graph.Const(g, int32(0)), zeros, zeros}, b.Operands...)
	final := sample.Loop(2, state, func(s []*graph.Node) []*graph.Node {
		values := runNetwork(network, b.Values(s[3:], b.M))
		s[1], s[2] = s[2], summarize(selection.Pick(values, network.Low), values[network.LowBound])
		for i, flips := range b.Flips {
			if flips {
				s[3+i] = graph.Neg(s[3+i])
			}
		}
		return s
	})
	return final[1], final[2]
}

// boundsBySides are the k-th smallest and the k-th largest value.
func boundsBySides(b sample.Blocks, k int) (lower, upper *graph.Node) {
	low, high := eachSide(b, k, b.Shape.DType, func(_ []*graph.Node, bound *graph.Node) *graph.Node { return bound })
	both := b.WithNaN(low, graph.Neg(high))
	return both[0], both[1]
}
