// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"coherentgradients/cgkit/meters"
	"coherentgradients/cgkit/perexample"
	"coherentgradients/cgkit/record"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// evidenceFloor is added to variances, so that a parameter whose gradients are all 0 has no evidence.
const evidenceFloor = 1e-5

// signalsGraph looks at a batch: its gradient divided by the standard deviation of its losses, float64, one a trained
// variable, and the evidence-based criterion, a float64. inputs: raw inputs [1, m, features], labels [1, m]. Random layers
// are switched off.
func (e *engine) signalsGraph(_ *model.Scope, inputs []*Node) []*Node {
	g, labels := inputs[0].Graph(), withoutFirst(inputs[1])
	double := func(x *Node) *Node { return ConvertDType(x, dtypes.Float64) }
	x := e.feed.inputs(withoutFirst(inputs[0]))
	m := float64(x.Shape().Dimensions[0])
	losses := e.losses(e.output(x, false), labels)
	deviation := double(Sqrt(ReduceAllMean(Square(Sub(losses, ReduceAllMean(losses))))))
	var out []*Node
	ratio, size := Const(g, 0.0), 0
	for _, v := range perexample.Of(ReduceAllMean(losses), []*Node{x, labels}, e.parameters(g)) {
		mean := double(v.Mean())
		variance := DivScalar(Sub(meters.SumSquares(v), MulScalar(Square(mean), m)), m-1)
		variance = MaxScalar(variance, 0) // as it is but for rounding
		ratio = Add(ratio, ReduceAllSum(Div(Square(mean), AddScalar(variance, evidenceFloor))))
		size += v.Param().Shape().Size()
		out = append(out, Div(mean, deviation))
	}
	return append(out, OneMinus(MulScalar(ratio, m/float64(size))))
}

// distancesGraph takes what signalsGraph gives for each of some batches, one batch after the other, and returns the mean
// distance of their gradients over the pairs, and the mean criterion, float64 [2].
func distancesGraph(_ *model.Scope, inputs []*Node) []*Node {
	g := inputs[0].Graph()
	each := len(inputs) / record.SignalBatches
	distances, pairs, criterion := Const(g, 0.0), 0, Const(g, 0.0)
	for i := range record.SignalBatches {
		one := inputs[i*each : (i+1)*each]
		criterion = Add(criterion, one[each-1])
		for j := range i {
			sum := Const(g, 0.0)
			for p := range each - 1 {
				sum = Add(sum, ReduceAllSum(Square(Sub(one[p], inputs[j*each+p]))))
			}
			distances = Add(distances, Sqrt(sum))
			pairs++
		}
	}
	return []*Node{Stack([]*Node{DivScalar(distances, float64(pairs)), DivScalar(criterion, record.SignalBatches)}, 0)}
}
