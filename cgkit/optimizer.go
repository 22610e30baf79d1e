// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit

import (
	"errors"
	"fmt"
	"math"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/halves"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// Optimizer is gradient descent in which a rule of package aggregate takes the place of the mean over the batch:
//
//	w ← w − η · rule(g_1, …, g_m)
//
// (winsorized: Chatterjee, Coherent Gradients, ICLR 2020, §3; RM3 and M3: Zielinski, Krishnan and Chatterjee, Weak and
// Strong Gradient Directions, 2020; every rule's source stands at the rule). The learning rate is constant, as in these
// papers (GoMLX's own SGD decays it). The zero value is not ready for use: make one with [Winsorized], [PlainSGD],
// [With] or [FromScope]. It keeps nothing of a model, so one value may train several.
//
// GoMLX's settings in the store, and what they do here:
//
//	learning_rate       the rate, where [Optimizer.WithLearningRate] gave none; 0.1 by default
//	clip_step_by_value  holds: η · direction is clipped, after the rule
//	clip_nan            holds: coordinates whose new value would be NaN or Inf keep the old one
//	nanlogger           holds: it is told each step, as it was before clip_nan
//	optimizer           by name, see [FromScope]
//
// The model's regularizers are in the loss and so in every example's gradient. Behind [Optimizer.Before] that
// optimizer's own settings hold, and of these those that it reads.
//
// Rules that need the mean alone ([aggregate.MeanOnly]: plain SGD, c = 0, sign of the sum, RM3, RA3, M3) train any
// model that GoMLX trains; all others need models that keep their examples apart, see package perexample.
type Optimizer struct {
	rule         aggregate.Rule
	err          error    // of the making, reported when the graph is built
	learningRate *float64 // nil: that of the store
	remedies     remedies
	next         GradientOptimizer
}

// GradientOptimizer is an optimizer that can start from gradients made elsewhere. GoMLX's SGD, Adam and RMSProp are
// such.
type GradientOptimizer interface {
	optimizer.Interface
	UpdateGraphWithGradients(scope *model.Scope, grads []*graph.Node, lossDType dtypes.DType)
}

var _ optimizer.Interface = (*Optimizer)(nil)

// Winsorized is gradient descent on winsorized gradients: in every coordinate the per-example gradients are clamped to
// their c-th and (100−c)-th percentile over the batch (Coherent Gradients, §3). 0 ≤ c < 50; c = 0 is plain SGD, at its
// cost. Any other c is an error when the training step is built.
//
// # Label noise: it may collapse
//
// Trained on for long with noisy labels, a net may end at a constant guess for c ≥ 2. What it looks like, in the
// paper's net with 25 % noise and c = 2 (784–256–256–256–10, batches of 100, rate 0.1, seed 6), which reaches a test
// accuracy of 91.8 % at step 400: from step 1,000 on the largest |logit| grows from 20 to 291, while the share of the
// last hidden layer's units that an example activates falls from 15 to 1 %. Between steps 6,600 and 6,800 one update
// has a norm of 11.4, 19 times the median of the largest ones before; then 253 of the last hidden layer's 256 units are
// 0 on all training examples, and it stays so: a test accuracy of 11.3 % at step 15,000.
//
// So watch a net that is trained beyond its best: package meters shows dead units and norms, a clean validation set the
// rest, and training may stop early. With updates of a norm of at most 0.2, [Optimizer.WithMaxUpdate], 3 of 3 seeds did
// not collapse within 15,000 steps; 3 of 3 did without. [Optimizer.WithWeightDecay] and [Optimizer.WithFloat64Weights]
// are here to be tried too; which of them help is judged by claims W1 and W2 of package claims.
func Winsorized(c float64) *Optimizer {
	rule, err := aggregate.Named("winsorize", aggregate.Params{C: c})
	return &Optimizer{rule: rule, err: err}
}

// PlainSGD is gradient descent on the mean gradient with a constant learning rate.
func PlainSGD() *Optimizer { return With(aggregate.Mean{}) }

// With is gradient descent on the directions of a rule.
func With(rule aggregate.Rule) *Optimizer {
	if rule == nil {
		return &Optimizer{err: errors.New("cgkit.With: no rule: give one, such as aggregate.Median{}")}
	}
	return &Optimizer{rule: rule}
}

// WithLearningRate sets the learning rate η, which multiplies the direction that stands for the mean gradient: a finite
// number above 0, anything else is an error when the training step is built. Without it the store's parameter
// "learning_rate" is used, for which the same holds, or else 0.1.
func (o *Optimizer) WithLearningRate(rate float64) *Optimizer {
	o.learningRate = &rate
	return o
}

// Before hands the directions to another optimizer, such as Adam, instead of taking a plain step. That optimizer's
// learning rate holds then. One that cannot start from gradients, see [GradientOptimizer], is an error when the
// training step is built, as is a rate of one's own beside it, and a rate of 0 that was asked for there: GoMLX's SGD
// would take it for none and go on with 0.1.
//
// In steps for which a rule that remembers has no direction yet the other optimizer's variables stay as they are, but
// for the global step, which counts every batch.
func (o *Optimizer) Before(next optimizer.Interface) *Optimizer {
	gradients, ok := next.(GradientOptimizer)
	if !ok {
		if o.err == nil {
			o.err = fmt.Errorf("cgkit: Before(%T): it has no UpdateGraphWithGradients, so it can't start from gradients: "+
				"use one that can, such as optimizer.Adam().Done()", next)
		}
		return o
	}
	o.next = gradients
	return o
}

// Done ends the chain.
func (o *Optimizer) Done() optimizer.Interface { return o }

// Rule is the rule in use.
func (o *Optimizer) Rule() aggregate.Rule { return o.rule }

// UpdateGraph builds the update of every trainable variable in use. The batch inputs are those parameters of the graph
// that are no variables. It panics, as GoMLX's graph building does, where the rule's settings are out of range, the
// batch is too small for it, or the model cannot be followed.
func (o *Optimizer) UpdateGraph(scope *model.Scope, g *graph.Graph, loss *graph.Node) {
	o.Step(scope, loss, perexample.BatchInputs(scope, g))
}

// Step is [Optimizer.UpdateGraph] for whoever knows the batch inputs, the nodes whose axis 0 holds the examples. It is
// the one place where an update is built: within a closure too, as in a loop of several updates, where the variables'
// nodes have been set to the loop's state.
func (o *Optimizer) Step(scope *model.Scope, loss *graph.Node, inputs []*graph.Node) {
	if err := o.check(); err != nil {
		panic(err)
	}
	g := loss.Graph()
	variables := perexample.Trainable(scope, g)
	if len(variables) == 0 {
		panic(fmt.Errorf("%s: the model has no trainable variables in use: there is nothing to train", o.rule.Name()))
	}
	params := make([]*graph.Node, len(variables))
	for i, v := range variables {
		params[i] = v.NodeValue(g)
	}
	examples := o.examples(loss, inputs, params)
	if err := errors.Join(o.rule.Check(examples[0].Len()), aggregate.CheckBackend(o.rule, examples[0].Len(), g.Backend())); err != nil {
		panic(err)
	}
	switch rule := o.rule.(type) {
	case aggregate.Stateful:
		o.updateStateful(scope, loss, variables, examples, rule)
	case aggregate.Aggregator:
		o.apply(scope, loss, variables, rule.Directions(examples), nil)
	default:
		panic(fmt.Errorf("%s is neither an aggregate.Aggregator nor aggregate.Stateful: give it Directions, or State and Next", rule.Name()))
	}
}

// examples is what the rule sees of each parameter: views of the examples' gradients, or where it needs no more the
// ordinary gradient alone.
func (o *Optimizer) examples(loss *graph.Node, inputs, params []*graph.Node) []aggregate.Examples {
	if aggregate.NeedsMeanOnly(o.rule) {
		return meansOf(loss, inputs, params)
	}
	examples := make([]aggregate.Examples, len(params))
	for i, view := range perexample.Of(loss, inputs, params) {
		examples[i] = view
	}
	return examples
}

func (o *Optimizer) check() error {
	switch {
	case o.err != nil:
		return o.err
	case o.rule == nil:
		return errors.New("cgkit: an Optimizer without a rule: make it with Winsorized, PlainSGD or With")
	case o.next != nil && o.learningRate != nil:
		return fmt.Errorf("%s: a learning rate of %v beside Before(%T), whose own rate holds: set it there",
			o.rule.Name(), *o.learningRate, o.next)
	}
	if rate, given := rateOf(o.next); given && !(rate > 0 && !math.IsInf(rate, 1)) {
		return fmt.Errorf("%s: a learning rate of %v given to %T: choose a finite number above 0", o.rule.Name(), rate, o.next)
	}
	return o.remedies.check(o.rule.Name(), o.next != nil)
}

// apply moves the variables by the directions. Where ready is given and false all stays as it is, but for the global
// step.
func (o *Optimizer) apply(scope *model.Scope, loss *graph.Node, variables []*model.Variable, directions []*graph.Node,
	ready *graph.Node) {
	switch {
	case o.next == nil:
		o.step(scope, loss, variables, directions, ready)
	case ready == nil:
		o.next.UpdateGraphWithGradients(scope, directions, loss.DType())
	default:
		onlyWhere(ready, scope.Store(), func() { o.next.UpdateGraphWithGradients(scope, directions, loss.DType()) })
	}
}

// step moves the variables against the directions.
func (o *Optimizer) step(scope *model.Scope, loss *graph.Node, variables []*model.Variable, directions []*graph.Node, ready *graph.Node) {
	g := loss.Graph()
	types := []dtypes.DType{loss.DType()}
	for _, direction := range directions {
		types = append(types, direction.DType())
	}
	rate := o.rateNode(scope, g, types)
	steps := make([]*graph.Node, len(variables))
	for i, v := range variables {
		// A product in half precision would lose steps that are small but not nothing.
		to := directions[i].DType()
		step := o.remedies.decayed(halves.Wide(directions[i]), v.NodeValue(g))
		step = o.remedies.velocity(scope, v, step, ready)
		steps[i] = graph.ConvertDType(graph.Mul(step, graph.ConvertDType(rate, step.DType())), to)
	}
	for i, step := range o.remedies.shortened(steps) {
		v := variables[i]
		step = optimizer.ClipStepByValue(scope, step)
		optimizer.TraceNaNInGradients(scope, v, step)
		before := v.NodeValue(g)
		moved, keep := o.remedies.subtracted(scope, v, before, step)
		after := optimizer.ClipNaNsInUpdates(scope, before, moved)
		if ready != nil {
			after = graph.Where(ready, after, before)
		}
		keep(ready)
		v.SetNodeValue(after)
	}
	optimizer.IncrementGlobalStep(g, loss.DType())
}

// rateNode is the learning rate, in a variable of the type of the loss, float32 at least. types are those that it is
// used in.
func (o *Optimizer) rateNode(scope *model.Scope, g *graph.Graph, types []dtypes.DType) *graph.Node {
	rate, from := optimizer.SGDDefaultLearningRate, "by default"
	if o.learningRate != nil {
		rate, from = *o.learningRate, "given to WithLearningRate"
	} else if value, found := scope.GetParam(optimizer.ParamLearningRate); found && value != nil {
		rate = model.GetParamOr(scope, optimizer.ParamLearningRate, rate)
		from = fmt.Sprintf("in the store's parameter %q", optimizer.ParamLearningRate)
	}
	if math.IsNaN(rate) || math.IsInf(rate, 0) || rate <= 0 {
		panic(fmt.Errorf("%s: a learning rate of %v %s: choose a finite number above 0", o.rule.Name(), rate, from))
	}
	for _, dtype := range types {
		if single := float32(rate); halves.SumType(dtype) == dtypes.Float32 && (single < 0x1p-126 || math.IsInf(float64(single), 0)) {
			panic(fmt.Errorf("%s: a learning rate of %v %s: choose one from 1.2e-38 to 3.4e38, the range of %s",
				o.rule.Name(), rate, from, dtypes.Float32))
		}
	}
	return optimizer.LearningRateVarWithValue(scope, halves.SumType(types[0]), rate).NodeValue(g)
}
