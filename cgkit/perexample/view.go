// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"

	"coherentgradients/cgkit/internal/halves"

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
}

// part is one place where the parameter enters.
type part interface {
	// example is the part's share of example b's gradient, of the parameter's shape.
	example(b int) *graph.Node
}

// Of returns one view for each of params, in their order.
//
// loss is the scalar loss of the batch, or the losses of its examples, shape [m], which then stand for their mean. batch
// are the nodes whose axis 0 holds the m examples: inputs, labels, masks; all must have the same length there. params
// are the nodes of the parameters, usually Variable.NodeValue. A parameter that the loss does not depend on has zero
// gradients.
//
// It panics with [Unsupported] where a model mixes examples or cannot be followed.
func Of(loss *graph.Node, batch, params []*graph.Node) []*View {
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
	a := analyse(loss, batch, params, m)
	if !loss.IsScalar() {
		if l := a.info[loss.Id()].layout; loss.Rank() != 1 || l.axis != 0 || l.inner != 1 {
			panic(fmt.Errorf("perexample: a loss of shape %s: give a scalar, or one loss for each of the %d examples", loss.Shape(), m))
		}
		loss = graph.ReduceAllMean(loss)
	} else if info := a.info[loss.Id()]; info.trained && !info.layout.mixed && m > 1 {
		refuse(loss, a.spoilt(loss, loss, params), "the loss does not sum over the examples", "make the loss a mean or sum of one loss for each example")
	}
	wanted := make([]*graph.Node, 0, len(a.boundaries)+len(params))
	for _, b := range a.boundaries {
		wanted = append(wanted, b.node)
	}
	// The parameters are asked for in the same sweep: it is their mean gradient, and it makes GoMLX go through the
	// stand-ins of fused nodes.
	gradients := graph.Gradient(loss, append(wanted, params...)...)
	for i, b := range a.boundaries {
		b.gradient = gradients[i]
		if !b.tail {
			b.gradient = graph.MulScalar(b.gradient, float64(m))
		}
	}
	views := make([]*View, len(params))
	for i, param := range params {
		views[i] = &View{param: param, m: m, mean: gradients[len(a.boundaries)+i], examples: make([]*graph.Node, m)}
		for _, b := range a.boundaries {
			views[i].parts = append(views[i].parts, a.parts(b, param)...)
		}
	}
	return views
}

// Len is the number of examples m.
func (v *View) Len() int { return v.m }

// Param is the parameter's node.
func (v *View) Param() *graph.Node { return v.param }

// Mean is the gradient of the batch's loss, (1/m) Σ_b g_b, taken the ordinary way: one matrix product for a dense layer.
// Shape: the parameter's.
func (v *View) Mean() *graph.Node { return v.mean }

// Example is the gradient of example b, 0 ≤ b < m, with the 1/m convention of the package. Shape: the parameter's.
func (v *View) Example(b int) *graph.Node {
	if b < 0 || b >= v.m {
		panic(fmt.Errorf("perexample: example %d: the batch has examples 0 to %d", b, v.m-1))
	}
	if v.examples[b] == nil {
		v.examples[b] = v.sum(v.parts, b)
	}
	return v.examples[b]
}

// sum adds up what some parts give to example b.
func (v *View) sum(parts []part, b int) *graph.Node {
	var sum *graph.Node
	for _, p := range parts {
		share := p.example(b)
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

// SquaredNorms is ‖g_b‖² over this parameter for each example. Shape: [m]; float32 where the parameter is of half precision.
// For a dense layer it costs no more than the squared norms of its input and of the gradient of its output. A norm of more
// than the root of the largest number has no square: see [View.Norms].
func (v *View) SquaredNorms() *graph.Node {
	if outer := v.dense(); outer != nil {
		return graph.Mul(rowNorms(outer.input), rowNorms(outer.gradient))
	}
	norms := make([]*graph.Node, v.m)
	for b := range norms {
		norms[b] = graph.ReduceAllSum(graph.Square(halves.Wide(v.Example(b))))
	}
	return graph.Stack(norms, 0)
}

// Gram is ⟨g_a, g_b⟩ over this parameter for each pair of examples. Shape: [m, m]. For a dense layer it is the product,
// entry by entry, of the Gram matrices of its input and of the gradient of its output, and no gradient is stored;
// elsewhere the m gradients are, so it takes [m, parameters] of memory.
func (v *View) Gram() *graph.Node {
	if outer := v.dense(); outer != nil {
		return graph.Mul(rowGram(outer.input), rowGram(outer.gradient))
	}
	rows := make([]*graph.Node, v.m)
	for b := range rows {
		rows[b] = graph.Reshape(v.Example(b), v.param.Shape().Size())
	}
	return rowGram(graph.Stack(rows, 0))
}

// Sum is Σ_{from ≤ b < to} g_b: for a dense layer one matrix product of to−from rows. Shape: the parameter's; float32 where
// that is of half precision.
func (v *View) Sum(from, to int) *graph.Node {
	v.checkRange(from, to)
	if outer := v.dense(); outer != nil {
		return graph.Dot(halves.Wide(graph.SliceAxis(outer.columns, 1, graph.AxisRange(from, to))),
			halves.Wide(graph.SliceAxis(outer.rows, 0, graph.AxisRange(from, to)))).Product()
	}
	sum := halves.Wide(v.Example(from))
	for b := from + 1; b < to; b++ {
		sum = graph.Add(sum, halves.Wide(v.Example(b)))
	}
	return sum
}

// Weighted is Σ_b weights[b]·g_b. weights: shape [m], of the parameter's type; shape of the result: the parameter's. For
// a dense layer it is one matrix product. Weights and result are float32 where the parameter is of half precision.
func (v *View) Weighted(weights *graph.Node) *graph.Node {
	if outer := v.dense(); outer != nil {
		return graph.Dot(halves.Wide(outer.columns), graph.Mul(halves.Wide(outer.rows), graph.Reshape(weights, v.m, 1))).Product()
	}
	var sum *graph.Node
	for b := range v.m {
		term := graph.Mul(halves.Wide(v.Example(b)), graph.Squeeze(graph.SliceAxis(weights, 0, graph.AxisElem(b))))
		if sum == nil {
			sum = term
		} else {
			sum = graph.Add(sum, term)
		}
	}
	return sum
}

func rowNorms(x *graph.Node) *graph.Node { return graph.ReduceSum(graph.Square(halves.Wide(x)), 1) }

func rowGram(x *graph.Node) *graph.Node {
	x = halves.Wide(x)
	return graph.Dot(x, x).General([]int{1}, nil, []int{1}, nil)
}
