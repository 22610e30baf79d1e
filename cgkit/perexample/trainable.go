// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// OfTrainable returns one view for each trainable variable below scope that the graph of loss uses, and those variables,
// in GoMLX's order. It is [Of] without plumbing: the batch inputs are found, see [BatchInputs].
//
// loss is the scalar loss of the batch, or the losses of its examples, shape [m]. It panics where [Of] does. Within a
// closure, as in a loop of several updates, a graph's parameters are not what they are outside: call [Of] there.
func OfTrainable(scope *model.Scope, loss *graph.Node) ([]*View, []*model.Variable) {
	variables := Trainable(scope, loss.Graph())
	params := make([]*graph.Node, len(variables))
	for i, v := range variables {
		params[i] = v.NodeValue(loss.Graph())
	}
	return Of(loss, BatchInputs(scope, loss.Graph()), params), variables
}

// Trainable lists the trainable variables below scope in use by the graph, in GoMLX's order, which its optimizers rely
// on.
func Trainable(scope *model.Scope, g *graph.Graph) []*model.Variable {
	var list []*model.Variable
	for v := range scope.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			list = append(list, v)
		}
	}
	return list
}

// BatchInputs lists the graph's parameters that are no variables of the scope's store: what the data set yields, or
// what an executor is called with. All of them hold the examples along axis 0, or [Of] refuses them.
func BatchInputs(scope *model.Scope, g *graph.Graph) []*graph.Node {
	own := make(map[graph.ParameterHandle]bool)
	for v := range scope.Store().IterVariables() {
		if !v.InUseByGraph(g) {
			continue
		}
		if node := g.GetParameterByName(v.Path()); node != nil {
			own[node.GetParameterHandle()] = true
		}
	}
	var inputs []*graph.Node
	for i := range g.NumParameters() {
		if handle := graph.ParameterHandle(i); !own[handle] {
			inputs = append(inputs, g.GetParameterByHandle(handle))
		}
	}
	return inputs
}
