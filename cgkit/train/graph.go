// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"errors"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	gomlxtrain "github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/support/exceptions"
)

// compile prepares the computations; they are compiled when first called.
func (e *engine) compile() (err error) {
	steps := e.loopGraph
	if !e.backend.Capabilities().Operations[compute.OpTypeDynamicSlice] || aggregate.Loops(e.rule, e.problem.Spec.Batch, e.backend) ||
		e.convolves {
		// GoMLX's pure-Go backend, which has no loop to speak of, rules that have a loop of their own, and convolutions,
		// which XLA on a CPU computes many times slower within a loop: one update a call.
		steps, e.limit = e.stepGraph, 1
	}
	if e.steps, err = model.NewExec(e.backend, e.store, steps); err != nil {
		return err
	}
	if e.evaluate, err = model.NewExec(e.backend, e.store, e.evaluateGraph); err != nil || !e.hasEffect() {
		return err
	}
	if aggregate.NeedsMeanOnly(e.rule) && !e.canProbe() {
		return nil
	}
	e.probe, err = model.NewExec(e.backend, e.store, e.probeGraph)
	return err
}

// canProbe says whether the model's per-example gradients can be had outside of training. To train by a rule that needs
// the mean alone they need not.
func (e *engine) canProbe() bool {
	g := NewGraph(e.backend, "probe")
	defer g.Finalize()
	model.SetStore(g, e.store)
	inputs, labels := e.feed.rawShapes(e.problem.Spec.Batch)
	withBatches := func(s shapes.Shape) shapes.Shape { return shapes.Make(s.DType, append([]int{1}, s.Dimensions...)...) }
	var refused *perexample.Unsupported
	err := exceptions.TryCatch[error](func() {
		e.probeGraph(nil, []*Node{Parameter(g, "inputs", withBatches(inputs)), Parameter(g, "labels", withBatches(labels))})
	})
	return !errors.As(err, &refused)
}

// loopGraph makes n updates. inputs: raw inputs [chunk, batch, features], labels [chunk, batch], n. It returns the sum
// of the batches' losses, where health is measured the largest and the last norm of an update too, and leaves the
// variables as the last update made them.
func (e *engine) loopGraph(_ *model.Scope, inputs []*Node) []*Node {
	g := inputs[0].Graph()
	// The variables' nodes outside of the loop. They must be there before the closure is: within it they would become
	// parameters of the closure.
	outside := make([]*Node, len(e.variables))
	for i, v := range e.variables {
		outside[i] = v.NodeValue(g)
	}
	// Loop state: step, n, sum of losses, inputs, labels, what is followed of the updates, variables. A closure may use
	// nothing but its own state.
	state := []*Node{Const(g, int32(0)), inputs[2], Const(g, float32(0)), inputs[0], inputs[1]}
	if e.health != nil {
		state = append(state, Const(g, float32(0)), Const(g, float32(0)))
	}
	fixed := len(state)
	state = append(state, outside...)
	shapesOf := make([]shapes.Shape, len(state))
	for i, node := range state {
		shapesOf[i] = node.Shape()
	}
	changed := make([]bool, len(e.variables))
	body := NewClosure(g, func(g *Graph) []*Node {
		s := stateParameters(g, shapesOf)
		step, n, sum, inputs, labels, before := s[0], s[1], s[2], s[3], s[4], s[fixed:]
		for i, v := range e.variables {
			v.SetNodeValue(before[i])
		}
		loss := e.update(at(inputs, step), at(labels, step))
		next := []*Node{Add(step, Const(g, int32(1))), n, Add(sum, ConvertDType(loss, dtypes.Float32)), inputs, labels}
		if e.health != nil {
			moved := e.moved(before)
			next = append(next, Max(s[5], moved), moved)
		}
		for i, v := range e.variables {
			after := v.NodeValue(g)
			changed[i] = after != before[i]
			next = append(next, after)
		}
		return next
	})
	condition := NewClosure(g, func(g *Graph) []*Node {
		s := stateParameters(g, shapesOf)
		return []*Node{LessThan(s[0], s[1])}
	})
	final := While(condition, body, state...)
	for i, v := range e.variables {
		if changed[i] {
			v.SetNodeValue(final[fixed+i])
		} else {
			v.SetNodeValue(outside[i])
		}
	}
	return append([]*Node{final[2]}, final[5:fixed]...)
}

