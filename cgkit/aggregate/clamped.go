// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"math"

	"coherentgradients/cgkit/internal/halves"
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Beyond is how many values lie below the lower bound of a rule and above its upper one, float64 scalars.
type Beyond struct{ Low, High *graph.Node }

// Clamped counts, for each parameter and each group of examples, the values that a rule changes or drops because they lie
// beyond one of its two bounds: counts[i][k] are those of params[i] in groups[k]. A group is a boolean [m], true for its
// members. Values equal to a bound are not beyond it, and a NaN is beyond none. Divide by the members times the
// parameter's size for a share.
//
// ok is false, and counts nil, for rules that treat no value apart: winsorizing and trimming do.
func Clamped(rule Aggregator, params []Examples, groups ...*graph.Node) (counts [][]Beyond, ok bool) {
	limits, ok := rule.(limiting)
	if !ok {
		return nil, false
	}
	for _, p := range params {
		low, high := limits.bounds(p.Len())
		d := demandOf(p.Len(), low, high, false)
		d.each, d.sums = 4+6*len(groups), false
		values, lower, upper := limitsOf(limits, p, d)
		list := make([]Beyond, len(groups))
		for k, members := range groups {
			list[k] = values.beyond(members, lower, upper)
		}
		counts = append(counts, list)
	}
	return counts, true
}

// limitsOf finds a rule's bounds in a parameter, and its values as they are best gone through then.
func limitsOf(limits limiting, p Examples, d demand) (values countable, lower, upper *graph.Node) {
	low, high := limits.bounds(p.Len())
	if method := d.choose(limits.method(), p.Mean().Graph()); method != Networks {
		b := blocksOf(p)
		lower, upper = b.bounds(method, low, high)
		return b, lower, upper
	}
	network := selection.Ordered(d.m, d.low, d.high)
	all := emit(network, p)
	lower, _ = low.pick(all, network.Low, network.LowBound)
	upper, _ = high.pick(all, network.High, network.HighBound)
	return listed(all[:d.m]), lower, upper
}

// countable is the m values of a parameter.
type countable interface {
	// outside is, in each coordinate, how many values are beyond one of the two limits.
	outside(lower, upper *graph.Node) *graph.Node
	// beyond counts those of a group by side, over all coordinates.
	beyond(members, lower, upper *graph.Node) Beyond
}

// listed is values one by one.
type listed []*graph.Node

func (l listed) outside(lower, upper *graph.Node) *graph.Node {
	return sumAll(outsideOf(l, lower, upper))
}

func (l listed) beyond(members, lower, upper *graph.Node) Beyond {
	low, high := make([]*graph.Node, len(l)), make([]*graph.Node, len(l))
	for b, value := range l {
		in := graph.Squeeze(graph.SliceAxis(members, 0, graph.AxisElem(b)))
		low[b] = countOf(graph.LogicalAnd(graph.LessThan(value, lower), in), value)
		high[b] = countOf(graph.LogicalAnd(graph.GreaterThan(value, upper), in), value)
	}
	return Beyond{Low: wholeSum(sumAll(low)), High: wholeSum(sumAll(high))}
}

func (b blocks) outside(lower, upper *graph.Node) *graph.Node {
	zeros := graph.ZerosLike(wide(lower))
	return b.fold([]*graph.Node{zeros}, []*graph.Node{lower, upper}, func(acc, values, limits []*graph.Node) []*graph.Node {
		return []*graph.Node{graph.Add(acc[0], sumAll(outsideOf(values, limits[0], limits[1])))}
	})[0]
}

func (b blocks) beyond(members, lower, upper *graph.Node) Beyond {
	group := b
	n := len(b.operands)
	group.operands = append(append([]*graph.Node{}, b.operands...), members)
	group.read = func(operands []*graph.Node) func(int) *graph.Node {
		example := b.read(operands[:n])
		return func(i int) *graph.Node { // a NaN is beyond no limit
			value := example(i)
			in := graph.BroadcastToDims(graph.Squeeze(graph.SliceAxis(operands[n], 0, graph.AxisElem(i))), value.Shape().Dimensions...)
			return graph.Where(in, value, graph.BroadcastToDims(constant(value, math.NaN()), value.Shape().Dimensions...))
		}
	}
	zeros := graph.ZerosLike(wide(lower))
	sides := group.fold([]*graph.Node{zeros, zeros}, []*graph.Node{lower, upper}, func(acc, values, limits []*graph.Node) []*graph.Node {
		low, high := make([]*graph.Node, len(values)), make([]*graph.Node, len(values))
		for i, value := range values {
			low[i] = countOf(graph.LessThan(value, limits[0]), value)
			high[i] = countOf(graph.GreaterThan(value, limits[1]), value)
		}
		return []*graph.Node{graph.Add(acc[0], sumAll(low)), graph.Add(acc[1], sumAll(high))}
	})
	return Beyond{Low: wholeSum(sides[0]), High: wholeSum(sides[1])}
}

// countOf is 1 where true, in a type that counts values like the given one far enough.
func countOf(condition, value *graph.Node) *graph.Node {
	return graph.ConvertDType(condition, halves.SumType(value.DType()))
}

// wholeSum adds up counts of single coordinates, which float32 holds, in a type that holds those of all.
func wholeSum(counts *graph.Node) *graph.Node {
	return graph.ReduceAllSum(graph.ConvertDType(counts, dtypes.Float64))
}
