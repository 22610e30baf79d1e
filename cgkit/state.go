// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"coherentgradients/cgkit/aggregate"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gomlx/gomlx/support/exceptions"
)

// stateScope is where the variables of stateful rules are, below the scope of GoMLX's optimizers.
const stateScope = "cgkit"

// updateStateful builds the update with a rule that remembers earlier batches, in variables that checkpoints save.
func (o *Optimizer) updateStateful(scope *model.Scope, loss *graph.Node, variables []*model.Variable, examples []aggregate.Examples, rule aggregate.Stateful) {
	g := loss.Graph()
	kept := stateOf(scope).WithInitializer(initializer.Zero)
	var state [][]*graph.Node
	var keepers [][]*model.Variable
	for _, v := range variables {
		var nodes []*graph.Node
		var list []*model.Variable
		for k, shape := range rule.State(v.Shape()) {
			keeper := kept.VariableWithShape(fmt.Sprintf("%s.%d", escaped(v.Path()), k), shape).SetTrainable(false)
			nodes, list = append(nodes, keeper.NodeValue(g)), append(list, keeper)
		}
		state, keepers = append(state, nodes), append(keepers, list)
	}
	counter := kept.VariableWithShape(counterName(variables), counterShape).SetTrainable(false)
	directions, after, ready := rule.Next(examples, state, counter.NodeValue(g))
	for i, list := range keepers {
		for k, keeper := range list {
			keeper.SetNodeValue(after[i][k])
		}
	}
	counter.SetNodeValue(graph.AddScalar(counter.NodeValue(g), 1))
	o.apply(scope, loss, variables, directions, ready)
}

// onlyWhere lets update set variables where ready is true, and the global step always.
func onlyWhere(ready *graph.Node, store *model.Store, update func()) {
	g := ready.Graph()
	before := make(map[*model.Variable]*graph.Node)
	for v := range store.IterVariables() {
		if v.InUseByGraph(g) {
			before[v] = v.NodeValue(g)
		}
	}
	update()
	global := optimizer.GetGlobalStepVar(store)
	for v := range store.IterVariables() {
		if v == global || !v.InUseByGraph(g) {
			continue
		}
		old, known := before[v]
		if !known { // made by update, and not yet set to anything but what it starts from
			old = g.GetParameterByName(v.Path())
		}
		if now := v.NodeValue(g); now != old {
			v.SetNodeValue(graph.Where(ready, now, old))
		}
	}
}

// escaped is a path as one name, no two paths the same.
func escaped(path string) string {
	return strings.NewReplacer("%", "%25", model.ScopeSeparator, "%2F").Replace(path)
}

// counterName is that of the steps counted for one set of variables: another model in the same store counts its own,
// and where layers are frozen or thawed a rule waits again until it remembers all of them.
func counterName(variables []*model.Variable) string {
	hash := sha256.New()
	for _, v := range variables {
		fmt.Fprintf(hash, "%s\n", v.Path())
	}
	return fmt.Sprintf("steps-%x", hash.Sum(nil)[:6])
}

func stateOf(scope *model.Scope) *model.Scope {
	return scope.Store().RootScope().At(optimizer.Scope).At(stateScope)
}

// Clear removes what training has left beside the model: what rules remember, the learning rate's variable, the
// global step, and what the optimizer given to [Optimizer.Before] keeps. A new Trainer starts afresh from the weights
// as they are; one made before can't go on, as its graphs hold the variables that are gone.
func (o *Optimizer) Clear(scope *model.Scope) (err error) {
	root := scope.Store().RootScope()
	if o.next != nil {
		defer func() { // what is left is cleared whatever becomes of this
			err = errors.Join(err, exceptions.TryCatch[error](func() {
				if failed := o.next.Clear(root.ResetVisited()); failed != nil {
					panic(failed)
				}
			}))
		}()
	}
	return errors.Join(
		stateOf(scope).DeleteVariablesInScope(),
		root.At(optimizer.Scope).DeleteVariable(optimizer.ParamLearningRate),
		optimizer.DeleteGlobalStep(scope),
	)
}

var counterShape = shapes.Make(dtypes.Int64)
