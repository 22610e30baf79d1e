// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"reflect"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

// elementwise lists the operations whose output position i depends on position i of each operand alone, operands of one
// element or of length 1 on an axis being repeated.
var elementwise = func() map[graph.NodeType]bool {
	set := make(map[graph.NodeType]bool)
	for _, t := range []graph.NodeType{
		graph.NodeTypeAbs, graph.NodeTypeAdd, graph.NodeTypeAtan2, graph.NodeTypeBitCount, graph.NodeTypeBitwiseAnd,
		graph.NodeTypeBitwiseNot, graph.NodeTypeBitwiseOr, graph.NodeTypeBitwiseXor, graph.NodeTypeCeil, graph.NodeTypeClamp,
		graph.NodeTypeClz, graph.NodeTypeConvertDType, graph.NodeTypeCos, graph.NodeTypeDiv, graph.NodeTypeEqual,
		graph.NodeTypeErf, graph.NodeTypeExp, graph.NodeTypeExpm1, graph.NodeTypeFloor, graph.NodeTypeGreaterOrEqual,
		graph.NodeTypeGreaterThan, graph.NodeTypeIdentity, graph.NodeTypeIsFinite, graph.NodeTypeIsNaN,
		graph.NodeTypeLessOrEqual, graph.NodeTypeLessThan, graph.NodeTypeLog, graph.NodeTypeLog1p, graph.NodeTypeLogicalAnd,
		graph.NodeTypeLogicalNot, graph.NodeTypeLogicalOr, graph.NodeTypeLogicalXor, graph.NodeTypeLogistic,
		graph.NodeTypeMax, graph.NodeTypeMin, graph.NodeTypeMul, graph.NodeTypeNeg, graph.NodeTypeNotEqual,
		graph.NodeTypePow, graph.NodeTypeRem, graph.NodeTypeRound, graph.NodeTypeRsqrt, graph.NodeTypeSign,
		graph.NodeTypeSin, graph.NodeTypeSqrt, graph.NodeTypeSub, graph.NodeTypeTanh, graph.NodeTypeWhere,
	} {
		set[t] = true
	}
	return set
}()

// reductions lists the operations that bring out one value from all along some axes.
var reductions = map[graph.NodeType]bool{
	graph.NodeTypeReduceSum: true, graph.NodeTypeReduceMax: true, graph.NodeTypeReduceMin: true, graph.NodeTypeReduceProduct: true,
	graph.NodeTypeReduceLogicalAnd: true, graph.NodeTypeReduceLogicalOr: true, graph.NodeTypeReduceLogicalXor: true,
}

// followed is what following the examples through one operation gives: the layout of its output, and of each operand as
// far as the operation reads it example by example. An operand without a batch axis is read in full for every example,
// unless its length along the output's batch axis says that it has a part for each.
type followed struct {
	out      layout
	operands []layout
	problem  string // not empty: the operation cannot be followed, and why
}

func problem(reason string) followed { return followed{out: noBatch, problem: reason} }

// follow applies the rule of node's operation to the layouts of its operands, at least one of which has a batch axis.
// m is the number of examples.
func follow(node *graph.Node, in []layout, m int) followed {
	kind := node.Type()
	switch {
	case elementwise[kind]:
		return followElementwise(node, in, m)
	case reductions[kind]:
		return followReduction(node, in[0])
	}
	x := in[0]
	same := followed{out: x, operands: in}
	switch kind {
	case graph.NodeTypeReshape:
		return followReshape(node, x, m)
	case graph.NodeTypeTranspose:
		permutation := intsAttribute(node, "permutation")
		return followed{out: layout{axis: slices.Index(permutation, x.axis), inner: x.inner}, operands: in}
	case graph.NodeTypeBroadcastInDim:
		axes := intsAttribute(node, "broadcastAxes")
		out := layout{axis: axes[x.axis], inner: x.inner}
		if node.Shape().Dimensions[out.axis] != m*x.inner {
			return problem("a batch of one example is repeated")
		}
		return followed{out: out, operands: in}
	case graph.NodeTypeDotGeneral:
		return followDot(node, in)
	case graph.NodeTypeConvGeneral:
		return followConvolution(node, in)
	case graph.NodeTypeGather:
		return followGather(node, in)
	case graph.NodeTypeConcatenate:
		return followConcatenate(node, in, m)
	case graph.NodeTypeSlice:
		if !wholeSlice(node, x.axis) {
			return problem("a slice along the batch axis leaves examples out")
		}
		return same
	case graph.NodeTypeReverse:
		if slices.Contains(intsAttribute(node, "axes"), x.axis) {
			return problem("the order of the examples is reversed")
		}
		return same
	case graph.NodeTypePad:
		pad := attribute(node, "axesConfig")
		if x.axis < pad.Len() && !pad.Index(x.axis).IsZero() {
			return problem("the batch axis is padded")
		}
		return same
	case graph.NodeTypeReduceWindow:
		return followWindow(node, x)
	case graph.NodeTypeArgMinMax:
		axis := intAttribute(node, "axis")
		switch {
		case axis == x.axis:
			return problem("an extreme is taken over the examples")
		case axis < x.axis:
			x.axis--
		}
		return followed{out: x, operands: in}
	case graph.NodeTypeOptimizationBarrier, graph.NodeTypeSplitNode:
		return problem("an operation with several outputs cannot be followed")
	case graph.NodeTypeBatchNormForTraining:
		return problem("batch normalisation in training mode mixes the examples of a batch")
	}
	return problem("no rule says how this operation treats the batch axis")
}

