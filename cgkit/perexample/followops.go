// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

func followDot(node *graph.Node, in []layout, _ int) followed {
	contracting := [2][]int{intsAttribute(node, "lhsContractingAxes"), intsAttribute(node, "rhsContractingAxes")}
	batch := [2][]int{intsAttribute(node, "lhsBatchAxes"), intsAttribute(node, "rhsBatchAxes")}
	out := noBatch
	operands := slices.Clone(in)
	cross := len(batch[0])
	for side := range 2 {
		rank := node.Inputs()[side].Rank()
		var free []int
		for axis := range rank {
			if !slices.Contains(contracting[side], axis) && !slices.Contains(batch[side], axis) {
				free = append(free, axis)
			}
		}
		if l := in[side]; l.batch() {
			if slices.Contains(contracting[side], l.axis) {
				return problem("a product sums over the examples")
			}
			here := layout{inner: l.inner}
			if i := slices.Index(batch[side], l.axis); i >= 0 {
				here.axis = i
				// The other operand is read in step with this one.
				if other := 1 - side; !in[other].batch() {
					operands[other] = layout{axis: batch[other][i], inner: l.inner}
				}
			} else {
				here.axis = cross + slices.Index(free, l.axis)
			}
			if out.batch() && out != here {
				return problem("a product joins each example with every other")
			}
			out = here
		}
		cross += len(free)
	}
	return followed{out: out, operands: operands}
}

func followConvolution(node *graph.Node, in []layout, _ int) followed {
	axes := attribute(node, "axes")
	input, kernel := in[0], in[1]
	switch {
	case kernel.batch():
		return problem("the kernel of a convolution depends on the batch")
	case intOf(axes.FieldByName("InputBatch")) != input.axis:
		return problem("a convolution runs along the batch axis")
	case intAttribute(node, "batchGroupCount") > 1:
		return problem("a convolution groups the batch")
	}
	return followed{out: layout{axis: intOf(axes.FieldByName("OutputBatch")), inner: input.inner}, operands: in}
}

// followGather knows look-ups in a table that has no batch axis by indices that have one, such as an embedding.
func followGather(node *graph.Node, in []layout, _ int) followed {
	table, indices := in[0], in[1]
	if table.batch() || !indices.batch() {
		return problem("values of the batch are gathered by position")
	}
	vector := intAttribute(node, "indexVectorAxis")
	if indices.axis == vector {
		return problem("the batch axis of the indices holds the coordinates")
	}
	position := indices.axis
	if vector < indices.axis {
		position--
	}
	offset := intsAttribute(node, "offsetOutputAxes")
	for axis := range node.Rank() {
		if slices.Contains(offset, axis) {
			continue
		}
		if position == 0 {
			return followed{out: layout{axis: axis, inner: indices.inner}, operands: in}
		}
		position--
	}
	return problem("the batch axis of a look-up was not found")
}

func followConcatenate(node *graph.Node, in []layout, m int) followed {
	f := followTogether(node, in, m)
	if f.problem == "" && intAttribute(node, "axis") == f.out.axis {
		return problem("batches are concatenated along the batch axis")
	}
	return f
}
