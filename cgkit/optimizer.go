// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit

import (
	"errors"
	"fmt"
	"math"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// Optimizer is gradient descent in which a rule of package aggregate takes the place of the mean over the batch:
//
//	w ← w − η · rule(g_1, …, g_m).
//
// The learning rate is constant, as in the paper (GoMLX's own SGD decays it). The zero value is not ready for use: make
// one with [Winsorized], [PlainSGD] or [With].
type Optimizer struct {
	rule         aggregate.Rule
	err          error // of the rule's making, reported when the graph is built
	learningRate float64
	next         GradientOptimizer
}

// GradientOptimizer is an optimizer that can start from gradients made elsewhere. GoMLX's SGD and Adam are such.
type GradientOptimizer interface {
	optimizer.Interface
	UpdateGraphWithGradients(scope *model.Scope, grads []*graph.Node, lossDType dtypes.DType)
}

var _ optimizer.Interface = (*Optimizer)(nil)

// Winsorized is gradient descent on winsorized gradients: in every coordinate the per-example gradients are clamped to
// their c-th and (100−c)-th percentile over the batch (Coherent Gradients, §3). 0 ≤ c < 50; c = 0 is plain SGD, at its
// cost. Any other c is an error when the training step is built.
func Winsorized(c float64) *Optimizer {
	rule, err := aggregate.Named("winsorize", aggregate.Params{C: c})
	return &Optimizer{rule: rule, err: err}
}

// PlainSGD is gradient descent on the mean gradient with a constant learning rate.
func PlainSGD() *Optimizer { return With(aggregate.Mean{}) }

// With is gradient descent on the directions of a rule.
func With(rule aggregate.Rule) *Optimizer { return &Optimizer{rule: rule} }

// WithLearningRate sets the learning rate η, which multiplies the direction that stands for the mean gradient. Without
// it the store's parameter "learning_rate" is used, or else 0.1.
func (o *Optimizer) WithLearningRate(rate float64) *Optimizer {
	o.learningRate = rate
	return o
}

// Before hands the directions to another optimizer, such as Adam, instead of taking a plain step. That optimizer's
// learning rate holds then.
func (o *Optimizer) Before(next GradientOptimizer) *Optimizer {
	o.next = next
	return o
}

// Done ends the chain.
func (o *Optimizer) Done() optimizer.Interface { return o }

// Rule is the rule in use.
func (o *Optimizer) Rule() aggregate.Rule { return o.rule }

// UpdateGraph builds the update of every trainable variable in use. The batch inputs are those parameters of the graph
// that are no variables. It panics, as GoMLX's graph building does, where the rule's settings are out of range, the batch
// is too small for it, or the model cannot be followed.
func (o *Optimizer) UpdateGraph(scope *model.Scope, g *graph.Graph, loss *graph.Node) {
	o.Step(scope, loss, batchInputs(scope, g))
}

// Step is [Optimizer.UpdateGraph] for whoever knows the batch inputs, the nodes whose axis 0 holds the examples. It is
// the one place where an update is built: within a closure too, as in a loop of several updates, where the variables'
// nodes have been set to the loop's state.
func (o *Optimizer) Step(scope *model.Scope, loss *graph.Node, inputs []*graph.Node) {
	if o.err != nil {
		panic(o.err)
	}
	g := loss.Graph()
	variables := trainable(scope, g)
	if len(variables) == 0 {
		panic(fmt.Errorf("%s: the model has no trainable variables in use: there is nothing to train", o.rule.Name()))
	}
	params := make([]*graph.Node, len(variables))
	for i, v := range variables {
		params[i] = v.NodeValue(g)
	}
	views := perexample.Of(loss, inputs, params)
	if err := errors.Join(o.rule.Check(views[0].Len()), aggregate.CheckBackend(o.rule, views[0].Len(), g.Backend())); err != nil {
		panic(err)
	}
	examples := make([]aggregate.Examples, len(views))
	for i, view := range views {
		examples[i] = view
	}
	if stateful, ok := o.rule.(aggregate.Stateful); ok {
		o.updateStateful(scope, loss, variables, examples, stateful)
		return
	}
	directions := o.rule.Directions(examples)
	if o.next != nil {
		o.next.UpdateGraphWithGradients(scope, directions, loss.DType())
		return
	}
	o.step(scope, loss, variables, directions, nil)
}

// step moves the variables against the directions. Where ready is given and false they stay.
func (o *Optimizer) step(scope *model.Scope, loss *graph.Node, variables []*model.Variable, directions []*graph.Node, ready *graph.Node) {
	g := loss.Graph()
	rate := o.rateNode(scope, g, loss.DType())
	for i, v := range variables {
		step := graph.Mul(directions[i], graph.ConvertDType(rate, directions[i].DType()))
		step = optimizer.ClipStepByValue(scope, step)
		optimizer.TraceNaNInGradients(scope, v, step)
		before := v.NodeValue(g)
		after := optimizer.ClipNaNsInUpdates(scope, before, graph.Sub(before, step))
		if ready != nil {
			after = graph.Where(ready, after, before)
		}
		v.SetNodeValue(after)
	}
	optimizer.IncrementGlobalStep(g, loss.DType())
}

func (o *Optimizer) rateNode(scope *model.Scope, g *graph.Graph, dtype dtypes.DType) *graph.Node {
	rate := o.learningRate
	if rate == 0 {
		rate = model.GetParamOr(scope, optimizer.ParamLearningRate, optimizer.SGDDefaultLearningRate)
	}
	if math.IsNaN(rate) || math.IsInf(rate, 0) || rate <= 0 {
		panic(fmt.Errorf("%s: a learning rate of %v: choose a finite number above 0", o.rule.Name(), rate))
	}
	return optimizer.LearningRateVarWithValue(scope, dtype, rate).NodeValue(g)
}

// trainable lists the trainable variables in use by the graph, in GoMLX's order, which next may rely on.
func trainable(scope *model.Scope, g *graph.Graph) []*model.Variable {
	var list []*model.Variable
	for v := range scope.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			list = append(list, v)
		}
	}
	return list
}

// batchInputs lists the graph's parameters that are no variables: what the data set yields.
func batchInputs(scope *model.Scope, g *graph.Graph) []*graph.Node {
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
