// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import (
	"fmt"

	"coherentgradients/cgkit/aggregate/internal/sample"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// orderStatistics returns sorted[rank], ranks counted from 0, in every coordinate; NaN where one of its values is.
//
// It looks for each bit by bit. Read as whole numbers, those with a minus sign turned around, floating-point numbers
// keep their order, and what is looked for is the largest number t such that m−rank values are ≥ t: as many countings
// as a number has bits settle it, whatever m and the rank are. A counting goes through the values in blocks and makes
// them where it counts them, so that all that is stored is a number and a count a coordinate.
func orderStatistics(b sample.Blocks, ranks []int) []*graph.Node {
	together := 2
	if b.M > mostCounted {
		together = 1
	}
	var list []*graph.Node
	for i := 0; i < len(ranks); i += together {
		list = append(list, search(b, ranks[i:min(i+together, len(ranks))], together)...)
	}
	return b.WithNaN(list...)
}

// search finds one or two ranks. One loop serves both: a count is half the bits of an int32. With one together it is
// all.
func search(b sample.Blocks, ranks []int, together int) []*graph.Node {
	g := b.Graph()
	keys := keysOf(b.Shape.DType)
	length := b.Length()
	turns := (b.M + length - 1) / length
	// State: turn, the bit tried, the counts so far, what is settled of each key, and the operands, filled up with NaN,
	// which is ≥ nothing.
	state := []*graph.Node{graph.Const(g, int32(0)), keys.constant(g, 0), graph.Zeros(g, shapes.Make(dtypes.Int32, b.Shape.Dimensions...))}
	for range ranks {
		state = append(state, graph.Zeros(g, shapes.Make(keys.dtype, b.Shape.Dimensions...)))
	}
	first := len(state)
	state = append(state, b.FilledUp(turns*length)...)
	settle := func(s []*graph.Node) []*graph.Node {
		settled := make([]*graph.Node, len(ranks))
		for i, rank := range ranks {
			enough := graph.GreaterOrEqual(count(s[2], i, together), graph.Const(g, int32(b.M-rank)))
			settled[i] = graph.Where(enough, graph.BitwiseOr(s[3+i], s[1]), s[3+i])
		}
		return settled
	}
	final := sample.Loop(keys.bits*turns, state, func(s []*graph.Node) []*graph.Node {
		zero := graph.Const(g, int32(0))
		turn := graph.Mod(s[0], graph.Const(g, int32(turns)))
		starts := graph.Equal(turn, zero)
		// The first turn of a counting settles the bit before.
		for i, after := range settle(s) {
			s[3+i] = graph.Where(starts, after, s[3+i])
		}
		next := graph.Where(graph.Equal(s[0], zero), keys.constant(g, keys.top()), graph.BitwiseShiftRightLogical(s[1], keys.constant(g, 1)))
		s[1] = graph.Where(starts, next, s[1])
		acc := graph.Where(starts, zero, s[2])
		tried := make([]*graph.Node, len(ranks))
		for i := range ranks {
			tried[i] = keys.value(graph.BitwiseOr(s[3+i], s[1]))
		}
		from := graph.Mul(turn, graph.Const(g, int32(length)))
		for _, v := range b.Values(sample.ExamplesAt(s[first:], from, length), length) {
			for i, t := range tried {
				one := graph.Const(g, int32(1)<<(16*i))
				acc = graph.Add(acc, graph.Where(graph.GreaterOrEqual(v, t), one, zero))
			}
		}
		s[2] = acc
		return s
	})
	list := settle(final)
	for i, key := range list {
		list[i] = keys.normal(keys.value(key))
	}
	return list
}

// count is the i-th of the counts in one number.
func count(counts *graph.Node, i, together int) *graph.Node {
	switch {
	case together == 1:
		return counts
	case i == 1:
		return graph.BitwiseShiftRightLogical(counts, graph.Const(counts.Graph(), int32(16)))
	}
	return graph.BitwiseAnd(counts, graph.Const(counts.Graph(), int32(1<<16-1)))
}

// mostCounted is the largest batch whose counts fit into half an int32.
const mostCounted = 1<<15 - 1

// keys are unsigned numbers in the order of a floating-point type: its bits, all of them turned for numbers with a
// minus sign, and the sign's alone for the others.
type keys struct {
	float, dtype dtypes.DType
	bits         int
	infinity     uint64 // bits of +Inf
}

func keysOf(float dtypes.DType) keys {
	switch float {
	case dtypes.Float64:
		return keys{float, dtypes.Uint64, 64, 0x7FF0 << 48}
	case dtypes.Float32:
		return keys{float, dtypes.Uint32, 32, 0x7F80 << 16}
	case dtypes.BFloat16:
		return keys{float, dtypes.Uint16, 16, 0x7F80}
	case dtypes.Float16:
		return keys{float, dtypes.Uint16, 16, 0x7C00}
	}
	panic(fmt.Errorf("aggregate: gradients of type %s: use float32, float64, bfloat16 or float16", float))
}

func (k keys) top() uint64 { return 1 << (k.bits - 1) }

// constant is a scalar of the keys' type.
func (k keys) constant(g *graph.Graph, v uint64) *graph.Node {
	switch k.dtype {
	case dtypes.Uint64:
		return graph.Const(g, v)
	case dtypes.Uint32:
		return graph.Const(g, uint32(v))
	}
	return graph.Const(g, uint16(v))
}

// value is the number of a key. Keys before that of −Inf, which no number has, stand for −Inf too.
func (k keys) value(key *graph.Node) *graph.Node {
	g := key.Graph()
	lowest := ^(k.infinity | k.top()) & (k.top()<<1 - 1)
	key = graph.Max(key, k.constant(g, lowest))
	top := k.constant(g, k.top())
	return graph.Bitcast(graph.Where(graph.LessThan(key, top), graph.BitwiseNot(key), graph.BitwiseXor(key, top)), k.float)
}

// normal turns subnormal numbers to 0: XLA on CPUs compares them as 0, so that of several a search finds the last. It
// compares those of float16 as what they are.
func (k keys) normal(x *graph.Node) *graph.Node {
	if k.float == dtypes.Float16 {
		return x
	}
	g := x.Graph()
	smallest := graph.Bitcast(k.constant(g, k.infinity&-k.infinity), k.float)
	return graph.Where(graph.LessThan(graph.Abs(x), smallest), graph.Bitcast(k.constant(g, 0), k.float), x)
}
