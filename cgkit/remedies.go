// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/internal/halves"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// remedies are what a plain step may do besides w ← w − η·d. The zero value is nothing.
type remedies struct {
	decay     float64 // λ
	momentum  float64 // μ
	maxUpdate float64 // 0: none
	double    bool    // weights are kept in float64
}

// WithWeightDecay adds λ·w to the rule's direction, for every trainable variable, biases included: w ← w − η·(d + λ·w).
// 0 ≤ λ < 1, anything else is an error when the training step is built, as is one beside [Optimizer.Before], whose
// optimizer has its own. 0, the default, is none.
func (o *Optimizer) WithWeightDecay(lambda float64) *Optimizer {
	o.remedies.decay = lambda
	return o
}

// WithMomentum moves by a velocity in place of the direction d (heavy ball: Polyak 1964): v ← μ·v + d, w ← w − η·v, for
// every trainable variable, where d has the weights' decay in it. v is a variable beside the weights, of their shape,
// which checkpoints save; it starts from 0, and stays where a rule that remembers has no direction yet. 0 ≤ μ < 1,
// anything else is an error when the training step is built, as is one beside [Optimizer.Before]. 0, the default, is
// none.
func (o *Optimizer) WithMomentum(mu float64) *Optimizer {
	o.remedies.momentum = mu
	return o
}

// WithMaxUpdate shortens updates: where ‖Δw‖, over all variables together, would be larger than norm, Δw is multiplied
// by norm/‖Δw‖. It is applied after the rule, the learning rate and the decay. A norm that is not finite and above 0 is
// an error when the training step is built, as is one beside [Optimizer.Before].
func (o *Optimizer) WithMaxUpdate(norm float64) *Optimizer {
	if norm == 0 {
		norm = math.NaN() // refused, as every other number that is no cap
	}
	o.remedies.maxUpdate = norm
	return o
}

// WithFloat64Weights keeps weights in float64 and updates them there, by steps of the gradients' precision, while the
// model computes with what they are in its own precision, as the code of the paper's authors does. So updates are not
// lost that are small beside a weight: in float32 those below a 3·10⁻⁸th of it.
//
// What a float32 weight lacks of the float64 one is kept in a variable beside it, of 8 bytes a weight, which
// checkpoints save; it starts from 0. Variables that are float64 already have none. It can't go with
// [Optimizer.Before].
func (o *Optimizer) WithFloat64Weights() *Optimizer {
	o.remedies.double = true
	return o
}

// check says what is wrong with the settings.
func (r remedies) check(rule string, before bool) error {
	switch {
	case before && r != (remedies{}):
		return fmt.Errorf("%s: weight decay, momentum, a largest update or float64 weights beside Before, whose optimizer moves the weights: "+
			"set them there, or leave Before out", rule)
	case !(r.decay >= 0 && r.decay < 1):
		return fmt.Errorf("%s: a weight decay of %v: choose 0 ≤ λ < 1, such as 0.0001", rule, r.decay)
	case !(r.momentum >= 0 && r.momentum < 1):
		return fmt.Errorf("%s: a momentum of %v: choose 0 ≤ μ < 1, such as 0.9", rule, r.momentum)
	case r.maxUpdate != 0 && (!(r.maxUpdate > 0) || math.IsInf(r.maxUpdate, 0)):
		return fmt.Errorf("%s: WithMaxUpdate of a norm that is not finite and above 0: choose one such as 0.1", rule)
	}
	return nil
}

// decayed is a direction with the weights' share.
func (r remedies) decayed(direction, weights *graph.Node) *graph.Node {
	if r.decay == 0 {
		return direction
	}
	weights = halves.Wide(weights)
	return graph.Add(direction, graph.ConvertDType(graph.MulScalar(weights, r.decay), direction.DType()))
}

// velocity is the direction that momentum makes of one, in its precision; the new velocity is kept.
func (r remedies) velocity(scope *model.Scope, v *model.Variable, direction, ready *graph.Node) *graph.Node {
	if r.momentum == 0 {
		return direction
	}
	shape := v.Shape()
	shape.DType = direction.DType()
	beside := stateOf(scope).WithInitializer(initializer.Zero).
		VariableWithShape("velocity."+escaped(v.Path()), shape).SetTrainable(false)
	before := beside.NodeValue(direction.Graph())
	after := graph.Add(graph.MulScalar(before, r.momentum), direction)
	kept := after
	if ready != nil {
		kept = graph.Where(ready, after, before)
	}
	beside.SetNodeValue(kept)
	return after
}

// shortened are the steps of all variables, of at most the largest norm together. It is taken in float64, so that no
// square leaves the range of numbers.
func (r remedies) shortened(steps []*graph.Node) []*graph.Node {
	if r.maxUpdate == 0 {
		return steps
	}
	var squares *graph.Node
	for _, step := range steps {
		one := graph.ReduceAllSum(graph.Square(graph.ConvertDType(step, dtypes.Float64)))
		if squares == nil {
			squares = one
		} else {
			squares = graph.Add(squares, one)
		}
	}
	norm := graph.Sqrt(squares)
	largest := graph.Const(norm.Graph(), r.maxUpdate)
	short := make([]*graph.Node, len(steps))
	for i, step := range steps {
		wide := halves.Wide(step)
		factor := graph.ConvertDType(graph.Div(largest, norm), wide.DType())
		cut := graph.ConvertDType(graph.Mul(wide, factor), step.DType())
		short[i] = graph.Where(graph.GreaterThan(norm, largest), cut, step)
	}
	return short
}

// subtracted is a variable less its step, and where weights are kept in float64 the new value of what lies beside it.
//
// With r the remainder, w + r is the float64 weight. Both are exact: w' is w + r − step rounded to the variable's type,
// and r' = (w + r − step) − w' has no more digits than float64 has.
func (r remedies) subtracted(scope *model.Scope, v *model.Variable, before, step *graph.Node) (
	after *graph.Node, keep func(moved *graph.Node)) {
	if !r.double || before.DType() == dtypes.Float64 {
		return graph.Sub(before, step), func(*graph.Node) {}
	}
	shape := v.Shape()
	shape.DType = dtypes.Float64
	beside := stateOf(scope).WithInitializer(initializer.Zero).
		VariableWithShape("remainder."+escaped(v.Path()), shape).SetTrainable(false)
	remainder := beside.NodeValue(before.Graph())
	double := func(x *graph.Node) *graph.Node { return graph.ConvertDType(x, dtypes.Float64) }
	exact := graph.Sub(graph.Add(double(before), remainder), double(step))
	// Without the barrier XLA takes the conversion there and back for nothing.
	after = graph.OptimizationBarrier(graph.ConvertDType(exact, before.DType()))
	return after, func(moved *graph.Node) {
		left := graph.Sub(exact, double(after))
		if moved != nil {
			left = graph.Where(moved, left, remainder)
		}
		beside.SetNodeValue(left)
	}
}
