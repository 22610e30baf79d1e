// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// View is the per-example gradients of one parameter: m gradients of the parameter's shape, none of which is stored
// before it is asked for.
type View struct {
	param    *graph.Node
	m        int
	mean     *graph.Node
	parts    []part
	examples []*graph.Node
	a        *analysis // nil for a batch of one
	uses     []use     // the places where the parameter enters
	tile     int       // see WithTile

	// What has been built, to be shared by all who ask.
	stored                 *graph.Node // see Stack
	products               *sides
	units                  *unitForm
	triedStack, triedSides bool
}

// part is one place where the parameter enters.
type part interface {
	// example is the part's share of example b's gradient, of the parameter's shape.
	example(b int) *graph.Node
}

// Of returns one view for each of params, in their order.
//
// A batch of one example has the gradient of the loss as its gradient, whatever the model does. There nothing can be
// mixed, so nothing is refused that GoMLX can differentiate; batches of two and more of the same model may be.
//
// loss is the scalar loss of the batch, or the losses of its examples, shape [m], which then stand for their mean.
// batch are the nodes whose axis 0 holds the m examples: inputs, labels, masks; all must have the same length there.
// params are the nodes of the parameters, usually Variable.NodeValue. A parameter that the loss does not depend on
// has zero gradients.
//
// It panics with [Unsupported] where a model mixes examples or cannot be followed.
func Of(loss *graph.Node, batch, params []*graph.Node) []*View {
	m := examplesOf(batch)
	if m == 1 {
		return ofOne(loss, params)
	}
	a := analyse(loss, batch, params, m)
	if !loss.IsScalar() {
		if l := a.info[loss.Id()].layout; loss.Rank() != 1 || l.axis != 0 || l.inner != 1 {
			panic(lossShape(loss, m))
		}
		loss = graph.ReduceAllMean(loss)
	} else if info := a.info[loss.Id()]; info.trained && !info.layout.mixed {
		refuse(loss, a.spoilt(loss, loss, params), "the loss does not sum over the examples", "make the loss a mean or sum of one loss for each example")
	}
	means := a.gradients(loss, params)
	views := make([]*View, len(params))
	for i, param := range params {
		views[i] = &View{param: param, m: m, mean: means[i], examples: make([]*graph.Node, m), a: a}
		views[i].parts, views[i].uses = a.parts(param)
	}
	return views
}

// examplesOf is how many examples the batch inputs hold.
func examplesOf(batch []*graph.Node) int {
	if len(batch) == 0 || batch[0].Rank() == 0 {
		panic(fmt.Errorf("perexample: no batch inputs (have %d): per-example gradients need inputs whose axis 0 holds the examples", len(batch)))
	}
	m := batch[0].Shape().Dimensions[0]
	for _, node := range batch {
		if node.Rank() == 0 || node.Shape().Dimensions[0] != m {
			panic(fmt.Errorf("perexample: batch inputs of shapes %s and %s: axis 0 of every one must hold the same examples; what belongs to no example goes into a constant or a variable that is not trained",
				batch[0].Shape(), node.Shape()))
		}
	}
	switch {
	case m == 0:
		panic(fmt.Errorf("perexample: a batch input of shape %s holds no example: give one or more", batch[0].Shape()))
	case m < 0:
		panic(fmt.Errorf("perexample: a batch input of shape %s: how many examples it holds must be known when the graph is built; give it a fixed axis 0", batch[0].Shape()))
	}
	return m
}

func lossShape(loss *graph.Node, m int) error {
	if m == 1 {
		return fmt.Errorf("perexample: a loss of shape %s: give a scalar, or the loss of the one example, shape [1]", loss.Shape())
	}
	return fmt.Errorf("perexample: a loss of shape %s: give a scalar, or one loss for each of the %d examples, shape [%d]", loss.Shape(), m, m)
}

// ofOne is [Of] for a batch of one: the gradient of its example is the gradient of the loss, by the 1/m convention.
func ofOne(loss *graph.Node, params []*graph.Node) []*View {
	if !loss.IsScalar() {
		if loss.Rank() != 1 || loss.Shape().Size() != 1 {
			panic(lossShape(loss, 1))
		}
		loss = graph.Reshape(loss)
	}
	views := make([]*View, len(params))
	for i, mean := range graph.Gradient(loss, params...) {
		views[i] = &View{param: params[i], m: 1, mean: mean, parts: []part{wholePart{mean}}, examples: make([]*graph.Node, 1)}
	}
	return views
}