func followElementwise(node *graph.Node, in []layout, m int) followed {
	f := followTogether(node, in, m)
	if f.problem == "" && m > 1 && node.Shape().Dimensions[f.out.axis] != m*f.out.inner {
		return problem("the batch axis changes its length")
	}
	return f
}

// followTogether is for operations whose operands lie under the output axis by axis: all must keep their examples alike.
func followTogether(node *graph.Node, in []layout, m int) followed {
	out := noBatch
	for _, l := range in {
		switch {
		case !l.batch():
		case !out.batch():
			out = l
		case l != out:
			return problem("operands keep their examples on different axes")
		}
	}
	operands := make([]layout, len(in))
	for i, operand := range node.Inputs() {
		operands[i] = aligned(operand, in[i], out, m)
	}
	return followed{out: out, operands: operands}
}

// aligned is the layout of an operand that lies under the output axis by axis: an operand without examples of its own
// that is as long as the output along the batch axis has a part for each example all the same, a mask drawn per example
// for one.
func aligned(operand *graph.Node, own, out layout, m int) layout {
	if own.batch() {
		return own
	}
	shape := operand.Shape()
	if shape.Rank() > out.axis && m > 1 && shape.Dimensions[out.axis] == m*out.inner {
		return layout{axis: out.axis, inner: out.inner}
	}
	return noBatch
}

func followReduction(node *graph.Node, x layout) followed {
	axes := intsAttribute(node, "axes")
	if len(axes) == 0 || slices.Contains(axes, x.axis) {
		if node.Type() != graph.NodeTypeReduceSum {
			return followed{out: layout{axis: none, mixed: true}, problem: "a reduction other than a sum runs over the examples"}
		}
		return followed{out: layout{axis: none, mixed: true}, operands: []layout{x}}
	}
	out := x
	for _, axis := range axes {
		if axis < x.axis {
			out.axis--
		}
	}
	return followed{out: out, operands: []layout{x}}
}

// followReshape finds the output axis that begins where the batch axis began and is a whole number of examples long.
// Row-major order keeps every example's block together then, whatever happens behind it.
func followReshape(node *graph.Node, x layout, m int) followed {
	from, to := node.Inputs()[0].Shape().Dimensions, node.Shape().Dimensions
	before := product(from[:x.axis])
	at := 1
	for axis, length := range to {
		if at == before && length%m == 0 && (length > 1 || m == 1) {
			return followed{out: layout{axis: axis, inner: length / m}, operands: []layout{x}}
		}
		at *= length
		if at > before {
			break
		}
	}
	return problem("a reshape folds the batch axis into the axes before it")
}

func product(list []int) int {
	p := 1
	for _, v := range list {
		p *= v
	}
	return p
}

func followDot(node *graph.Node, in []layout) followed {
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

func followConvolution(node *graph.Node, in []layout) followed {
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
func followGather(node *graph.Node, in []layout) followed {
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

func wholeSlice(node *graph.Node, axis int) bool {
	starts, limits, strides := intsAttribute(node, "starts"), intsAttribute(node, "limits"), intsAttribute(node, "strides")
	stride := 1
	if axis < len(strides) {
		stride = strides[axis]
	}
	return starts[axis] == 0 && limits[axis] == node.Inputs()[0].Shape().Dimensions[axis] && stride == 1
}

func followWindow(node *graph.Node, x layout) followed {
	trivial := func(name string, neutral int) bool {
		list := attribute(node, name)
		return x.axis >= list.Len() || isAll(list.Index(x.axis), neutral)
	}
	if trivial("windowDimensions", 1) && trivial("strides", 1) && trivial("paddings", 0) && trivial("inputDilations", 1) {
		return followed{out: x, operands: []layout{x}}
	}
	return problem("a window runs over the examples")
}

// isAll reports whether a number, or each number of a pair, has the given value.
func isAll(value reflect.Value, want int) bool {
	if value.Kind() == reflect.Array {
		for i := range value.Len() {
			if intOf(value.Index(i)) != want {
				return false
			}
		}
		return true
	}
	return intOf(value) == want
}
