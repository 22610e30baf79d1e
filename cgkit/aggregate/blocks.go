// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Blocked is [Examples] that can be cut along the batch, so that a rule may go through them in a loop.
// *perexample.View is one. Of those that are not, all m gradients are stored where a rule needs a loop.
type Blocked interface {
	// Blocks returns operands, axis 0 of each the m examples; and read, which takes the operands, or slices of them,
	// and returns the gradient of example b, counted within the slice. Where the operands are NaN so is the gradient;
	// where those marked in flips change their sign so does the gradient. read uses no other node of the graph.
	Blocks() (operands []*graph.Node, flips []bool, read func(operands []*graph.Node) func(b int) *graph.Node)
}

// blockLength is how many examples one turn of a loop takes: long enough that loading and storing what the loop carries
// does not matter, short enough to compile fast and to stay in vector registers.
const blockLength = 64

// length is how many examples a turn takes: blockLength, or, where values are so few that the turns themselves take the
// time, as many as compile in a second or two.
func (b blocks) length() int {
	if b.shape.Size() <= smallParameter {
		return min(b.m, 4*blockLength)
	}
	return blockLength
}

// blocks is a sample that is gone through in turns.
type blocks struct {
	m        int
	shape    shapes.Shape
	operands []*graph.Node
	flips    []bool
	read     func(operands []*graph.Node) func(b int) *graph.Node
}

func blocksOf(s sample) blocks {
	b := blocks{m: s.Len(), shape: s.Mean().Shape()}
	if blocked, ok := s.(Blocked); ok {
		b.operands, b.flips, b.read = blocked.Blocks()
		return b
	}
	stored := make([]*graph.Node, b.m)
	for i := range stored {
		stored[i] = s.Example(i)
	}
	b.operands, b.flips, b.read = storedBlocks(graph.Stack(stored, 0))
	return b
}

// storedBlocks are gradients that are stored one after another.
func storedBlocks(x *graph.Node) (operands []*graph.Node, flips []bool, read func(operands []*graph.Node) func(b int) *graph.Node) {
	return []*graph.Node{x}, []bool{true}, func(operands []*graph.Node) func(b int) *graph.Node {
		return func(b int) *graph.Node { return storedExample(operands[0], b) }
	}
}

// storedExample is the b-th of values that are stored one after another.
func storedExample(x *graph.Node, b int) *graph.Node {
	return graph.Squeeze(graph.SliceAxis(x, 0, graph.AxisElem(b)), 0)
}

func (b blocks) graph() *graph.Graph { return b.operands[0].Graph() }

// values are count gradients out of operands.
func (b blocks) values(operands []*graph.Node, count int) []*graph.Node {
	list := make([]*graph.Node, count)
	example := b.read(operands)
	for i := range list {
		list[i] = example(i)
	}
	return list
}

// rowsAt cuts examples from … from+count−1 out of operands; from is a scalar node.
func rowsAt(operands []*graph.Node, from *graph.Node, count int) []*graph.Node {
	list := make([]*graph.Node, len(operands))
	for i, operand := range operands {
		starts := []*graph.Node{from}
		dims := append([]int{count}, operand.Shape().Dimensions[1:]...)
		for range dims[1:] {
			starts = append(starts, graph.Const(from.Graph(), int32(0)))
		}
		list[i] = graph.DynamicSlice(operand, starts, dims)
	}
	return list
}

// loop runs body turns times. state[0] must be an int32 counter, which body leaves to loop. Closures of GoMLX may use
// nothing of the graph around them: whatever body needs is state.
func loop(turns int, state []*graph.Node, body func(state []*graph.Node) []*graph.Node) []*graph.Node {
	g := state[0].Graph()
	parameters := func(g *graph.Graph) []*graph.Node {
		list := make([]*graph.Node, len(state))
		for i, node := range state {
			list[i] = graph.Parameter(g, fmt.Sprintf("state%d", i), node.Shape())
		}
		return list
	}
	step := graph.NewClosure(g, func(g *graph.Graph) []*graph.Node {
		s := parameters(g)
		// Everything comes through one barrier with the counter: else XLA would take what does not change out of the
		// loop, and store all m gradients.
		s = graph.OptimizationBarriers(s...)
		return append([]*graph.Node{graph.Add(s[0], graph.Const(g, int32(1)))}, body(s)[1:]...)
	})
	more := graph.NewClosure(g, func(g *graph.Graph) []*graph.Node {
		return []*graph.Node{graph.LessThan(parameters(g)[0], graph.Const(g, int32(turns)))}
	})
	return graph.While(more, step, state...)
}

// fold combines all values with acc, a block at a time: add returns acc after the given values. extras are what add
// needs besides; it may use no other node of the graph.
func (b blocks) fold(acc, extras []*graph.Node, add func(acc, values, extras []*graph.Node) []*graph.Node) []*graph.Node {
	length := b.length()
	turns := b.m / length
	rest := make([]*graph.Node, len(b.operands))
	for i, operand := range b.operands {
		if turns*length < b.m {
			rest[i] = graph.SliceAxis(operand, 0, graph.AxisRange(turns*length))
		}
	}
	if turns > 0 {
		n := len(acc)
		state := append([]*graph.Node{graph.Const(b.graph(), int32(0))}, acc...)
		state = append(append(state, extras...), b.operands...)
		acc = loop(turns, state, func(s []*graph.Node) []*graph.Node {
			from := graph.Mul(s[0], graph.Const(s[0].Graph(), int32(length)))
			extras, operands := s[1+n:1+n+len(extras)], s[1+n+len(extras):]
			after := add(s[1:1+n], b.values(rowsAt(operands, from, length), length), extras)
			return append([]*graph.Node{s[0]}, append(after, s[1+n:]...)...)
		})[1 : 1+n]
	}
	if left := b.m - turns*length; left > 0 {
		acc = add(acc, b.values(rest, left), extras)
	}
	return acc
}

// constant is a number of x's type. GoMLX's own scalars are kept for use again, which fails where the first use is
// within a loop and the next one is not.
func constant(x *graph.Node, v float64) *graph.Node {
	return graph.ConvertDType(graph.Const(x.Graph(), v), x.DType())
}

func times(x *graph.Node, v float64) *graph.Node { return graph.Mul(x, constant(x, v)) }

func over(x *graph.Node, v float64) *graph.Node { return graph.Div(x, constant(x, v)) }