// wholePart is the gradient of the one example there is.
type wholePart struct{ gradient *graph.Node }

func (p wholePart) example(int) *graph.Node { return p.gradient }

// gradients takes the gradient of the loss with respect to the boundaries, times m but for those of the tail, and
// returns the one with respect to params.
func (a *analysis) gradients(loss *graph.Node, params []*graph.Node) []*graph.Node {
	n := len(a.boundaries)
	wanted := make([]*graph.Node, 0, n+len(params))
	for _, b := range a.boundaries {
		wanted = append(wanted, b.node)
	}
	// The parameters are asked for in the same sweep: it is their mean gradient, and it makes GoMLX go through the
	// stand-ins of fused nodes.
	wanted = append(wanted, params...)
	gradients := graph.Gradient(loss, wanted...)
	means := gradients[n:]
	// An m-th of what an example gives may be too small for float16. There the loss is multiplied, before it comes to
	// that.
	times := func(node *graph.Node) *graph.Node { return graph.MulScalar(node, float64(a.m)) }
	early := a.passesFloat16(loss.Graph()) && !(loss.DType() == dtypes.Float16 && a.m > largestHalf)
	if early {
		whole := gradients
		gradients = graph.Gradient(times(loss), wanted...)
		for i, b := range a.boundaries {
			if b.tail {
				gradients[i] = whole[i]
			}
		}
	}
	for i, b := range a.boundaries {
		if b.gradient = gradients[i]; !b.tail && !early {
			b.gradient = times(b.gradient)
		}
	}
	return means
}

// passesFloat16 reports whether gradients pass through float16 on their way.
func (a *analysis) passesFloat16(g *graph.Graph) bool {
	return slices.ContainsFunc(g.Nodes(), func(node *graph.Node) bool {
		info := a.info[node.Id()]
		return info != nil && info.trained && node.DType() == dtypes.Float16
	})
}

// largestHalf is the largest number of float16.
const largestHalf = 65504

// Len is the number of examples m.
func (v *View) Len() int { return v.m }

// Param is the parameter's node.
func (v *View) Param() *graph.Node { return v.param }

// Mean is the gradient of the batch's loss, (1/m) Σ_b g_b, taken the ordinary way: one matrix product for a dense
// layer. Shape: the parameter's.
func (v *View) Mean() *graph.Node { return v.mean }

// Example is the gradient of example b, 0 ≤ b < m, with the 1/m convention of the package. Shape: the parameter's. Of a
// dense layer it is the outer product of two rows, which fuses into what consumes it. Of others all gradients are made
// together and stored, as by [View.Stack], where there is a way; else one by one.
func (v *View) Example(b int) *graph.Node {
	if b < 0 || b >= v.m {
		panic(fmt.Errorf("perexample: example %d: the batch has examples 0 to %d", b, v.m-1))
	}
	if v.examples[b] == nil {
		if stack := v.together(); stack != nil {
			v.examples[b] = graph.Reshape(graph.SliceAxis(stack, 0, graph.AxisElem(b)), v.param.Shape().Dimensions...)
		} else {
			v.examples[b] = v.sum(v.parts, b)
		}
	}
	return v.examples[b]
}

// together is all gradients where they had better be made together: nil for dense layers, whose products cost nothing one
// by one.
func (v *View) together() *graph.Node {
	for _, p := range v.parts {
		if _, is := p.(*sharedPart); is {
			return v.stack()
		}
	}
	return nil
}

// sum adds up what some parts give to example b.
func (v *View) sum(parts []part, b int) *graph.Node {
	var sum *graph.Node
	for _, p := range parts {
		share := p.example(b)
		if share == nil {
			continue
		}
		if sum == nil {
			sum = share
		} else {
			sum = graph.Add(sum, share)
		}
	}
	if sum == nil {
		sum = graph.ZerosLike(v.param)
	}
	return sum
}
