// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// Unsupported says which part of a model has no per-example gradient here, and what to do about it. It is what [Of]
// panics with; GoMLX's executors return it as an error, found by errors.As.
type Unsupported struct {
	Node     string // the operation, as GoMLX prints it
	Variable string // the variable whose gradients it spoils, with its shape; where there are more, also how many
	Reason   string // what is wrong with it
	Remedy   string // what the user can do
}

// Error is one line.
func (u *Unsupported) Error() string {
	return fmt.Sprintf("perexample: %s in %s, between variable %s and the loss: %s", u.Reason, u.Node, u.Variable, u.Remedy)
}

// refuse panics. spoilt are the parameters whose gradients cannot be had, at least one.
func refuse(node *graph.Node, spoilt []*graph.Node, reason, remedy string) {
	variable := parameterName(spoilt[0])
	if more := len(spoilt) - 1; more > 0 {
		variable += fmt.Sprintf(" (and %d more)", more)
	}
	panic(&Unsupported{Node: describe(node), Variable: variable, Reason: reason, Remedy: remedy})
}

// parameterName is a variable's path and shape; of a parameter that is no variable, what GoMLX calls it.
func parameterName(param *graph.Node) string {
	if param.Type() != graph.NodeTypeParameter {
		return describe(param)
	}
	return fmt.Sprintf("%s %s", param.GetParameterName(), param.Shape())
}

func describe(node *graph.Node) string {
	return fmt.Sprintf("node #%d %s %s", node.Id(), operation(node), node.Shape())
}

// unnamed are operations that GoMLX calls by a number.
var unnamed = map[graph.NodeType]string{
	graph.NodeTypeCall: "Call", graph.NodeTypeIf: "If", graph.NodeTypeSort: "Sort", graph.NodeTypeWhile: "While",
}

func operation(node *graph.Node) string {
	if name := unnamed[node.Type()]; name != "" {
		return name
	}
	name := node.Type().String()
	const prefix = "NodeType"
	if len(name) > len(prefix) && name[:len(prefix)] == prefix {
		return name[len(prefix):]
	}
	return name
}
