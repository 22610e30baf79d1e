// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import "github.com/gomlx/gomlx/core/graph"

// Tiled is [Examples] of which some rows at a time can be made: read returns rows from … from+count−1 of all m
// gradients, shape [m, count, columns], columns being the parameter's last axis, and uses nothing of the graph but
// what it is given. stored is how many bytes the operands take that are there for this alone, working how many read
// takes for each row besides its result. ok is false where it can't be. *perexample.View is one.
type Tiled interface {
	Rows() (operands []*graph.Node, read func(operands []*graph.Node, from *graph.Node, count int) *graph.Node, stored, working int, ok bool)
}

// DefaultTile is how many bytes of per-example gradients a rule that selects stores at a time, by itself, of parameters
// whose gradients are no outer products.
const DefaultTile = 256 << 20

// inTiles goes through the rows of a parameter of which all m gradients together would take more than tile bytes. It is
// nil where the parameter takes less, does not come in rows, or would take more in tiles: the patches of a
// convolution on a large picture may be more than all gradients of its kernel.
func inTiles(p Examples, tile int, direction func(sample, Method) *graph.Node) *graph.Node {
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
	final := loop((rows+count-1)/count, state, func(s []*graph.Node) []*graph.Node {
		number := func(v int) *graph.Node { return graph.Const(s[0].Graph(), int32(v)) }
		// The last tile goes back over rows of the one before where rows are no multiple of count.
		from := graph.Min(graph.Mul(s[0], number(count)), number(rows-count))
		gradients := read(s[3:], from, count)
		here := []*graph.Node{from, number(0)}
		made := direction(inside{m: p.Len(), mean: graph.DynamicSlice(s[1], here, []int{count, columns}), example: func(b int) *graph.Node {
			return storedExample(gradients, b)
		}}, Networks)
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
