// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"

	"coherentgradients/cgkit/aggregate/internal/arith"
	"coherentgradients/cgkit/aggregate/internal/sample"

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
	return sample.StoredExample(r.x, b)
}

func (r rows) Blocks() (operands []*graph.Node, flips []bool, read func(operands []*graph.Node) func(b int) *graph.Node) {
	return sample.StoredBlocks(r.x)
}

func (r rows) Mean() *graph.Node { return arith.Narrow(r.MeanOf(0, r.Len()), r.x.DType()) }

func (r rows) MeanOf(from, to int) *graph.Node {
	x, shrink := arith.Widen(graph.SliceAxis(r.x, 0, graph.AxisRange(from, to))), arith.ShrinkFactor(to-from)
	return arith.MeanFromSums(graph.ReduceSum(x, 0), graph.ReduceSum(arith.MulScalar(x, shrink), 0), to-from, shrink)
}

func (r rows) Norms() (largest, squares *graph.Node) {
	x := arith.Widen(r.x)
	largest = graph.ReduceMax(graph.Abs(x), 1)
	return largest, graph.ReduceSum(graph.Square(r.units(largest)), 1)
}

func (r rows) UnitGram() (scale, products *graph.Node) {
	largest, _ := r.Norms()
	units := r.units(largest)
	return largest, graph.Dot(units, units).General([]int{1}, nil, []int{1}, nil)
}

func (r rows) WeightedUnits(weights *graph.Node) *graph.Node {
	largest, _ := r.Norms()
	return graph.ReduceSum(graph.Mul(r.units(largest), graph.Reshape(weights, r.Len(), 1)), 0)
}

// units are the rows divided by their largest magnitudes.
func (r rows) units(largest *graph.Node) *graph.Node {
	divisor := graph.Where(graph.Equal(largest, graph.ZerosLike(largest)), graph.OnesLike(largest), largest)
	return graph.Div(arith.Widen(r.x), graph.Reshape(divisor, r.Len(), 1))
}
