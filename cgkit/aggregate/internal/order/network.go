// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import (
	"coherentgradients/cgkit/aggregate/internal/arith"
	"coherentgradients/cgkit/aggregate/internal/sample"
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/gomlx/core/graph"
)

// emit writes a network's operations into the graph of the examples and returns every value, by number: the m examples
// first. XLA fuses the whole of it, the examples' outer products included, into one loop over the coordinates.
func emit(network *selection.Network, examples sample.Sample) []*graph.Node {
	values := make([]*graph.Node, examples.Len(), examples.Len()+network.Size())
	for b := range values {
		values[b] = examples.Example(b)
		if arith.DropsSubnormals(values[b].DType(), values[b].Graph()) {
			values[b] = arith.Widen(values[b])
		}
	}
	return runNetwork(network, values)
}

// runNetwork appends what the network makes of the values.
func runNetwork(network *selection.Network, values []*graph.Node) []*graph.Node {
	for _, op := range network.Ops {
		if op.Kind == selection.Min {
			values = append(values, graph.Min(values[op.A], values[op.B]))
		} else {
			values = append(values, graph.Max(values[op.A], values[op.B]))
		}
	}
	return values
}
