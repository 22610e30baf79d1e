// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"reflect"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

// followReshape finds the output axis that begins where the batch axis began and is a whole number of examples long.
// Row-major order keeps every example's block together then, whatever happens behind it. Axes of length 1 are no
// matter: no batch axis is that short.
func followReshape(node *graph.Node, in []layout, m int) followed {
	from, to := node.Inputs()[0].Shape().Dimensions, node.Shape().Dimensions
	before := product(from[:in[0].axis])
	at := 1
	for axis, length := range to {
		if at == before && length != 1 {
			if length%m != 0 {
				return problem("a reshape cuts the batch axis into several")
			}
			return followed{out: layout{axis: axis, inner: length / m}, operands: in}
		}
		at *= length
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

func followTranspose(node *graph.Node, in []layout, _ int) followed {
	permutation := intsAttribute(node, "permutation")
	return followed{out: layout{axis: slices.Index(permutation, in[0].axis), inner: in[0].inner}, operands: in}
}

func followBroadcast(node *graph.Node, in []layout, _ int) followed {
	axes := intsAttribute(node, "broadcastAxes")
	return followed{out: layout{axis: axes[in[0].axis], inner: in[0].inner}, operands: in}
}

// kept is for operations that leave the batch axis where it is.
func kept(in []layout) followed { return followed{out: in[0], operands: in} }

func followSlice(node *graph.Node, in []layout, _ int) followed {
	axis := in[0].axis
	starts, limits, strides := intsAttribute(node, "starts"), intsAttribute(node, "limits"), intsAttribute(node, "strides")
	stride := 1
	if axis < len(strides) {
		stride = strides[axis]
	}
	if starts[axis] != 0 || limits[axis] != node.Inputs()[0].Shape().Dimensions[axis] || stride > 1 {
		return problem("a slice along the batch axis leaves examples out")
	}
	return kept(in)
}

// followDynamicSlice knows slices that are as long as the batch axis: wherever they are told to start, they start at 0.
func followDynamicSlice(node *graph.Node, in []layout, _ int) followed {
	operand := node.Inputs()[0]
	switch axis := in[0].axis; {
	case !in[0].batch():
		return problem("where a slice starts depends on the examples")
	case intsAttribute(node, "sliceDims")[axis] != operand.Shape().Dimensions[axis]:
		return problem("a slice along the batch axis leaves examples out")
	}
	return kept(in)
}

// followDynamicUpdate knows updates that are as long as the batch axis.
func followDynamicUpdate(node *graph.Node, in []layout, m int) followed {
	f := followTogether(node, in, m)
	if f.problem == "" && node.Inputs()[1].Shape().Dimensions[f.out.axis] != m*f.out.inner {
		return problem("an update along the batch axis leaves examples out")
	}
	return f
}

func followReverse(node *graph.Node, in []layout, _ int) followed {
	if slices.Contains(intsAttribute(node, "axes"), in[0].axis) {
		return problem("the order of the examples is reversed")
	}
	return kept(in)
}

func followPad(node *graph.Node, in []layout, _ int) followed {
	pad := attribute(node, "axesConfig")
	switch axis := in[0].axis; {
	case !in[0].batch():
		return problem("the value to pad with depends on the examples")
	case axis < pad.Len() && !pad.Index(axis).IsZero():
		return problem("the batch axis is padded")
	}
	return kept(in)
}

func followArgMinMax(node *graph.Node, in []layout, _ int) followed {
	out, axis := in[0], intAttribute(node, "axis")
	switch {
	case axis == out.axis:
		return problem("an extreme is taken over the examples")
	case axis < out.axis:
		out.axis--
	}
	return followed{out: out, operands: in}
}

// followBitcast: between types of different sizes the last axis appears, disappears or changes its length.
func followBitcast(node *graph.Node, in []layout, m int) followed {
	if axis := in[0].axis; axis >= node.Rank() || node.Shape().Dimensions[axis] != m*in[0].inner {
		return problem("numbers of several examples become one")
	}
	return kept(in)
}

func followFFT(node *graph.Node, in []layout, _ int) followed {
	if in[0].axis >= node.Rank()-len(intsAttribute(node, "fftLength")) {
		return problem("a Fourier transform runs over the examples")
	}
	return kept(in)
}

// followSort knows sorts within examples, of several operands at once too.
func followSort(node *graph.Node, in []layout, m int) followed {
	f := followTogether(node, in, m)
	if f.problem == "" && intAttribute(node, "axis") == f.out.axis {
		return problem("the examples are sorted")
	}
	return f
}

// followSplit: all outputs of an operation that can be followed lie as its operands do.
func followSplit(_ *graph.Node, in []layout, _ int) followed { return kept(in) }

func followWindow(node *graph.Node, in []layout, _ int) followed {
	if !trivialWindow(node, in[0].axis, map[string]int{"windowDimensions": 1, "strides": 1, "paddings": 0, "inputDilations": 1}) {
		return problem("a window runs over the examples")
	}
	return kept(in)
}

// followScatteredWindow is for what GoMLX makes as the gradient of windows that look for an extreme.
func followScatteredWindow(node *graph.Node, in []layout, m int) followed {
	f := followTogether(node, in, m)
	if f.problem == "" && !trivialWindow(node, f.out.axis, map[string]int{"windowDimensions": 1, "windowStrides": 1, "paddings": 0}) {
		return problem("a window runs over the examples")
	}
	return f
}

// trivialWindow reports whether a window is one position wide along an axis; neutral says what its settings are then.
func trivialWindow(node *graph.Node, axis int, neutral map[string]int) bool {
	for name, want := range neutral {
		if list := attribute(node, name); axis < list.Len() && !isAll(list.Index(axis), want) {
			return false
		}
	}
	return true
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
