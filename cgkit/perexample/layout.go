// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import "github.com/gomlx/gomlx/core/graph"

// layout says how the examples of a batch lie in a node's value. Batches have two examples or more: what is known of a
// single one needs no axis, see [Of].
//
// axis is the axis along which they lie, or none. That axis has length m·inner: example b owns the inner consecutive
// positions from b·inner on, which is what folding [B, T, F] to [B·T, F] makes (inner = T).
//
// mixed is set where examples have been summed: the value belongs to no example any more.
type layout struct {
	axis  int
	inner int
	mixed bool
}

const none = -1

var noBatch = layout{axis: none}

func (l layout) batch() bool { return l.axis != none }

// example slices example b's part out of node.
func (l layout) example(node *graph.Node, b int) *graph.Node {
	if !l.batch() {
		return node
	}
	return graph.SliceAxis(node, l.axis, graph.AxisRange(b*l.inner, (b+1)*l.inner))
}
