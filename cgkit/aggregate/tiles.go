// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import "github.com/gomlx/gomlx/core/graph"

// Tiled is [Examples] of which some rows at a time can be made: read returns rows from … from+count−1 of all m gradients,
// shape [m, count, columns], columns being the parameter's last axis, and uses nothing of the graph but what it is given. ok is false where it can't be.
// *perexample.View is one.
type Tiled interface {
	Rows() (operands []*graph.Node, read func(operands []*graph.Node, from *graph.Node, count int) *graph.Node, ok bool)
}

// DefaultTile is how many bytes of per-example gradients a rule that selects stores at a time, by itself, of parameters
// whose gradients are no outer products.
const DefaultTile = 256 << 20

// inTiles goes through the rows of a parameter of which all m gradients together would take more than tile bytes. It is
// nil where the parameter takes less, or does not come in rows.
func inTiles(p Examples, tile int, direction func(sample, Method) *graph.Node) *graph.Node {
	if tile <= 0 {
		tile = DefaultTile
	}
	mean := p.Mean()
	shape := mean.Shape()
	tiled, is := p.(Tiled)
	if !is || p.Len()*int(shape.ByteSize()) <= tile {
		return nil
	}
	operands, read, ok := tiled.Rows()
	if !ok {
		return nil
	}
	columns := shape.Dimensions[shape.Rank()-1]
	rows := shape.Size() / columns
	mean = graph.Reshape(mean, rows, columns)
	count := max(1, min(rows, tile/(p.Len()*int(shape.ByteSize())/rows)))
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
