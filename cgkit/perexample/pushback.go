// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// vjp applies GoMLX's rule of node's operation: the gradients of its operands from the gradient of its output. param is
// the parameter it is done for.
func vjp(node, rule, gradient, param *graph.Node) []*graph.Node {
	fn := rule.CustomGradient()
	if fn == nil {
		var known bool
		if fn, known = graph.VJPRegistration[rule.Type()]; !known {
			refuse(rule, []*graph.Node{param}, "GoMLX has no gradient for this operation", "replace it by operations that have one")
		}
	}
	return fn(node, []*graph.Node{gradient}, shapes.Make(gradient.DType()))
}

// share is the gradient of a node that depends on parameters alone.
type share struct{ of, gradient *graph.Node }

// pushBack carries gradients of nodes that depend on parameters alone back to param, all in one sweep through reshapes,
// broadcasts and whatever else lies between. It returns nil where none of the nodes depends on param.
func (a *analysis) pushBack(shares []share, param *graph.Node) *graph.Node {
	pending := make(map[graph.NodeId]*graph.Node)
	add := func(node, part *graph.Node) {
		if sum := pending[node.Id()]; sum != nil && part != nil {
			part = graph.Add(sum, part)
		}
		if part != nil {
			pending[node.Id()] = part
		}
	}
	starts := make([]*graph.Node, len(shares))
	for i, s := range shares {
		add(s.of, s.gradient)
		starts[i] = s.of
	}
	// Nodes are numbered in the order they were made, so that a node comes after all it depends on.
	for _, current := range a.between(starts, param) {
		arriving := pending[current.Id()]
		if arriving == nil {
			continue
		}
		if stand := a.standIns[current.Id()]; stand != nil {
			add(stand, arriving)
			continue
		}
		for i, part := range vjp(current, current, arriving, param) {
			if input := current.Inputs()[i]; a.info[input.Id()].trained {
				add(input, part)
			}
		}
	}
	return pending[param.Id()]
}

// between lists the nodes that starts depend on, starts too, and that depend on param, param left out, latest first.
func (a *analysis) between(starts []*graph.Node, param *graph.Node) []*graph.Node {
	reaches := make(map[graph.NodeId]bool)
	var list []*graph.Node
	var visit func(n *graph.Node) bool
	visit = func(n *graph.Node) bool {
		if n == param {
			return true
		}
		if known, done := reaches[n.Id()]; done {
			return known
		}
		reaches[n.Id()] = false
		if info := a.info[n.Id()]; info == nil || !info.trained {
			return false
		}
		for _, input := range a.inputs(n) {
			if visit(input) {
				reaches[n.Id()] = true
			}
		}
		if reaches[n.Id()] {
			list = append(list, n)
		}
		return reaches[n.Id()]
	}
	for _, node := range starts {
		visit(node)
	}
	slices.SortFunc(list, func(x, y *graph.Node) int { return int(y.Id()) - int(x.Id()) })
	return list
}
