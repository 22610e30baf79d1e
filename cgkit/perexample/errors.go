// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// Unsupported says which part of a model has no per-example gradient here, and what to do about it. It is what [Of]
// panics with; GoMLX's executors return it as an error, found by errors.As.
type Unsupported struct {
	Node   string // the operation, as GoMLX prints it
	Reason string // what is wrong with it
	Remedy string // what the user can do
}

// Error is one line.
func (u *Unsupported) Error() string {
	return fmt.Sprintf("perexample: %s in %s: %s", u.Reason, u.Node, u.Remedy)
}

func refuse(node *graph.Node, reason, remedy string) {
	panic(&Unsupported{Node: describe(node), Reason: reason, Remedy: remedy})
}

func describe(node *graph.Node) string {
	return fmt.Sprintf("node #%d %s %s", node.Id(), operation(node), node.Shape())
}

func operation(node *graph.Node) string {
	name := node.Type().String()
	const prefix = "NodeType"
	if len(name) > len(prefix) && name[:len(prefix)] == prefix {
		return name[len(prefix):]
	}
	return name
}
