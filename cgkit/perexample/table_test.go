// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// tableRows are the layers of the table in cgkit/README.md.
var tableRows = []struct {
	name             string
	example, weights []int
	table            bool
	layer            func(x, w *Node) *Node
}{
	{"dense, 256 → 256", []int{256}, []int{256, 256}, false, func(x, w *Node) *Node { return Dot(x, w).Product() }},
	{"bias, 256", []int{256}, []int{256}, false, func(x, w *Node) *Node { return Add(x, ExpandLeftToRank(w, 2)) }},
	{"gain of a norm, 256, on 16 positions", []int{16, 256}, []int{256}, false, func(x, w *Node) *Node { return Mul(x, ExpandLeftToRank(w, 3)) }},
	{"dense on 16 positions, 256 → 256", []int{16, 256}, []int{256, 256}, false, func(x, w *Node) *Node { return Einsum("bti,io->bto", x, w) }},
	{"dense on 16 positions, 2048 → 2048", []int{16, 2048}, []int{2048, 2048}, false, func(x, w *Node) *Node { return Einsum("bti,io->bto", x, w) }},
	{"convolution 3×3, 16 → 32 channels, on 16×16", []int{16, 16, 16}, []int{3, 3, 16, 32}, false, func(x, w *Node) *Node { return Convolve(x, w).PadSame().Done() }},
	{"embedding, 10,000 × 64, 16 look-ups", []int{16}, []int{10000, 64}, true, func(x, w *Node) *Node { return Gather(w, ExpandAxes(x, -1)) }},
	{"one matrix in two dense layers, 256 → 256", []int{256}, []int{256, 256}, false, func(x, w *Node) *Node { return Dot(Sin(Dot(x, w).Product()), w).Product() }},
	{"dense on 16 positions, with the exponential of its matrix", []int{16, 256}, []int{256, 256}, false, func(x, w *Node) *Node { return Einsum("bti,io->bto", x, Exp(w)) }},
}

var tableColumns = []func(v *perexample.View){
	func(v *perexample.View) { v.Mean() },
	func(v *perexample.View) { v.Weighted(Ones(v.Param().Graph(), shapes.Make(dtypes.Float32, v.Len()))) },
	func(v *perexample.View) { v.SquaredNorms() },
	func(v *perexample.View) { v.Gram() },
	func(v *perexample.View) {
		for b := range v.Len() {
			v.Example(b)
		}
	},
}

// The table of what norms, products and sums cost by kind of layer says what is built.
func TestTableOfCosts(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	b := cgtest.Go(t)
	for row, c := range tableRows {
		line := "| " + c.name + " |"
		for column := range tableColumns {
			nodes, largest := builtFor(b, row, column, 100)
			fewer, _ := builtFor(b, row, column, 50)
			if nodes-fewer >= 50 {
				line += fmt.Sprintf(" %d a gradient · %s |", (nodes-fewer)/50, megabytes(largest))
			} else {
				line += fmt.Sprintf(" %d · %s |", nodes, megabytes(largest))
			}
		}
		if !strings.Contains(string(readme), line+"\n") {
			t.Errorf("cgkit/README.md has no row\n%s", line)
		}
	}
}

func megabytes(bytes int) string {
	if bytes == 0 {
		return "0"
	}
	return fmt.Sprintf("%.3g", float64(bytes)/1e6)
}

// builtFor is how many operations are built for one cell, and the bytes of the largest value that they make.
func builtFor(b compute.Backend, row, column, m int) (count, largest int) {
	c := tableRows[row]
	g := NewGraph(b, "table")
	defer g.Finalize()
	dtype := dtypes.Float32
	if c.table {
		dtype = dtypes.Int32
	}
	x := Parameter(g, "x", shapes.Make(dtype, append([]int{m}, c.example...)...))
	w := Parameter(g, "w", shapes.Make(dtypes.Float32, c.weights...))
	v := perexample.Of(ReduceSum(Reshape(Sin(c.layer(x, w)), m, -1), 1), []*Node{x}, []*Node{w})[0]
	before := len(g.Nodes())
	tableColumns[column](v)
	for _, node := range g.Nodes()[before:] {
		switch node.Type() {
		case NodeTypeReshape, NodeTypeBroadcastInDim, NodeTypeConstant, NodeTypeIota, NodeTypeOptimizationBarrier, NodeTypeSplitNode:
			continue // of the same data, or of none
		}
		count++
		if node.NumOutputs() == 1 {
			largest = max(largest, int(node.Shape().ByteSize()))
		}
	}
	return count, largest
}
