// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// What is measured of a rule's directions is summed up apart from the network that makes them: XLA would else make the
// network again for each sum, which takes minutes to compile for a layer of 32 units.
func TestEffectApart(t *testing.T) {
	b := cgtest.XLA(t)
	g := graph.NewGraph(b, "effect")
	defer g.Finalize()
	x, w := graph.Parameter(g, "x", shapes.Make(dtypes.Float32, 100, 48)), graph.Parameter(g, "w", shapes.Make(dtypes.Float32, 48, 32))
	view := perexample.Of(graph.ReduceSum(graph.Sin(graph.Dot(x, w).Product()), 1), []*graph.Node{x}, []*graph.Node{w})[0]
	_, effect := aggregate.Measure(aggregate.Winsorize{C: 2}, []aggregate.Examples{view})
	if all := selections(nil, g.Nodes()...); all < 100 {
		t.Fatalf("the graph has %d operations of a network: there is nothing to keep apart", all)
	}
	for name, node := range map[string]*graph.Node{"energy removed": effect.EnergyRemoved, "cosine": effect.Cosine, "clamped": effect.Clamped} {
		if n := selections(map[*graph.Node]bool{}, node); n > 20 {
			t.Errorf("%s is made of %d operations of the network in one piece", name, n)
		}
	}
}

// selections counts the minima and maxima among nodes or, with a map of those seen, among what they are made of short of
// loops.
func selections(seen map[*graph.Node]bool, nodes ...*graph.Node) (n int) {
	for _, node := range nodes {
		if seen[node] || seen != nil && node.Type() == graph.NodeTypeWhile {
			continue
		}
		if node.Type() == graph.NodeTypeMin || node.Type() == graph.NodeTypeMax {
			n++
		}
		if seen != nil {
			seen[node] = true
			n += selections(seen, node.Inputs()...)
		}
	}
	return n
}
