// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// GoMLX's batch norm with stored statistics, which its layer makes outside of training and where it is not trainable,
// is one operation, for which GoMLX has no gradient. It treats every example for itself, so here it has one: where
// GoMLX gets its own some day, that one is left in place.
func init() {
	if _, known := graph.VJPRegistration[graph.NodeTypeBatchNormForInference]; !known {
		graph.VJPRegistration[graph.NodeTypeBatchNormForInference] = frozenNormVJP
	}
}

// frozenNormVJP are the gradients of (x − mean)/√(variance + ε) · scale + offset.
func frozenNormVJP(node *graph.Node, outputs []*graph.Node, _ shapes.Shape) []*graph.Node {
	x, v := node.Inputs()[0], outputs[0]
	feature := intAttribute(node, "featureAxis")
	rest := others(x.Rank(), []int{feature})
	dims := make([]int, x.Rank())
	for axis := range dims {
		dims[axis] = 1
	}
	dims[feature] = x.Shape().Dimensions[feature]
	wide := func(i int) *graph.Node { return graph.Reshape(node.Inputs()[i], dims...) }
	scale, mean, variance := wide(1), wide(3), wide(4)
	sum := func(n *graph.Node) *graph.Node {
		if len(rest) == 0 {
			return n
		}
		return graph.ReduceSum(n, rest...)
	}
	deviation := graph.Sqrt(graph.AddScalar(variance, attribute(node, "epsilon").Float()))
	normal := graph.Div(graph.Sub(x, mean), deviation)
	gradient := graph.Div(graph.Mul(v, scale), deviation)
	return []*graph.Node{
		gradient,
		sum(graph.Mul(v, normal)),
		sum(v),
		graph.Neg(sum(gradient)),
		sum(graph.MulScalar(graph.Div(graph.Mul(gradient, normal), deviation), -0.5)),
	}
}

func followFrozenNorm(node *graph.Node, in []layout, _ int) followed {
	for _, statistics := range in[1:] {
		if statistics.batch() {
			return problem("the statistics of batch normalisation depend on the examples")
		}
	}
	if intAttribute(node, "featureAxis") == in[0].axis {
		return problem("the features of batch normalisation run along the batch axis")
	}
	return kept(in)
}
