// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

// elementwise lists the operations whose output position i depends on position i of each operand alone, operands of one
// element or of length 1 on an axis being repeated.
var elementwise = setOf(
	graph.NodeTypeAbs, graph.NodeTypeAdd, graph.NodeTypeAtan2, graph.NodeTypeBitCount, graph.NodeTypeBitwiseAnd,
	graph.NodeTypeBitwiseNot, graph.NodeTypeBitwiseOr, graph.NodeTypeBitwiseXor, graph.NodeTypeCeil, graph.NodeTypeClamp,
	graph.NodeTypeClz, graph.NodeTypeComplex, graph.NodeTypeConj, graph.NodeTypeConvertDType, graph.NodeTypeCos,
	graph.NodeTypeDiv, graph.NodeTypeEqual, graph.NodeTypeEqualTotalOrder, graph.NodeTypeErf, graph.NodeTypeExp,
	graph.NodeTypeExpm1, graph.NodeTypeFloor, graph.NodeTypeFusedGelu, graph.NodeTypeGreaterOrEqual,
	graph.NodeTypeGreaterOrEqualTotalOrder, graph.NodeTypeGreaterThan, graph.NodeTypeGreaterThanTotalOrder,
	graph.NodeTypeIdentity, graph.NodeTypeImag, graph.NodeTypeIsFinite, graph.NodeTypeIsNaN, graph.NodeTypeLessOrEqual,
	graph.NodeTypeLessOrEqualTotalOrder, graph.NodeTypeLessThan, graph.NodeTypeLessThanTotalOrder, graph.NodeTypeLog,
	graph.NodeTypeLog1p, graph.NodeTypeLogicalAnd, graph.NodeTypeLogicalNot, graph.NodeTypeLogicalOr,
	graph.NodeTypeLogicalXor, graph.NodeTypeLogistic, graph.NodeTypeMax, graph.NodeTypeMin, graph.NodeTypeMul,
	graph.NodeTypeNeg, graph.NodeTypeNotEqual, graph.NodeTypeNotEqualTotalOrder, graph.NodeTypePow, graph.NodeTypeReal,
	graph.NodeTypeRem, graph.NodeTypeRound, graph.NodeTypeRsqrt, graph.NodeTypeShiftLeft,
	graph.NodeTypeShiftRightArithmetic, graph.NodeTypeShiftRightLogical, graph.NodeTypeSign, graph.NodeTypeSin,
	graph.NodeTypeSqrt, graph.NodeTypeSub, graph.NodeTypeTanh, graph.NodeTypeWhere,
)

// reductions lists the operations that bring out one value from all along some axes.
var reductions = setOf(
	graph.NodeTypeReduceSum, graph.NodeTypeReduceMax, graph.NodeTypeReduceMin, graph.NodeTypeReduceProduct,
	graph.NodeTypeReduceLogicalAnd, graph.NodeTypeReduceLogicalOr, graph.NodeTypeReduceLogicalXor,
	graph.NodeTypeReduceBitwiseAnd, graph.NodeTypeReduceBitwiseOr, graph.NodeTypeReduceBitwiseXor,
)

// shapeOnly lists the operations that read nothing of their operand but its shape.
var shapeOnly = setOf(graph.NodeTypeDynamicDimensionSize, graph.NodeTypeDynamicShape)

// rules says of each other operation how it treats the batch axis.
var rules map[graph.NodeType]func(node *graph.Node, in []layout, m int) followed

