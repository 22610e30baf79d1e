// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// compile prepares both computations; they are compiled when first called.
func (e *mlp) compile() (err error) {
	steps := e.stepsGraph
	if !e.backend.Capabilities().Operations[compute.OpTypeDynamicSlice] || aggregate.Loops(e.rule, e.problem.Spec.Batch, e.backend) {
		// GoMLX's pure-Go backend, which has no loop to speak of, and rules that have a loop of their own: one update a call.
		steps, e.limit = e.stepGraph, 1
	}
	if e.steps, err = NewExec(e.backend, steps); err != nil {
		return err
	}
	_, remembers := e.rule.(aggregate.Stateful)
	if e.evaluate, err = NewExec(e.backend, e.evaluateGraph); err != nil || e.rule == (aggregate.Mean{}) || remembers {
		return err
	}
	e.probe, err = NewExec(e.backend, e.probeGraph)
	return err
}

// stepsGraph makes n updates. inputs: images uint8 [chunk, batch, features], labels int32 [chunk, batch], n, the parameters,
// and what the rule remembers. Outputs: the sum of the batches' losses, the parameters and the memory after.
func (e *mlp) stepsGraph(inputs []*Node) []*Node {
	g := inputs[0].Graph()
	// Loop state: step, n, sum of losses, images, labels, parameters, memory. A closure may use nothing but its own state.
	state := append([]*Node{Const(g, int32(0)), inputs[2], Const(g, float32(0)), inputs[0], inputs[1]}, inputs[3:]...)
	shapesOf := make([]shapes.Shape, len(state))
	for i, node := range state {
		shapesOf[i] = node.Shape()
	}
	body := NewClosure(g, func(g *Graph) []*Node {
		s := stateParameters(g, shapesOf)
		step, n, sum, images, labels := s[0], s[1], s[2], s[3], s[4]
		loss, after := e.update(at(images, step), at(labels, step), s[5:])
		return append([]*Node{Add(step, Const(g, int32(1))), n, Add(sum, loss), images, labels}, after...)
	})
	condition := NewClosure(g, func(g *Graph) []*Node {
		s := stateParameters(g, shapesOf)
		return []*Node{LessThan(s[0], s[1])}
	})
	final := While(condition, body, state...)
	return append([]*Node{final[2]}, final[5:]...)
}

// stepGraph is stepsGraph for one update: images [1, batch, features], labels [1, batch].
func (e *mlp) stepGraph(inputs []*Node) []*Node {
	images, labels := inputs[0], inputs[1]
	loss, after := e.update(Reshape(images, images.Shape().Dimensions[1:]...), Reshape(labels, labels.Shape().Dimensions[1]), inputs[3:])
	return append([]*Node{loss}, after...)
}

// update returns the loss of a batch, images uint8 [batch, features] and labels int32 [batch], and the parameters, with
// the memory behind them, after one update with the rule's directions.
func (e *mlp) update(images, labels *Node, values []*Node) (loss *Node, after []*Node) {
	params, memory := values[:2*(len(e.sizes)-1)], values[2*(len(e.sizes)-1):]
	loss, examples := e.views(images, labels, params)
	if stateful, remembers := e.rule.(aggregate.Stateful); remembers {
		return loss, e.remember(stateful, examples, params, memory)
	}
	for i, direction := range e.rule.Directions(examples) {
		after = append(after, Sub(params[i], MulScalar(direction, e.problem.Spec.LearningRate)))
	}
	return loss, after
}

// views returns a batch's loss, and the per-example gradients of each parameter.
func (e *mlp) views(images, labels *Node, params []*Node) (loss *Node, examples []aggregate.Examples) {
	x := feed(images)
	loss = ReduceAllMean(crossEntropy(e.logits(x, params), labels))
	for _, view := range perexample.Of(loss, []*Node{x, labels}, params) {
		examples = append(examples, view)
	}
	return loss, examples
}

// probeGraph returns what the rule does to one batch: energy removed, cosine and, for rules that clamp, the share
// clamped. inputs: images [1, batch, features], labels [1, batch], and the parameters.
func (e *mlp) probeGraph(inputs []*Node) []*Node {
	images, labels := inputs[0], inputs[1]
	_, examples := e.views(Reshape(images, images.Shape().Dimensions[1:]...), Reshape(labels, labels.Shape().Dimensions[1]), inputs[2:])
	_, effect := aggregate.Measure(e.rule, examples)
	out := []*Node{effect.EnergyRemoved, effect.Cosine}
	if effect.Clamped != nil {
		out = append(out, effect.Clamped)
	}
	return out
}

// evaluateGraph returns each example's prediction int32 [n] and loss [n]. inputs: images uint8 [n, features], labels
// int32 [n], and the parameters.
func (e *mlp) evaluateGraph(inputs []*Node) []*Node {
	logits := e.logits(feed(inputs[0]), inputs[2:])
	return []*Node{ArgMax(logits, 1, dtypes.Int32), crossEntropy(logits, inputs[1])}
}

// feed turns pixels 0 … 255 into what the net is fed: pixel/255.
func feed(pixels *Node) *Node { return DivScalar(ConvertDType(pixels, dtypes.Float32), 255) }

// logits is the net: [batch, features] → [batch, classes]. params are weights [in, out] and biases [out] in turn.
func (e *mlp) logits(x *Node, params []*Node) *Node {
	_, outputs := e.forward(x, params)
	return outputs[len(outputs)-1]
}

// crossEntropy is each example's loss in nats: [batch].
func crossEntropy(logits, labels *Node) *Node {
	hot := OneHot(labels, logits.Shape().Dimensions[1], logits.DType())
	return Neg(ReduceSum(Mul(hot, LogSoftmax(logits)), 1))
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
	return Reshape(DynamicSlice(x, start, size), dims[1:]...)
}

func stateParameters(g *Graph, list []shapes.Shape) []*Node {
	nodes := make([]*Node, len(list))
	for i, shape := range list {
		nodes[i] = Parameter(g, "", shape)
	}
	return nodes
}
