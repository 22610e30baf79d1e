// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit

import (
	"fmt"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/halves"

	"github.com/gomlx/gomlx/core/graph"
)

// batchMeans are the ordinary gradients of a batch, which is all that some rules need; see [aggregate.MeanOnly].
type batchMeans struct {
	m      int
	loss   *graph.Node
	params []*graph.Node
	list   []*graph.Node
	sums   []*graph.Node // m times list, taken anew: in half precision a mean may be too small for a number
}

// meansOf has them as what rules see, one for each of params.
func meansOf(loss *graph.Node, inputs, params []*graph.Node) []aggregate.Examples {
	if !loss.IsScalar() {
		loss = graph.ReduceAllMean(loss)
	}
	all := &batchMeans{m: examplesIn(inputs), loss: loss, params: params, list: graph.Gradient(loss, params...)}
	examples := make([]aggregate.Examples, len(params))
	for i := range params {
		examples[i] = batchMean{of: all, i: i}
	}
	return examples
}

// examplesIn is how many examples the batch holds; 1 where its inputs don't say, as no such rule depends on it.
func examplesIn(inputs []*graph.Node) int {
	for _, input := range inputs {
		if input.Rank() > 0 {
			return max(1, input.Shape().Dimensions[0])
		}
	}
	return 1
}

// batchMean is one parameter's. What is asked for beside the mean can't be answered.
type batchMean struct {
	of *batchMeans
	i  int
}

var _ aggregate.Examples = batchMean{}

func (b batchMean) Len() int { return b.of.m }

func (b batchMean) Mean() *graph.Node { return b.of.list[b.i] }

func (b batchMean) MeanOf(from, to int) *graph.Node {
	all := b.of
	if from != 0 || to != all.m {
		b.refuse("the mean of some examples")
	}
	if dtype := b.Mean().DType(); halves.SumType(dtype) == dtype {
		return b.Mean()
	}
	if all.sums == nil {
		all.sums = graph.Gradient(graph.MulScalar(all.loss, float64(all.m)), all.params...)
	}
	return graph.DivScalar(halves.Wide(all.sums[b.i]), float64(all.m))
}

func (b batchMean) Example(int) *graph.Node {
	b.refuse("one example's gradient")
	return nil
}

func (b batchMean) Norms() (scale, squares *graph.Node) {
	b.refuse("the examples' norms")
	return nil, nil
}

func (b batchMean) UnitGram() (scale, products *graph.Node) {
	b.refuse("the examples' products")
	return nil, nil
}

func (b batchMean) WeightedUnits(*graph.Node) *graph.Node {
	b.refuse("a weighted sum of examples")
	return nil
}

func (b batchMean) refuse(what string) {
	panic(fmt.Errorf("cgkit: a rule that says it needs the mean only asks for %s: let its NeedsMeanOnly return false", what))
}