// moved is ‖w after − w before‖ over the trained variables, float32. before are the nodes of e.variables before the
// update.
func (e *engine) moved(before []*Node) *Node {
	var squares *Node
	for i, v := range e.variables {
		if !v.Trainable {
			continue
		}
		after := v.NodeValue(before[i].Graph())
		one := ReduceAllSum(Square(ConvertDType(Sub(after, before[i]), dtypes.Float64)))
		if squares == nil {
			squares = one
		} else {
			squares = Add(squares, one)
		}
	}
	return ConvertDType(Sqrt(squares), dtypes.Float32)
}

// stepGraph is loopGraph for one update: inputs [1, batch, features], labels [1, batch].
func (e *engine) stepGraph(_ *model.Scope, inputs []*Node) []*Node {
	before := make([]*Node, len(e.variables))
	for i, v := range e.variables {
		before[i] = v.NodeValue(inputs[0].Graph())
	}
	loss := e.update(withoutFirst(inputs[0]), withoutFirst(inputs[1]))
	out := []*Node{ConvertDType(loss, dtypes.Float32)}
	if e.health != nil {
		moved := e.moved(before)
		out = append(out, moved, moved)
	}
	return out
}

// update builds one update of the variables, and returns the loss of its batch. raw is [batch, features], labels
// [batch].
func (e *engine) update(raw, labels *Node) (loss *Node) {
	x, loss := e.loss(raw, labels, true)
	e.optimizer.Step(e.store.RootScope(), loss, []*Node{x, labels})
	return loss
}

// loss is the batch's mean loss, with the model's regularization terms, and what the model was fed.
func (e *engine) loss(raw, labels *Node, training bool) (x, loss *Node) {
	x = e.feed.inputs(raw)
	loss = ReduceAllMean(e.losses(e.output(x, training), labels))
	if more := gomlxtrain.GetRegularizationLoss(raw.Graph()); more != nil && training {
		loss = Add(loss, more)
	}
	return x, loss
}

// output is the model's output for inputs x, checked.
func (e *engine) output(x *Node, training bool) *Node {
	e.store.SetTraining(x.Graph(), training)
	output := e.model.Output(e.store.RootScope(), x)
	if err := e.model.CheckOutput(output.Shape(), x.Shape().Dimensions[0], e.problem.Set.Classes); err != nil {
		panic(err)
	}
	return output
}

func (e *engine) losses(output, labels *Node) *Node { return e.model.Losses(output, labels) }

// evaluateGraph returns of each example the prediction, an int32 class or a float32 target, and the loss, both [n].
// inputs: raw inputs [n, features], labels [n].
func (e *engine) evaluateGraph(_ *model.Scope, inputs []*Node) []*Node {
	labels := inputs[1]
	output := e.output(e.feed.inputs(inputs[0]), false)
	var predictions *Node
	if e.problem.Set.Classes > 0 {
		predictions = ArgMax(output, 1, dtypes.Int32)
	} else {
		predictions = ConvertDType(models.Predictions(output), dtypes.Float32)
	}
	return []*Node{predictions, ConvertDType(e.losses(output, labels), dtypes.Float32)}
}

// at is row i of the first axis.
func at(x, i *Node) *Node {
	dims := x.Shape().Dimensions
	start := make([]*Node, len(dims))
	size := append([]int{1}, dims[1:]...)
	start[0] = i
	for axis := 1; axis < len(dims); axis++ {
		start[axis] = ScalarZero(x.Graph(), i.DType())
	}
	return withoutFirst(DynamicSlice(x, start, size))
}

// withoutFirst drops the first axis, of length 1.
func withoutFirst(x *Node) *Node { return Reshape(x, x.Shape().Dimensions[1:]...) }

func stateParameters(g *Graph, list []shapes.Shape) []*Node {
	nodes := make([]*Node, len(list))
	for i, shape := range list {
		nodes[i] = Parameter(g, "", shape)
	}
	return nodes
}
