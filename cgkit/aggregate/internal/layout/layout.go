// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package layout

import (
	"coherentgradients/cgkit/aggregate/internal/order"
	"coherentgradients/cgkit/aggregate/internal/sample"

	"github.com/gomlx/gomlx/core/graph"
)

// Options are what users may set on rules that select.
type Options struct {
	Method order.Method
	Tile   int // bytes of gradients stored at a time; 0 means DefaultTile
}

// Apply makes the direction of each parameter. d is what it asks of a sample.
//
// A network of more than [order.NetworkLimit] operations takes seconds to minutes to compile, for every loop that it is in.
// It is the same for all coordinates, so parameters go together then: dense layers of one shape side by side, and small
// parameters, biases for one, one behind the other. Each of these runs as a loop of one turn, as XLA would else make one
// network a user of its result. Small ones, and what is no dense layer's matrix, are counted.
func Apply[P sample.Sample](params []P, d order.Demand, o Options, direction Direction) []*graph.Node {
	nodes := make([]*graph.Node, len(params))
	g := params[0].Mean().Graph()
	alone := func(p sample.Sample) *graph.Node {
		if sample.MayLoop(g) && d.OnXLA(o.Method, g.Backend()) == order.Networks {
			if node := inTiles(p, o.Tile, direction); node != nil {
				return node
			}
		}
		return direction(p, o.Method)
	}
	if !sample.MayLoop(g) || !d.Shared(o.Method, g.Backend()) {
		for i, p := range params {
			nodes[i] = alone(p)
		}
		return nodes
	}
	for _, group := range groupsOf(params, d) {
		switch {
		case group.small:
			together, from := direction(inARow(group.members), order.Counting), 0
			for at, i := range group.places {
				shape := group.members[at].Mean().Shape()
				part := graph.SliceAxis(together, 0, graph.AxisRange(from, from+shape.Size()))
				nodes[i] = graph.Reshape(part, shape.Dimensions...)
				from += shape.Size()
			}
		case group.rows > 0:
			together := inLoopOfOne(sideBySide(group.members), direction)
			for at, i := range group.places {
				nodes[i] = graph.Squeeze(graph.SliceAxis(together, 0, graph.AxisElem(at)), 0)
			}
		default:
			nodes[group.places[0]] = alone(group.members[0])
		}
	}
	return nodes
}
