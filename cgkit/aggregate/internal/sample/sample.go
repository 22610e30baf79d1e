// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sample

import "github.com/gomlx/gomlx/core/graph"

// Sample is m values of one shape, of which a rule selects some in every coordinate.
type Sample interface {
	// Len is the number of values m ≥ 1.
	Len() int
	// Example is value b, 0 ≤ b < m.
	Example(b int) *graph.Node
	// Mean is (1/m) Σ_b Example(b), however it is cheapest to come by.
	Mean() *graph.Node
}

// Small is up to how many coordinates a sample is small: turns of loops, and compiling one for it, cost more than what is
// done in them.
const Small = 4096

// Made is a sample within a loop, whose mean is known from outside.
type Made struct {
	M       int
	Average *graph.Node
	Make    func(b int) *graph.Node
}

// Len is M.
func (s Made) Len() int { return s.M }

// Mean is Average.
func (s Made) Mean() *graph.Node { return s.Average }

// Example makes value b.
func (s Made) Example(b int) *graph.Node { return s.Make(b) }

// StoredExample is the b-th of values that are stored one after another, along axis 0.
func StoredExample(x *graph.Node, b int) *graph.Node {
	return graph.Squeeze(graph.SliceAxis(x, 0, graph.AxisElem(b)), 0)
}

// StoredBlocks is [Blocked] of values that are stored one after another, along axis 0.
func StoredBlocks(x *graph.Node) (operands []*graph.Node, flips []bool, read Read) {
	return []*graph.Node{x}, []bool{true}, func(operands []*graph.Node) func(b int) *graph.Node {
		return func(b int) *graph.Node { return StoredExample(operands[0], b) }
	}
}

// Read takes operands, or the same rows of each of them, and returns the values made of these rows.
type Read = func(operands []*graph.Node) func(b int) *graph.Node
