// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package layout

import (
	"coherentgradients/cgkit/aggregate/internal/order"
	"coherentgradients/cgkit/aggregate/internal/sample"

	"github.com/gomlx/gomlx/core/graph"
)

// Tiled is a [sample.Sample] of which some rows at a time can be made: read returns rows from … from+count−1 of all m
// values, shape [m, count, columns], columns being the last axis of the shape, and uses nothing of the graph but what it is
// given. stored is how many bytes the operands take that are there for this alone, working how many read takes for
// each row besides its result. ok is false where it can't be.
type Tiled interface {
	Rows() (operands []*graph.Node, read ReadRows, stored, working int, ok bool)
}

// ReadRows makes count rows of all values, the first of them being from, a scalar.
type ReadRows = func(operands []*graph.Node, from *graph.Node, count int) *graph.Node

// DefaultTile is how many bytes of per-example gradients a rule that selects stores at a time, by itself, of parameters
// whose gradients are no outer products.
const DefaultTile = 256 << 20

// inTiles goes through the rows of a parameter of which all m gradients together would take more than tile bytes. It is
// nil where the parameter takes less, does not come in rows, or would take more in tiles: the patches of a
// convolution on a large picture may be more than all gradients of its kernel.
func inTiles(p sample.Sample, tile int, direction Direction) *graph.Node {
	if tile <= 0 {
		tile = DefaultTile
	}
	mean := p.Mean()
	shape := mean.Shape()
	whole := p.Len() * int(shape.ByteSize())
	tiled, is := p.(Tiled)
	if !is || whole <= tile {
		return nil
	}
	operands, read, stored, working, ok := tiled.Rows()
	if !ok {
		return nil
	}
	columns := shape.Dimensions[shape.Rank()-1]
	rows := shape.Size() / columns
	mean = graph.Reshape(mean, rows, columns)
	count := tileRows(rows, whole/rows, stored, working, tile)
	if count == 0 {
		return nil
	}
	state := append([]*graph.Node{graph.Const(mean.Graph(), int32(0)), mean, graph.ZerosLike(mean)}, operands...)
	final := sample.Loop((rows+count-1)/count, state, func(s []*graph.Node) []*graph.Node {
		number := func(v int) *graph.Node { return graph.Const(s[0].Graph(), int32(v)) }
		// The last tile goes back over rows of the one before where rows are no multiple of count.
		from := graph.Min(graph.Mul(s[0], number(count)), number(rows-count))
		gradients := read(s[3:], from, count)
		here := []*graph.Node{from, number(0)}
		average := graph.DynamicSlice(s[1], here, []int{count, columns})
		made := direction(sample.Made{M: p.Len(), Average: average, Make: func(b int) *graph.Node {
			return sample.StoredExample(gradients, b)
		}}, order.Networks)
		s[2] = graph.DynamicUpdateSlice(s[2], made, here)
		return s
	})
	return graph.Reshape(final[2], shape.Dimensions...)
}

// tileRows is how many rows go into a tile: as many as fit, with what is at work beside them. It is 0 where storing all
// takes no more. row, stored, working and tile are bytes: of one row of all gradients, of what tiles need besides in
// all and for each row, and of a tile.
func tileRows(rows, row, stored, working, tile int) int {
	count := max(1, min(rows, tile/(row+working)))
	if stored+count*(row+working) >= rows*row {
		return 0
	}
	return count
}
