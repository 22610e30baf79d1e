// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/aggregate/internal/layout"

	"github.com/gomlx/gomlx/core/graph"
)

// What [Examples] may offer besides, for rules that select. *perexample.View is all three.

// Blocked is [Examples] that can be cut along the batch, so that a rule may go through them in a loop. Of those that are
// not, all m gradients are stored where a rule needs a loop.
type Blocked interface {
	// Blocks returns operands, axis 0 of each the m examples; and read, which takes the operands, or slices of them,
	// and returns the gradient of example b, counted within the slice. Where the operands are NaN so is the gradient;
	// where those marked in flips change their sign so does the gradient. read uses no other node of the graph.
	Blocks() (operands []*graph.Node, flips []bool, read func(operands []*graph.Node) func(b int) *graph.Node)
}

// Tiled is [Examples] of which some rows at a time can be made: read returns rows from … from+count−1 of all m
// gradients, shape [m, count, columns], columns being the parameter's last axis, and uses nothing of the graph but
// what it is given. stored is how many bytes the operands take that are there for this alone, working how many read
// takes for each row besides its result. ok is false where it can't be.
type Tiled interface {
	Rows() (operands []*graph.Node, read func(operands []*graph.Node, from *graph.Node, count int) *graph.Node, stored, working int, ok bool)
}

// Outer is [Examples] that know whether they are those of a dense layer: example b's gradient is the outer product of row
// b of left, shape [m, rows], and row b of right, shape [m, columns].
type Outer interface {
	Outer() (left, right *graph.Node, ok bool)
}

// DefaultTile is how many bytes of per-example gradients a rule that selects stores at a time, by itself, of parameters
// whose gradients are no outer products.
const DefaultTile = layout.DefaultTile
