// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// How many examples are measured in one call: many where no gradient of a single example has to be stored, and few
// where they have to. Both are powers of two, so that multiplying by them and dividing again rounds nothing.
const (
	measureMany = 2048
	measureFew  = 128
)

// measureSize is how many examples of this model are measured in one call. It builds the views once to see.
func (e *engine) measureSize() (size int, err error) {
	size = measureMany
	g := NewGraph(e.backend, "measure")
	defer g.Finalize()
	model.SetStore(g, e.store)
	err = exceptions.TryCatch[error](func() {
		inputs, labels := e.feed.rawShapes(2)
		for _, v := range e.weightedViews(Parameter(g, "inputs", inputs), Parameter(g, "labels", labels), Const(g, []float32{1, 1})) {
			if !v.CheapNorms() {
				size = measureFew
			}
		}
	})
	return size, err
}

// weightedViews are the views of Σ_e w_e ℓ_e, with random layers switched off: view b holds n·w_b·∇ℓ_b, n being the
// number of examples, and its mean is Σ_e w_e ∇ℓ_e. raw: [n, features]; labels, weights: [n].
func (e *engine) weightedViews(raw, labels, weights *Node) []*perexample.View {
	x := e.feed.inputs(raw)
	losses := e.losses(e.output(x, false), labels)
	total := ReduceAllSum(Mul(losses, ConvertDType(weights, losses.DType())))
	return perexample.Of(total, []*Node{x, labels, weights}, e.parameters(raw.Graph()))
}

// sumGraph adds the gradients of a slab of examples to the sums so far. inputs: raw inputs [n, features], labels [n],
// weights float32 [n] (1, or 0 for filling), and for each trained variable a sum, float64. Outputs: the new sums, and
// Σ_e ‖∇ℓ_e‖² of the slab by layer, float64 [layers].
//
// A slab's gradients are added up in the model's precision; the sums over slabs are float64, so that the error does not
// grow with the number of examples.
func (e *engine) sumGraph(_ *model.Scope, inputs []*Node) []*Node {
	raw, labels, weights, sums := inputs[0], inputs[1], inputs[2], inputs[3:]
	n := float64(weights.Shape().Dimensions[0])
	views := e.weightedViews(raw, labels, weights)
	var out, norms []*Node
	for i, v := range views {
		out = append(out, Add(sums[i], sumOfView(v, n)))
	}
	for _, l := range e.sums.layers {
		var each *Node
		for _, i := range l.parameters {
			one := ConvertDType(views[i].SquaredNorms(), dtypes.Float64)
			if each == nil {
				each = one
			} else {
				each = Add(each, one)
			}
		}
		norms = append(norms, DivScalar(ReduceAllSum(each), n*n))
	}
	return append(out, Stack(norms, 0))
}

// sumOfView is Σ_e w_e ∇ℓ_e in float64. For a dense layer it is written with a transpose, as XLA on CPU takes 17 times
// as long for the same product contracted over axis 0 of both when a conversion follows it.
func sumOfView(v *perexample.View, n float64) *Node {
	if left, right, ok := v.Outer(); ok {
		return DivScalar(ConvertDType(Dot(Transpose(left, 0, 1), right).Product(), dtypes.Float64), n)
	}
	return ConvertDType(v.Mean(), dtypes.Float64)
}

// productsGraph takes the sums of pristine and of corrupt examples, float64, one a trained variable each, and returns
// ⟨p,p⟩, ⟨p,c⟩, ⟨c,c⟩ of each layer, float64 [layers, 3].
func (e *engine) productsGraph(_ *model.Scope, inputs []*Node) []*Node {
	p, c := inputs[:len(inputs)/2], inputs[len(inputs)/2:]
	var rows []*Node
	for _, l := range e.sums.layers {
		inner := func(x, y []*Node) *Node {
			var sum *Node
			for _, i := range l.parameters {
				one := ReduceAllSum(Mul(x[i], y[i]))
				if sum == nil {
					sum = one
				} else {
					sum = Add(sum, one)
				}
			}
			return sum
		}
		rows = append(rows, Stack([]*Node{inner(p, p), inner(p, c), inner(c, c)}, 0))
	}
	return []*Node{Stack(rows, 0)}
}
