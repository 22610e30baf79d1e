// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Stateful is a rule that remembers earlier batches. Whoever trains with it keeps its state between steps and asks
// Next.
type Stateful interface {
	Rule
	// State lists the shapes of what is kept for a parameter of the given shape. All of it starts as zeros.
	State(param shapes.Shape) []shapes.Shape
	// Next builds the directions of one step. state[i] is what is kept for params[i], as State lists it; step is an
	// int64 scalar, the number of steps before this one. It returns the directions, the state after the step, and
	// ready, a boolean scalar: where it is false the directions mean nothing, and the caller must leave the
	// parameters alone.
	Next(params []Examples, state [][]*graph.Node, step *graph.Node) (directions []*graph.Node, after [][]*graph.Node, ready *graph.Node)
}
