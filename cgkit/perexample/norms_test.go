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

// Norms, means of some examples and sums of weighted units of a dense layer and of a bias, in every type, against the
// gradients written out; squares of these gradients leave the range of all types but float64.
func TestNormsOfLargeAndSmallGradients(t *testing.T) {
	sizes := map[dtypes.DType]float64{dtypes.Float16: 0x1p13, dtypes.BFloat16: 0x1p100, dtypes.Float32: 0x1p100, dtypes.Float64: 0x1p800}
	x, y := [][]float64{{1, 2}, {3, -4}, {0, 0}, {-1, 0.5}}, [][]float64{{1, -1, 0.5}, {0, 2, 1}, {1, 1, 1}, {0, 0, 0}}
	const m, in, out = 4, 2, 3
	weights := []float64{1, -2, 3, 0.5}
	for dtype, size := range sizes {
		for _, scale := range []float64{1, size, 1 / size} {
			if scale == 1/size && dtype == dtypes.Float16 {
				scale = 0x1p-10 // what the pure-Go backend keeps of it
			}
			cgtest.Each(t, func(t *testing.T, b compute.Backend) {
				results := MustNewExec(b, func(x, y, weights *Node) []*Node {
					x, y = ConvertDType(x, dtype), ConvertDType(y, dtype)
					w, bias := Zeros(x.Graph(), x.Shape()), ExpandAxes(SliceAxis(Zeros(y.Graph(), y.Shape()), 0, AxisRange(0, 1)), 0)
					w = SliceAxis(Concatenate([]*Node{w, w}, 1), 1, AxisRange(0, out))
					w, bias = SliceAxis(w, 0, AxisRange(0, in)), Squeeze(bias)
					loss := ReduceSum(Mul(Add(Dot(x, w).Product(), ExpandLeftToRank(bias, 2)), y), 1)
					var nodes []*Node
					for _, v := range perexample.Of(loss, []*Node{x, y}, []*Node{w, bias}) {
						largest, squares := v.Norms()
						nodes = append(nodes, largest, squares, v.WeightedUnits(ConvertDType(weights, v.SumType())), v.MeanOf(1, 4))
						for _, node := range nodes[len(nodes)-4:] {
							if node.DType() != v.SumType() {
								t.Errorf("%s: a sum in %s", dtype, node.DType())
							}
						}
					}
					for i, node := range nodes {
						nodes[i] = ConvertDType(node, dtypes.Float64)
					}
					return nodes
				}).MustCall(x, scaledBy(y, scale), weights)
				for p, gradient := range []func(b, k int) float64{
					func(b, k int) float64 { return x[b][k/out] * y[b][k%out] * scale },
					func(b, k int) float64 { return y[b][k] * scale },
				} {
					n := []int{in * out, out}[p]
					values := func(i int) []float64 { return tensors.MustCopyFlatData[float64](results[4*p+i]) }
					unit, mean := make([]float64, n), make([]float64, n)
					for b := range m {
						var largest, squares float64
						for k := range n {
							largest = max(largest, math.Abs(gradient(b, k)))
						}
						for k := range n {
							u := 0.
							if largest > 0 {
								u = gradient(b, k) / largest
							}
							squares += u * u
							unit[k] += weights[b] * u
							if b > 0 {
								mean[k] += gradient(b, k) / 3
							}
						}
						if got := values(0)[b]; !(math.Abs(got-largest) <= 1e-3*largest) {
							t.Errorf("%s at %v, parameter %d: the largest of example %d is %v, want %v", dtype, scale, p, b, got, largest)
						}
						if got := values(1)[b]; !(math.Abs(got-squares) <= 1e-3) {
							t.Errorf("%s at %v, parameter %d: squares of example %d are %v, want %v", dtype, scale, p, b, got, squares)
						}
					}
					for k := range n {
						if got := values(2)[k]; !(math.Abs(got-unit[k]) <= 2e-3) {
							t.Errorf("%s at %v, parameter %d, coordinate %d: the units sum to %v, want %v", dtype, scale, p, k, got, unit[k])
						}
						if got := values(3)[k]; !(math.Abs(got-mean[k]) <= 2e-3*(math.Abs(mean[k])+scale)) {
							t.Errorf("%s at %v, parameter %d, coordinate %d: the mean of three is %v, want %v", dtype, scale, p, k, got, mean[k])
						}
					}
				}
			})
		}
	}
}

func scaledBy(x [][]float64, scale float64) [][]float64 {
	scaled := make([][]float64, len(x))
	for i, row := range x {
		for _, v := range row {
			scaled[i] = append(scaled[i], v*scale)
		}
	}
	return scaled
}

// In half precision sums over examples are made in float32: the square of 300 has no place in float16, and bfloat16 counts to 256.
func TestSumsOfHalves(t *testing.T) {
	const m = 400
	ones := make([][]float32, m)
	for i := range ones {
		ones[i] = []float32{1}
	}
	for _, dtype := range []dtypes.DType{dtypes.Float16, dtypes.BFloat16} {
		cgtest.Each(t, func(t *testing.T, b compute.Backend) {
			results := MustNewExec(b, func(x *Node) []*Node {
				x = ConvertDType(x, dtype)
				w, bias := Zeros(x.Graph(), SliceAxis(x, 0, AxisRange(0, 1)).Shape()), Squeeze(SliceAxis(ZerosLike(x), 0, AxisRange(0, 1)), 0)
				loss := ReduceSum(MulScalar(Add(Dot(x, w).Product(), ExpandLeftToRank(bias, 2)), 300), 1)
				var nodes []*Node
				for _, v := range perexample.Of(loss, []*Node{x}, []*Node{w, bias}) {
					all := Ones(x.Graph(), v.SquaredNorms().Shape())
					nodes = append(nodes, ReduceAllMax(v.SquaredNorms()), ReduceAllMax(v.Sum(0, m)), ReduceAllMax(v.Weighted(all)), ReduceAllMax(v.Gram()))
				}
				return nodes
			}).MustCall(ones)
			for i, want := range []float32{90000, 300 * m, 300 * m, 90000} {
				for p := range 2 {
					if got := tensors.ToScalar[float32](results[4*p+i]); got != want {
						t.Errorf("%s, parameter %d, sum %d: %v, want %v", dtype, p, i, got, want)
					}
				}
			}
		})
	}
}
