// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// Rows is per-example gradients that are there already, as a matrix [m, n]: example b is row b. It is for trying rules
// out, and for gradients that come from elsewhere; models train through package perexample, which needs no such matrix.
func Rows(x *graph.Node) Examples {
	if x.Rank() != 2 || x.Shape().Dimensions[0] < 1 {
		panic(fmt.Errorf("aggregate: rows of shape %s: need [m, n] with m ≥ 1", x.Shape()))
	}
	return rows{x}
}

type rows struct{ x *graph.Node }

func (r rows) Len() int { return r.x.Shape().Dimensions[0] }

func (r rows) Example(b int) *graph.Node {
	return storedExample(r.x, b)
}

func (r rows) Blocks() (operands []*graph.Node, flips []bool, read func(operands []*graph.Node) func(b int) *graph.Node) {
	return storedBlocks(r.x)
}

func (r rows) Mean() *graph.Node { return graph.ReduceMean(r.x, 0) }

func (r rows) Sum(from, to int) *graph.Node {
	return graph.ReduceSum(graph.SliceAxis(r.x, 0, graph.AxisRange(from, to)), 0)
}

func (r rows) SquaredNorms() *graph.Node { return graph.ReduceSum(graph.Square(r.x), 1) }

func (r rows) Weighted(weights *graph.Node) *graph.Node {
	return graph.ReduceSum(graph.Mul(r.x, graph.Reshape(weights, r.Len(), 1)), 0)
}
