// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// Examples is what a rule sees of one parameter: m gradients of the parameter's shape. *perexample.View is one.
type Examples interface {
	// Len is the number of examples m ≥ 1.
	Len() int
	// Example is the gradient of example b, 0 ≤ b < m.
	Example(b int) *graph.Node
	// Mean is (1/m) Σ_b Example(b), however it is cheapest to come by.
	Mean() *graph.Node
	// MeanOf is 1/(to−from) Σ_{from ≤ b < to} Example(b), of these examples alone: what the others are does not enter
	// it. It is float32 where gradients are of half precision.
	MeanOf(from, to int) *graph.Node
	// Norms is ‖Example(b)‖ over this parameter as scale·√squares, both of shape [m], so that no square leaves the
	// range of numbers: scale is a magnitude of the example, such as that of its largest coordinate, and squares the
	// sum of the squares of the coordinates divided by it. Both are 0 for a gradient of 0, and float32 where gradients
	// are of half precision.
	Norms() (scale, squares *graph.Node)
	// UnitGram is ⟨Example(a), Example(b)⟩ over this parameter as scale[a]·scale[b]·products[a, b], with the scale of
	// Norms. Shapes: [m] and [m, m]. Where a gradient has a NaN or Inf its row and column have a NaN.
	UnitGram() (scale, products *graph.Node)
	// WeightedUnits is Σ_b weights[b]·u_b for weights of shape [m], u_b being Example(b) divided by the scale of Norms,
	// or 0. Weights and sum are float32 where gradients are of half precision.
	WeightedUnits(weights *graph.Node) *graph.Node
}

// Rule is a way to combine per-example gradients into one direction. It is an [Aggregator], or [Stateful]. A rule is a
// value: it may be used by several models at once.
type Rule interface {
	// Name is the rule's name in the registry.
	Name() string
	// Check says whether the rule can work on batches of m examples: nil, or an error naming the value, the range and
	// the remedy. Whoever builds a graph with the rule calls it first.
	Check(m int) error
}

// Aggregator is a rule that needs one batch and no more.
type Aggregator interface {
	Rule
	// Directions builds, for each parameter, the node that stands in for its mean gradient, of the parameter's shape.
	// All parameters hold the same m ≥ 1 examples, for which Check gave nil.
	Directions(params []Examples) []*graph.Node
}

// Lawful is a rule that says what it promises of its directions. A rule that is registered and is Lawful is held to
// it by the package's suite; to train, nobody needs to know.
type Lawful interface {
	Laws() Laws
}

// Laws are properties that a rule declares and the package's test suite proves; a law not declared is one for which the
// suite holds a counter-example.
type Laws struct {
	// Permutation: the direction does not depend on the order of the examples.
	Permutation bool
	// Translation: adding one vector to every gradient adds it to the direction.
	Translation bool
	// Scale: multiplying every gradient by one s > 0 multiplies the direction by it.
	Scale bool
	// Range: every coordinate of the direction lies between the smallest and the largest of that coordinate.
	Range bool
	// Breakdown: how many of m examples may be replaced by anything, in one coordinate and on one side, before the
	// direction can leave the range of the others. nil or 0: one suffices.
	Breakdown func(m int) int
}

// each applies a rule that treats every parameter for itself.
func each(params []Examples, direction func(Examples) *graph.Node) []*graph.Node {
	nodes := make([]*graph.Node, len(params))
	for i, p := range params {
		nodes[i] = direction(p)
	}
	return nodes
}

// checkBatch refuses batches of fewer examples than a rule needs.
func checkBatch(rule string, m, least int) error {
	if m < least {
		return fmt.Errorf("%s: a batch of %d examples: it needs at least %d", rule, m, least)
	}
	return nil
}
