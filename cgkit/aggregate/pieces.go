// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/internal/xlaflags"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Outer is [Examples] that know whether they are those of a dense layer: example b's gradient is the outer product of row
// b of left, shape [m, rows], and row b of right, shape [m, columns]. *perexample.View is one.
type Outer interface {
	Outer() (left, right *graph.Node, ok bool)
}

// stackLimit is from how many operations on dense layers of one shape go together: below it that makes a step slower.
const stackLimit = 6000

// smallParameter is up to how many coordinates a parameter goes together with others.
const smallParameter = 4096

// options are what users may set on rules that select.
type options struct {
	method Method
	tile   int
}

// pieces applies a rule that treats every coordinate for itself to all parameters. d is what it asks of a sample.
//
// A network of more than [NetworkLimit] operations takes seconds to minutes to compile, for every loop that it is in. It
// is the same for all coordinates, so parameters go together then: dense layers of one shape side by side, and small
// parameters, biases for one, one behind the other. Each of these runs as a loop of one turn, as XLA would else make one
// network a user of its result. Small ones, and what is no dense layer's matrix, are counted. Numbers do not depend on it.
func pieces(params []Examples, d demand, o options, direction func(sample, Method) *graph.Node) []*graph.Node {
	nodes := make([]*graph.Node, len(params))
	g := params[0].Mean().Graph()
	alone := func(p Examples) *graph.Node {
		if mayLoop(g) && d.onXLA(o.method) == Networks {
			if node := inTiles(p, o.tile, direction); node != nil {
				return node
			}
		}
		return direction(p, o.method)
	}
	if !d.apart(o.method, g) {
		for i, p := range params {
			nodes[i] = alone(p)
		}
		return nodes
	}
	groups, order := make(map[kind][]int), []kind(nil)
	for i, p := range params {
		k := kindOf(p, d, i)
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], i)
	}
	for _, k := range order {
		group := groups[k]
		switch {
		case k.small:
			together, from := direction(inARow(params, group), Counting), 0
			for _, i := range group {
				shape := params[i].Mean().Shape()
				nodes[i] = graph.Reshape(graph.SliceAxis(together, 0, graph.AxisRange(from, from+shape.Size())), shape.Dimensions...)
				from += shape.Size()
			}
		case k.rows > 0:
			together := once(sideBySide(params, group), direction)
			for at, i := range group {
				nodes[i] = graph.Squeeze(graph.SliceAxis(together, 0, graph.AxisElem(at)), 0)
			}
		default:
			nodes[group[0]] = alone(params[group[0]])
		}
	}
	return nodes
}

// kind is what parameters that go together have in common.
type kind struct {
	dtype         dtypes.DType
	small         bool
	rows, columns int // of a dense layer, else 0
	number        int // of a parameter that goes alone, counted from 1
}

func kindOf(p Examples, d demand, i int) kind {
	shape := p.Mean().Shape()
	k := kind{dtype: shape.DType, small: shape.Size() <= smallParameter}
	if k.small {
		return k
	}
	left, right, dense := outer(p)
	if dense {
		k.rows, k.columns = left.Shape().Dimensions[1], right.Shape().Dimensions[1]
	}
	if !dense || d.size(d.network, 2) <= stackLimit {
		k.number = i + 1
	}
	return k
}

// apart says whether networks are so large that parameters are to go together.
func (d demand) apart(method Method, g *graph.Graph) bool {
	return mayLoop(g) && d.large(method)
}

// large says the same of a backend that can.
func (d demand) large(method Method) bool {
	return method == Automatic && xlaflags.Tuned() && d.onXLA(method) == Networks && d.size(d.network, 2) > NetworkLimit
}

// once is direction's result for dense layers, in a loop of one turn.
func once(l layers, direction func(sample, Method) *graph.Node) *graph.Node {
	state := []*graph.Node{graph.Const(l.mean.Graph(), int32(0)), l.mean, l.left, l.right}
	return loop(1, state, func(state []*graph.Node) []*graph.Node {
		state[1] = direction(inside{m: l.m, mean: state[1], example: l.product(state[2], state[3])}, Networks)
		return state
	})[1]
}

// inside is a sample within a loop.
type inside struct {
	m       int
	mean    *graph.Node
	example func(b int) *graph.Node
}

func (s inside) Len() int                  { return s.m }
func (s inside) Mean() *graph.Node         { return s.mean }
func (s inside) Example(b int) *graph.Node { return s.example(b) }

func outer(p Examples) (left, right *graph.Node, ok bool) {
	if o, is := p.(Outer); is {
		return o.Outer()
	}
	return nil, nil, false
}

// layers is dense layers of one shape, side by side: values of shape [layers, rows, columns].
type layers struct {
	m, count    int
	left, right *graph.Node // [m, layers, rows] and [m, layers, columns]
	mean        *graph.Node
}

func sideBySide(params []Examples, group []int) layers {
	var lefts, rights, means []*graph.Node
	for _, i := range group {
		left, right, _ := outer(params[i])
		lefts, rights, means = append(lefts, left), append(rights, right), append(means, params[i].Mean())
	}
	return layers{m: params[group[0]].Len(), count: len(group),
		left: graph.Stack(lefts, 1), right: graph.Stack(rights, 1), mean: graph.Stack(means, 0)}
}

// product reads both sides' rows two axes at a time, one operation each in XLA; see [NetworkLimit].
func (l layers) product(left, right *graph.Node) func(b int) *graph.Node {
	rows, columns := left.Shape().Dimensions[2], right.Shape().Dimensions[2]
	left, right = graph.Reshape(left, -1, rows), graph.Reshape(right, -1, columns)
	return func(b int) *graph.Node {
		here := graph.AxisRange(b*l.count, (b+1)*l.count)
		return graph.Mul(graph.ExpandAxes(graph.SliceAxis(left, 0, here), -1), graph.ExpandAxes(graph.SliceAxis(right, 0, here), 1))
	}
}

// row is small parameters one behind the other, stored: values of shape [n].
type row struct {
	rows
	mean *graph.Node
}

func inARow(params []Examples, group []int) row {
	var means, stored []*graph.Node
	for _, i := range group {
		p := params[i]
		means = append(means, graph.Reshape(p.Mean(), -1))
		if left, right, ok := outer(p); ok {
			products := graph.Mul(graph.ExpandAxes(left, -1), graph.ExpandAxes(right, 1))
			stored = append(stored, graph.Reshape(products, p.Len(), -1))
			continue
		}
		examples := make([]*graph.Node, p.Len())
		for b := range examples {
			examples[b] = graph.Reshape(p.Example(b), 1, -1)
		}
		stored = append(stored, graph.Concatenate(examples, 0))
	}
	return row{rows: rows{graph.Concatenate(stored, 1)}, mean: graph.Concatenate(means, 0)}
}

func (r row) Mean() *graph.Node { return r.mean }
