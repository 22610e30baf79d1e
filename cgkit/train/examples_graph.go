// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"math"

	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// classSumGraph adds the gradients of a slab of examples to the sums so far. inputs: raw inputs [n, features], labels
// [n], weights float32 [n] (1, or 0 for filling), and for each trained variable a sum, float64. Outputs: the new sums.
func (e *engine) classSumGraph(_ *model.Scope, inputs []*Node) []*Node {
	raw, labels, weights, sums := inputs[0], inputs[1], inputs[2], inputs[3:]
	n := float64(weights.Shape().Dimensions[0])
	var out []*Node
	for i, v := range e.weightedViews(raw, labels, weights) {
		out = append(out, Add(sums[i], sumOfView(v, n)))
	}
	return out
}

// scoreGraph looks at some examples: float64 [4, n] of their margins, ‖p − y‖, ‖∇ℓ‖² and ⟨∇ℓ, S⟩; int32 [n] of the
// classes with the largest logit but for the given one; and ‖S‖². inputs: raw inputs [n, features], labels [n], and for
// each trained variable S, float64.
func (e *engine) scoreGraph(_ *model.Scope, inputs []*Node) []*Node {
	raw, labels, sums := inputs[0], inputs[1], inputs[2:]
	x := e.feed.inputs(raw)
	n := float64(x.Shape().Dimensions[0])
	output := e.output(x, false)
	views := perexample.Of(ReduceAllSum(e.losses(output, labels)), []*Node{x, labels}, e.parameters(raw.Graph()))
	var norms, inner, whole *Node
	add := func(to **Node, more *Node) {
		more = ConvertDType(more, numberType)
		if *to == nil {
			*to = more
		} else {
			*to = Add(*to, more)
		}
	}
	for i, v := range views { // of n·∇ℓ
		add(&norms, v.SquaredNorms())
		add(&inner, innerProducts(v, sums[i]))
		add(&whole, ReduceAllSum(Square(sums[i])))
	}
	logits := ConvertDType(output, dtypes.Float32)
	given := OneHot(labels, logits.Shape().Dimensions[1], dtypes.Float32)
	others := Where(GreaterThan(given, ZerosLike(given)), BroadcastToDims(Const(raw.Graph(), float32(math.Inf(-1))), logits.Shape().Dimensions...), logits)
	margin := Sub(ReduceSum(Mul(given, logits), 1), ReduceMax(others, 1))
	off := Sub(Softmax(logits, 1), given)
	el2n := Sqrt(ReduceSum(Square(off), 1))
	return []*Node{
		Stack([]*Node{ConvertDType(margin, numberType), ConvertDType(el2n, numberType), DivScalar(norms, n*n), DivScalar(inner, n)}, 0),
		ArgMax(others, 1, dtypes.Int32),
		whole,
	}
}

// innerProducts are ⟨g_b, s⟩ for each example b of a view, [m], s being of the parameter's shape. For a dense layer no
// gradient of an example is made.
func innerProducts(v *perexample.View, s *Node) *Node {
	s = ConvertDType(s, v.SumType())
	if left, right, ok := v.Outer(); ok {
		left, right = ConvertDType(left, v.SumType()), ConvertDType(right, v.SumType())
		return ReduceSum(Mul(Dot(left, s).Product(), right), 1)
	}
	rows := Reshape(ConvertDType(v.Stack(), v.SumType()), v.Len(), -1)
	return ReduceSum(Mul(rows, Reshape(s, 1, -1)), 1)
}
