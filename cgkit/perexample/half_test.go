// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"math"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// An m-th of a small gradient is 0 in float16; the gradient of the example is not. Squares and sums leave the range of
// float16 too.
func TestSmallAndLargeGradientsOfHalfPrecision(t *testing.T) {
	const m = 64
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, dtype := range []dtypes.DType{dtypes.Float16, dtypes.BFloat16} {
			for name, layer := range map[string]func(x, w *Node) *Node{
				"matrix": func(x, w *Node) *Node { return Dot(x, w).Product() },
				"gain":   func(x, w *Node) *Node { return ReduceAndKeep(Mul(x, Transpose(w, 0, 1)), ReduceSum, 1) },
			} {
				for _, size := range []float64{1e-6, 1e-4, 2000} {
					if b.Name() != "xla" && size == 1e-6 {
						continue // subnormal numbers of float16 are 0 on GoMLX's pure-Go backend
					}
					out := MustExecOnceN(b, func(w *Node) []*Node {
						x := ConvertDType(BroadcastToDims(Const(w.Graph(), size), m, 2), dtype)
						half := ConvertDType(w, dtype)
						losses := ReduceSum(ConvertDType(layer(x, half), dtypes.Float32), 1)
						v := perexample.Of(ReduceAllMean(losses), []*Node{x}, []*Node{half})[0]
						weights := BroadcastToDims(Const(w.Graph(), float32(1.0/m)), m)
						out := []*Node{v.Example(0), v.Weighted(weights), v.SquaredNorms(), v.Gram()}
						for i := range out {
							out[i] = ReduceAllMax(ConvertDType(out[i], dtypes.Float64))
						}
						return out
					}, [][]float64{{0}, {0}})
					for i, want := range []float64{size, size, 2 * size * size, 2 * size * size} {
						got := tensors.ToScalar[float64](out[i])
						if !(math.Abs(got-want) <= 0.05*want) {
							t.Errorf("%s, %s, gradients of %v: result %d is %v, want %v", dtype, name, size, i, got, want)
						}
					}
				}
			}
		}
	})
}

// NaN in one example's input is NaN in its gradient and in no other.
func TestNaNStaysWhereItIs(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		x := [][]float64{{1, 2}, {math.NaN(), 1}, {3, 4}}
		out := MustExecOnceN(b, func(x, w, bias *Node) []*Node {
			h := Tanh(Add(Dot(x, w).Product(), InsertAxes(bias, 0)))
			for range 3 { // a step more than outer products are kept for
				h = Tanh(Mul(Dot(h, w).Product(), InsertAxes(bias, 0)))
			}
			var out []*Node
			for _, v := range perexample.Of(ReduceSum(h, 1), []*Node{x}, []*Node{w, bias}) {
				operands, _, read := v.Blocks()
				for i := range 3 {
					out = append(out, ReduceAllSum(v.Example(i)), ReduceAllSum(read(operands)(i)),
						Squeeze(Slice(v.SquaredNorms(), AxisElem(i))))
				}
			}
			return out
		}, x, [][]float64{{1, 2}, {0.5, 1}}, []float64{0.1, 0.2})
		for i, r := range out {
			if got := tensors.ToScalar[float64](r); math.IsNaN(got) != (i/3%3 == 1) {
				t.Errorf("result %d, of example %d, is %v", i, i/3%3, got)
			}
		}
	})
}