func init() {
	rules = map[graph.NodeType]func(node *graph.Node, in []layout, m int) followed{
		graph.NodeTypeArgMinMax:             followArgMinMax,
		graph.NodeTypeBatchNormForInference: followFrozenNorm,
		graph.NodeTypeBitcast:               followBitcast,
		graph.NodeTypeBroadcastInDim:        followBroadcast,
		graph.NodeTypeConcatenate:           followConcatenate,
		graph.NodeTypeConvGeneral:           followConvolution,
		graph.NodeTypeDotGeneral:            followDot,
		graph.NodeTypeDynamicSlice:          followDynamicSlice,
		graph.NodeTypeDynamicUpdateSlice:    followDynamicUpdate,
		graph.NodeTypeFFT:                   followFFT,
		graph.NodeTypeGather:                followGather,
		graph.NodeTypePad:                   followPad,
		graph.NodeTypeReduceWindow:          followWindow,
		graph.NodeTypeReshape:               followReshape,
		graph.NodeTypeReverse:               followReverse,
		graph.NodeTypeSelectAndScatterMax:   followScatteredWindow,
		graph.NodeTypeSelectAndScatterMin:   followScatteredWindow,
		graph.NodeTypeSlice:                 followSlice,
		graph.NodeTypeSort:                  followSort,
		graph.NodeTypeSplitNode:             followSplit,
		graph.NodeTypeTranspose:             followTranspose,
	}
}

// aliases lists the operations that give back their operands as they are; see [standIns].
var aliases = setOf(graph.NodeTypeOptimizationBarrier, graph.NodeTypeSchedulingBarrier)

const (
	fusedReason     = "a fused operation without the plain ones that it stands for"
	scatterReason   = "values of the batch are put where indices say"
	attentionReason = "fused attention with a gradient of its own, made for the whole batch"
)

// refusals says of every operation that has no rule why it can't be followed.
var refusals = map[graph.NodeType]string{
	graph.NodeTypeAllReduce:            "a sum over devices joins the examples of several devices",
	graph.NodeTypeBatchNormForTraining: "batch normalisation in training mode mixes the examples of a batch",
	graph.NodeTypeBatchNormGradient:    "the gradient of batch normalisation mixes the examples of a batch",
	graph.NodeTypeCall:                 "what a called function does with the examples is not seen from outside",
	graph.NodeTypeDynamicReshape:       "a reshape to a shape that is known at run time only",
	graph.NodeTypeIf:                   "what a branch does with the examples is not seen from outside",
	graph.NodeTypeWhile:                "what the body of a loop does with the examples is not seen from outside",
	graph.NodeTypeRNGBitGenerator:      "random numbers are drawn from a state that depends on the examples",
	graph.NodeTypeScatterMax:           scatterReason,
	graph.NodeTypeScatterMin:           scatterReason,
	graph.NodeTypeScatterSum:           scatterReason,

	graph.NodeTypeFusedAttentionQKVProjection:       fusedReason,
	graph.NodeTypeFusedDense:                        fusedReason,
	graph.NodeTypeFusedLayerNorm:                    fusedReason,
	graph.NodeTypeFusedQuantizedDense:               fusedReason,
	graph.NodeTypeFusedSoftmax:                      fusedReason,
	graph.NodeTypeQuantizedEmbeddingLookup:          fusedReason,
	graph.NodeTypeFusedScaledDotProductAttention:    attentionReason,
	graph.NodeTypeFusedScaledDotProductAttentionVJP: attentionReason,
}

func setOf(types ...graph.NodeType) map[graph.NodeType]bool {
	set := make(map[graph.NodeType]bool, len(types))
	for _, t := range types {
		set[t] = true
	}
	return set
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
// m is the number of examples, at least two.
func follow(node *graph.Node, in []layout, m int) followed {
	kind := node.Type()
	switch rule := rules[kind]; {
	case rule != nil:
		return rule(node, in, m)
	case elementwise[kind]:
		return followTogether(node, in, m)
	case reductions[kind]:
		return followReduction(node, in[0])
	case refusals[kind] != "":
		return problem(refusals[kind])
	}
	return problem("this version of the package does not know the operation")
}

// followTogether is for operations whose operands lie under the output axis by axis: all must keep their examples
// alike.
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
	if shape.Rank() > out.axis && shape.Dimensions[out.axis] == m*out.inner {
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
