// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sample

import (
	"math"
	"slices"

	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Blocked is a [Sample] that can be cut along the batch, so that a rule may go through them in a loop.
// Of one that is not, all m values are stored where a rule needs a loop.
type Blocked interface {
	// Blocks returns operands, axis 0 of each the m examples; and read, which takes the operands, or slices of them,
	// and returns value b, counted within the slice. Where the operands are NaN so is the value; where
	// those marked in flips change their sign so does the value. read uses no other node of the graph.
	Blocks() (operands []*graph.Node, flips []bool, read Read)
}

// blockLength is how many examples one turn of a loop takes: long enough that loading and storing what the loop carries
// does not matter, short enough to compile fast and to stay in vector registers.
const blockLength = 64

// Blocks is a sample that is gone through in turns.
type Blocks struct {
	M        int
	Shape    shapes.Shape // of one value
	Operands []*graph.Node
	Flips    []bool
	read     Read
}

// BlocksOf takes a sample as it is cut, or stores it.
func BlocksOf(s Sample) Blocks {
	b := Blocks{M: s.Len(), Shape: s.Mean().Shape()}
	if blocked, ok := s.(Blocked); ok {
		b.Operands, b.Flips, b.read = blocked.Blocks()
		return b
	}
	stored := make([]*graph.Node, b.M)
	for i := range stored {
		stored[i] = s.Example(i)
	}
	b.Operands, b.Flips, b.read = StoredBlocks(graph.Stack(stored, 0))
	return b
}

// Length is how many examples a turn takes: blockLength, or, where values are so few that the turns themselves take the
// time, as many as compile in a second or two.
func (b Blocks) Length() int {
	if b.Shape.Size() <= Small {
		return min(b.M, 4*blockLength)
	}
	return blockLength
}

// Graph is the one that the sample is in.
func (b Blocks) Graph() *graph.Graph { return b.Operands[0].Graph() }

// Values are count values out of operands.
func (b Blocks) Values(operands []*graph.Node, count int) []*graph.Node {
	list := make([]*graph.Node, count)
	example := b.read(operands)
	for i := range list {
		list[i] = example(i)
	}
	return list
}

// Among is the sample with NaN in place of the values of examples that are no members; members: a boolean [m].
func (b Blocks) Among(members *graph.Node) Blocks {
	n, read := len(b.Operands), b.read
	b.Operands = append(slices.Clone(b.Operands), members)
	b.Flips = append(slices.Clone(b.Flips), false)
	b.read = func(operands []*graph.Node) func(int) *graph.Node {
		example := read(operands[:n])
		return func(i int) *graph.Node {
			value := example(i)
			dims := value.Shape().Dimensions
			in := graph.BroadcastToDims(StoredExample(operands[n], i), dims...)
			return graph.Where(in, value, graph.BroadcastToDims(arith.Constant(value, math.NaN()), dims...))
		}
	}
	return b
}

// Fold combines all values with acc, a block at a time: add returns acc after the given values. extras are what add
// needs besides; it may use no other node of the graph.
func (b Blocks) Fold(acc, extras []*graph.Node, add func(acc, values, extras []*graph.Node) []*graph.Node) []*graph.Node {
	length := b.Length()
	turns := b.M / length
	rest := make([]*graph.Node, len(b.Operands))
	for i, operand := range b.Operands {
		if turns*length < b.M {
			rest[i] = graph.SliceAxis(operand, 0, graph.AxisRange(turns*length))
		}
	}
	if turns > 0 {
		n := len(acc)
		state := append([]*graph.Node{graph.Const(b.Graph(), int32(0))}, acc...)
		state = append(append(state, extras...), b.Operands...)
		acc = Loop(turns, state, func(s []*graph.Node) []*graph.Node {
			from := graph.Mul(s[0], graph.Const(s[0].Graph(), int32(length)))
			extras, operands := s[1+n:1+n+len(extras)], s[1+n+len(extras):]
			after := add(s[1:1+n], b.Values(ExamplesAt(operands, from, length), length), extras)
			return append([]*graph.Node{s[0]}, append(after, s[1+n:]...)...)
		})[1 : 1+n]
	}
	if left := b.M - turns*length; left > 0 {
		acc = add(acc, b.Values(rest, left), extras)
	}
	return acc
}

// WithNaN gives the nodes NaN where one of the values is.
func (b Blocks) WithNaN(nodes ...*graph.Node) []*graph.Node {
	g := b.Graph()
	zeros := graph.Zeros(g, shapes.Make(dtypes.Int32, b.Shape.Dimensions...))
	counts := b.Fold([]*graph.Node{zeros}, nil, func(acc, values, _ []*graph.Node) []*graph.Node {
		count := acc[0]
		for _, v := range values {
			count = graph.Add(count, graph.ConvertDType(graph.NotEqual(v, v), dtypes.Int32))
		}
		return []*graph.Node{count}
	})
	spoilt := graph.GreaterThan(counts[0], graph.Const(g, int32(0)))
	for i, node := range nodes {
		nodes[i] = graph.Where(spoilt, arith.Constant(node, math.NaN()), node)
	}
	return nodes
}

// FilledUp puts NaN behind each operand's m examples, up to length.
func (b Blocks) FilledUp(length int) []*graph.Node {
	if length == b.M {
		return b.Operands
	}
	list := make([]*graph.Node, len(b.Operands))
	for i, operand := range b.Operands {
		dims := append([]int{length - b.M}, operand.Shape().Dimensions[1:]...)
		nan := arith.Constant(operand, math.NaN())
		list[i] = graph.Concatenate([]*graph.Node{operand, graph.BroadcastToDims(nan, dims...)}, 0)
	}
	return list
}
