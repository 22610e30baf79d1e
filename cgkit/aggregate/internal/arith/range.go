// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package arith

import (
	"math"
	"math/bits"

	"coherentgradients/cgkit/internal/halves"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Widen is x as sums are made of it.
func Widen(x *graph.Node) *graph.Node { return halves.Wide(x) }

// WidenAll are the values, each as sums are made of it.
func WidenAll(values []*graph.Node) []*graph.Node {
	list := make([]*graph.Node, len(values))
	for i, v := range values {
		list[i] = Widen(v)
	}
	return list
}

// Narrow is x in the type that sums were widened from.
func Narrow(x *graph.Node, to dtypes.DType) *graph.Node {
	if x.DType() != dtypes.Float32 || !DropsSubnormals(to, x.Graph()) {
		return graph.ConvertDType(x, to)
	}
	// A subnormal float16 is a whole number of the smallest one, and that number is its bits.
	const smallest, normal = 0x1p-24, 0x1p-14
	size := graph.Abs(x)
	// Adding what has no fraction rounds to a whole number.
	whole := graph.Sub(graph.Add(MulScalar(size, 1/smallest), Constant(x, 0x1p23)), Constant(x, 0x1p23))
	whole = graph.Where(graph.LessThan(size, Constant(x, normal)), whole, graph.ZerosLike(whole))
	sign := graph.Where(graph.LessThan(x, graph.ZerosLike(x)), Constant(x, 1<<15), graph.ZerosLike(x))
	subnormal := graph.Bitcast(graph.ConvertDType(graph.Add(whole, sign), dtypes.Uint16), dtypes.Float16)
	return graph.Where(graph.LessThan(size, Constant(x, normal)), subnormal, graph.ConvertDType(x, to))
}

// DropsSubnormals says whether a backend makes subnormal numbers of a type 0 wherever it computes: GoMLX's pure-Go one does
// those of float16, which it computes in float32, on the way back.
func DropsSubnormals(dtype dtypes.DType, g *graph.Graph) bool {
	return dtype == dtypes.Float16 && g.Backend().Name() != "xla"
}

// ToWidest converts numbers of different types to the widest of them, float32 at least.
func ToWidest(list []*graph.Node) []*graph.Node {
	widest := dtypes.Float32
	for _, x := range list {
		if x.DType() == dtypes.Float64 {
			widest = dtypes.Float64
		}
	}
	converted := make([]*graph.Node, len(list))
	for i, x := range list {
		converted[i] = Narrow(x, widest)
	}
	return converted
}

// ShrinkFactor is by what n numbers are multiplied for their sum never to overflow, whatever the order. It is no power of
// two: XLA takes such a factor out of a sum again.
func ShrinkFactor(n int) float64 { return math.Ldexp(3, -bits.Len(uint(n-1))-3) }

// Mean is the mean of values, finite where all of them are: 0.5·(x + y) of two large numbers is not.
func Mean(values []*graph.Node) *graph.Node {
	n := len(values)
	values = WidenAll(values)
	small := make([]*graph.Node, n)
	for i, v := range values {
		small[i] = MulScalar(v, ShrinkFactor(n))
	}
	return MeanFromSums(Sum(values), Sum(small), n, ShrinkFactor(n))
}

// MeanFromSums is sum/count, where small is the same sum of numbers multiplied by shrink, see [ShrinkFactor]. Dividing all
// numbers beforehand would lose the smallest of them, so it is done only where the sum is too large.
func MeanFromSums(sum, small *graph.Node, count int, shrink float64) *graph.Node {
	largest := Constant(sum, largestOf(sum.DType()))
	// Rounding errors may lead past the largest number.
	rescued := Clip(DivScalar(small, float64(count)*shrink), graph.Neg(largest), largest)
	rescued = graph.Where(graph.IsFinite(small), rescued, small)
	return graph.Where(graph.IsFinite(sum), DivScalar(sum, float64(count)), rescued)
}

// largestOf is the largest finite number of the types that sums are made in.
func largestOf(dtype dtypes.DType) float64 {
	if dtype == dtypes.Float64 {
		return math.MaxFloat64
	}
	return math.MaxFloat32
}

// Clip is x, at least low and at most high; NaN where x is.
func Clip(x, low, high *graph.Node) *graph.Node {
	x = graph.Where(graph.LessThan(x, low), low, x)
	return graph.Where(graph.GreaterThan(x, high), high, x)
}

// WithNaN is x, and NaN where one of values is. It is needed for minima and maxima on XLA; those of the pure-Go backend
// lose no NaN.
func WithNaN(x *graph.Node, values ...*graph.Node) *graph.Node {
	if x.Graph().Backend().Name() != "xla" {
		return x
	}
	spoilt := make([]*graph.Node, len(values))
	for i, v := range values {
		spoilt[i] = graph.NotEqual(v, v)
	}
	return graph.Where(Reduce(spoilt, graph.LogicalOr), Constant(x, math.NaN()), x)
}

// Sign is −1, 0 or 1, and NaN for NaN, which the pure-Go backend's own sign takes for 0.
func Sign(x *graph.Node) *graph.Node {
	return graph.Where(graph.NotEqual(x, x), x, graph.Sign(x))
}
