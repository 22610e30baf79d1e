// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"slices"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// What is made of a batch, counted in bytes: tiles never make more than storing all gradients does, and are given up where
// they would.
func TestTilesTakeLess(t *testing.T) {
	b := cgtest.XLA(t)
	const m = 20
	f32 := func(dims ...int) shapes.Shape { return shapes.Make(dtypes.Float32, dims...) }
	i32 := func(dims ...int) shapes.Shape { return shapes.Make(dtypes.Int32, dims...) }
	lookUp := func(x, w *graph.Node) *graph.Node { return graph.Gather(w, graph.ExpandAxes(x, -1)) }
	sequence := func(x, w *graph.Node) *graph.Node { return graph.Einsum("bti,io->bto", x, w) }
	for _, c := range []struct {
		name  string
		x, w  shapes.Shape
		layer func(x, w *graph.Node) *graph.Node
		tiled bool
	}{
		{"embedding of long texts", i32(m, 64), f32(500, 16), lookUp, true},
		{"embedding of one column", i32(m, 64), f32(5000, 1), lookUp, false},
		{"short sequences", f32(m, 4, 64), f32(64, 64), sequence, true},
		{"sequences much longer than layers are wide", f32(m, 3000, 8), f32(8, 256), sequence, false},
		{"kernel on a small picture", f32(m, 4, 4, 8), f32(3, 3, 8, 64), func(x, w *graph.Node) *graph.Node {
			return graph.Convolve(x, w).PadSame().Done()
		}, true},
		{"kernel on a large picture", f32(m, 40, 40, 8), f32(3, 3, 8, 64), func(x, w *graph.Node) *graph.Node {
			return graph.Convolve(x, w).PadSame().Done()
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := graph.NewGraph(b, "tiles")
			defer g.Finalize()
			x, w := graph.Parameter(g, "x", c.x), graph.Parameter(g, "w", c.w)
			loss := graph.ReduceSum(graph.Reshape(graph.Sin(c.layer(x, w)), m, -1), 1)
			view := perexample.Of(loss, []*graph.Node{x}, []*graph.Node{w})[0]
			before := len(g.Nodes())
			aggregate.Winsorize{C: 8, Tile: m * int(c.w.ByteSize()) / 8}.Directions([]aggregate.Examples{view})
			made := g.Nodes()[before:]
			loops := slices.ContainsFunc(made, func(n *graph.Node) bool { return n.Type() == graph.NodeTypeWhile })
			if loops != c.tiled {
				t.Fatalf("in tiles: %v, want %v", loops, c.tiled)
			}
			activations := m * int(c.x.ByteSize()) / m * c.w.Dimensions[len(c.w.Dimensions)-1]
			most := max(m*int(c.w.ByteSize())/2, activations)
			for _, n := range made {
				if loops && n.NumOutputs() == 1 && int(n.Shape().ByteSize()) > most {
					t.Errorf("%s makes %s, %d bytes; all gradients take %d", n.Type(), n.Shape(), n.Shape().ByteSize(), m*int(c.w.ByteSize()))
				}
			}
		})
	}
}
