// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit

import (
	"fmt"

	"coherentgradients/cgkit/aggregate"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// stateScope is where the variables of stateful rules are, below the scope of GoMLX's optimizers.
const stateScope = "cgkit"

// updateStateful builds the update with a rule that remembers earlier batches, in variables that checkpoints save.
func (o *Optimizer) updateStateful(scope *model.Scope, loss *graph.Node, variables []*model.Variable, examples []aggregate.Examples, rule aggregate.Stateful) {
	if o.next != nil {
		panic(fmt.Errorf("%s makes no update in some steps, and another optimizer would move on in them: use it without Before", rule.Name()))
	}
	g := loss.Graph()
	kept := scope.Store().RootScope().At(optimizer.Scope).At(stateScope).WithInitializer(initializer.Zero)
	var state [][]*graph.Node
	var keepers [][]*model.Variable
	for i, v := range variables {
		var nodes []*graph.Node
		var list []*model.Variable
		for k, shape := range rule.State(v.Shape()) {
			// The number keeps names apart that differ in a separator only.
			keeper := kept.VariableWithShape(fmt.Sprintf("%d%s.%d", i, model.EscapeScopeName(v.Path()), k), shape).SetTrainable(false)
			nodes, list = append(nodes, keeper.NodeValue(g)), append(list, keeper)
		}
		state, keepers = append(state, nodes), append(keepers, list)
	}
	counter := kept.VariableWithShape("steps", counterShape).SetTrainable(false)
	directions, after, ready := rule.Next(examples, state, counter.NodeValue(g))
	for i, list := range keepers {
		for k, keeper := range list {
			keeper.SetNodeValue(after[i][k])
		}
	}
	counter.SetNodeValue(graph.AddScalar(counter.NodeValue(g), 1))
	o.step(scope, loss, variables, directions, ready)
}

// Clear removes what stateful rules remember.
func (o *Optimizer) Clear(scope *model.Scope) error {
	return scope.Store().DeleteVariablesInScope(scope.Store().RootScope().At(optimizer.Scope).At(stateScope).Scope())
}

var counterShape = shapes.Make(dtypes.Int64)
