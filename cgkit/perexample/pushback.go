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

// pushBack carries the gradient of a node that depends on parameters alone back to param, through reshapes, broadcasts
// and whatever else lies between. It returns nil where the node does not depend on param.
func (a *analysis) pushBack(node, gradient, param *graph.Node) *graph.Node {
	if node == param {
		return gradient
	}
	pending := map[graph.NodeId]*graph.Node{node.Id(): gradient}
	add := func(input, part *graph.Node) {
		if sum := pending[input.Id()]; sum != nil {
			part = graph.Add(sum, part)
		}
		pending[input.Id()] = part
	}
	// Nodes are numbered in the order they were made, so that a node comes after all it depends on.
	for _, current := range a.between(node, param) {
		arriving := pending[current.Id()]
		if arriving == nil {
			continue
		}
		if stand := a.alternates[current.Id()]; stand != nil {
			add(stand[0], arriving)
			continue
		}
		for i, part := range vjp(current, current, arriving, param) {
			input := current.Inputs()[i]
			if part != nil && a.info[input.Id()].trained {
				add(input, part)
			}
		}
	}
	return pending[param.Id()]
}

// between lists the nodes that node depends on and that depend on param, param left out, latest first.
func (a *analysis) between(node, param *graph.Node) []*graph.Node {
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
	visit(node)
	slices.SortFunc(list, func(x, y *graph.Node) int { return int(y.Id()) - int(x.Id()) })
	return list
}
