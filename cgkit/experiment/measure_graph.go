// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// forward is the net with what enters each layer, [n, in], and what leaves it before ReLU, [n, out].
func (e *mlp) forward(x *Node, params []*Node) (inputs, outputs []*Node) {
	for i := 0; i < len(params); i += 2 {
		if i > 0 {
			x = MaxScalar(x, 0)
		}
		inputs = append(inputs, x)
		x = Add(Dot(x, params[i]).Product(), ExpandLeftToRank(params[i+1], 2))
		outputs = append(outputs, x)
	}
	return inputs, outputs
}

// sumGraph adds the gradients of a slab of examples to the sums so far. inputs: images uint8 [n, features], labels
// int32 [n], weights float32 [n] (1, or 0 for filling), the parameters, and for each a sum, float64. Outputs: the new
// sums, and Σ_e ‖∇ℓ_e‖² of the slab by layer, float64 [layers].
//
// A product of matrices adds up the n gradients in float32; the sums over slabs are float64, so that the error does not
// grow with the number of examples. For a dense layer, ∇ℓ_e is the outer product of its input x_e and the gradient δ_e
// of its output, and δ_e for the biases: ‖∇ℓ_e‖² = (‖x_e‖² + 1)‖δ_e‖² needs no per-example gradient.
func (e *mlp) sumGraph(inputs []*Node) []*Node {
	images, labels, weights := inputs[0], inputs[1], inputs[2]
	params, sums := inputs[3:3+len(e.params)], inputs[3+len(e.params):]
	x, z := e.forward(feed(images), params)
	deltas := Gradient(ReduceAllSum(Mul(crossEntropy(z[len(z)-1], labels), weights)), z...)
	var out, norms []*Node
	for l, delta := range deltas {
		// Written with a transpose, as XLA on CPU takes 17 times as long for the same product contracted over axis 0 of both
		// when a conversion follows it.
		w := Dot(Transpose(x[l], 0, 1), delta).Product()
		out = append(out,
			Add(sums[2*l], ConvertDType(w, dtypes.Float64)),
			Add(sums[2*l+1], ConvertDType(ReduceSum(delta, 0), dtypes.Float64)))
		each := Mul(AddScalar(ReduceSum(Square(x[l]), 1), 1), ReduceSum(Square(delta), 1))
		norms = append(norms, ReduceAllSum(ConvertDType(each, dtypes.Float64)))
	}
	return append(out, Stack(norms, 0))
}

// productsGraph takes the sums of pristine and of corrupt examples, float64, one a parameter each, and returns
// ⟨p,p⟩, ⟨p,c⟩, ⟨c,c⟩ of each layer, float64 [layers, 3].
func (e *mlp) productsGraph(inputs []*Node) []*Node {
	p, c := inputs[:len(e.params)], inputs[len(e.params):]
	inner := func(x, y []*Node) *Node {
		return Add(ReduceAllSum(Mul(x[0], y[0])), ReduceAllSum(Mul(x[1], y[1])))
	}
	var layers []*Node
	for i := 0; i < len(p); i += 2 {
		p, c := p[i:i+2], c[i:i+2]
		layers = append(layers, Stack([]*Node{inner(p, p), inner(p, c), inner(c, c)}, 0))
	}
	return []*Node{Stack(layers, 0)}
}

// sampleGraph returns some entries of the weights' per-example gradients, float32 [entries, n] for each layer, each the
// product of one value of the layer's input and one of its output's gradient. inputs: images uint8 [n, features], labels
// int32 [n], and the parameters.
func (e *mlp) sampleGraph(inputs []*Node) []*Node {
	g := inputs[0].Graph()
	x, z := e.forward(feed(inputs[0]), inputs[2:])
	deltas := Gradient(ReduceAllSum(crossEntropy(z[len(z)-1], inputs[1])), z...)
	var out []*Node
	for l, delta := range deltas {
		entries := e.gradients.sample.entries[l]
		rows, columns := make([][]int32, len(entries)), make([][]int32, len(entries))
		for k, entry := range entries {
			rows[k] = []int32{entry / int32(e.sizes[l+1])}
			columns[k] = []int32{entry % int32(e.sizes[l+1])}
		}
		out = append(out, Mul(
			Gather(Transpose(x[l], 0, 1), Const(g, rows)),
			Gather(Transpose(delta, 0, 1), Const(g, columns))))
	}
	return out
}
