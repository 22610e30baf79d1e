// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sample

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// CanLoop says whether a backend can run loops with all that selecting within them needs.
func CanLoop(b compute.Backend) bool { return b.Name() == "xla" }

// MayLoop says whether a loop can be built here.
func MayLoop(g *graph.Graph) bool { return CanLoop(g.Backend()) && !g.CurrentFunc().IsClosure() }

// Loop runs body turns times. state[0] must be an int32 counter, which body leaves to Loop. Closures of GoMLX may use
// nothing of the graph around them: whatever body needs is state.
func Loop(turns int, state []*graph.Node, body func(state []*graph.Node) []*graph.Node) []*graph.Node {
	g := state[0].Graph()
	parameters := func(g *graph.Graph) []*graph.Node {
		list := make([]*graph.Node, len(state))
		for i, node := range state {
			list[i] = graph.Parameter(g, fmt.Sprintf("state%d", i), node.Shape())
		}
		return list
	}
	step := graph.NewClosure(g, func(g *graph.Graph) []*graph.Node {
		s := parameters(g)
		// Everything comes through one barrier with the counter: else XLA would take what does not change out of the
		// loop, and store all m gradients.
		s = graph.OptimizationBarriers(s...)
		return append([]*graph.Node{graph.Add(s[0], graph.Const(g, int32(1)))}, body(s)[1:]...)
	})
	more := graph.NewClosure(g, func(g *graph.Graph) []*graph.Node {
		return []*graph.Node{graph.LessThan(parameters(g)[0], graph.Const(g, int32(turns)))}
	})
	return graph.While(more, step, state...)
}

// Apart keeps nodes apart from what is made of them: on XLA it passes them through a loop of one turn, which costs a copy. Sums
// over the result of a selection network take seconds longer to compile without it, and minutes for layers of 16, 24 or 32
// units; a barrier in its place was tried, and made no difference.
func Apart(nodes ...*graph.Node) []*graph.Node {
	if len(nodes) == 0 || !MayLoop(nodes[0].Graph()) {
		return nodes
	}
	state := append([]*graph.Node{graph.Const(nodes[0].Graph(), int32(0))}, nodes...)
	return Loop(1, state, func(state []*graph.Node) []*graph.Node { return state })[1:]
}

// ExamplesAt cuts examples from … from+count−1 out of operands; from is a scalar node.
func ExamplesAt(operands []*graph.Node, from *graph.Node, count int) []*graph.Node {
	list := make([]*graph.Node, len(operands))
	for i, operand := range operands {
		starts := []*graph.Node{from}
		dims := append([]int{count}, operand.Shape().Dimensions[1:]...)
		for range dims[1:] {
			starts = append(starts, graph.Const(from.Graph(), int32(0)))
		}
		list[i] = graph.DynamicSlice(operand, starts, dims)
	}
	return list
}
