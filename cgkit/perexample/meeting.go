// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import "github.com/gomlx/gomlx/core/graph"

const keepApart = "keep every example on its own up to the loss"

// meeting finds where examples meet without a gradient going there, which [Of] takes for constants: in values whose
// gradient is stopped, and in values made of the batch's inputs alone. Only such are named as come back into the
// examples. nil where there are none. It may be harmless, as the number of examples that a mask leaves: the values tell.
func meeting(loss *graph.Node, batch, params []*graph.Node, m int) *Finding {
	a := analyse(loss, batch, params, m)
	// For each node without examples of its own, the first node on which examples met in it.
	met := make(map[graph.NodeId]*graph.Node)
	var found *Finding
	for _, node := range loss.Graph().Nodes() { // inputs come before what uses them
		info := a.info[node.Id()]
		if info == nil || info.isParam {
			continue
		}
		var from *graph.Node
		examples := false
		for _, input := range a.inputs(node) {
			in := a.info[input.Id()]
			if in == nil {
				continue
			}
			examples = examples || in.layout.batch()
			if at := met[input.Id()]; at != nil && from == nil {
				from = at
			}
		}
		switch {
		case info.layout.mixed:
			// The sums of the loss.
		case info.layout.batch() && from != nil:
			if found == nil {
				found = &Finding{Kind: Mixing, Node: describe(from),
					Reason: "examples meet in values that no gradient enters, and that come back into each example",
					Remedy: "use layer norm in place of batch norm, or " + keepApart + "; each gradient is at the batch's values as they are"}
			}
		case info.layout.batch():
		case from != nil:
			met[node.Id()] = from
		case examples:
			met[node.Id()] = node
		case node.StopGradient():
			if origin := a.mixedAt(node); origin != nil {
				met[node.Id()] = origin
			}
		}
	}
	return found
}

// mixedAt is the node on which examples met that a node, whose gradient is stopped, is made of; nil where they did not.
func (a *analysis) mixedAt(node *graph.Node) *graph.Node {
	for _, input := range a.inputs(node) {
		info := a.info[input.Id()]
		if info == nil || !info.layout.mixed {
			continue
		}
		for _, operand := range a.inputs(input) {
			if before := a.info[operand.Id()]; before != nil && before.layout.batch() {
				return input
			}
		}
		if origin := a.mixedAt(input); origin != nil {
			return origin
		}
		return input
	}
	return nil
}
