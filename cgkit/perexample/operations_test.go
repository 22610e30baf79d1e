// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// operationCase puts an operation between a batch x [m, 4] and losses, with a parameter w [4]. What want says is the reason
// for which it is refused; where it is empty the views are those of one example at a time.
type operationCase struct {
	name, want string
	xlaOnly    bool // GoMLX's pure-Go backend lacks an operation it needs
	loss       func(x, w *Node) *Node
}

// times are losses of x·w with its own first axis kept, [m, …].
func times(x, w *Node) *Node { return Mul(x, BroadcastToShape(InsertAxes(w, 0), x.Shape())) }

func squares(x *Node) *Node {
	return ReduceAllMean(ReduceSum(Sin(Reshape(x, x.Shape().Dimensions[0], -1)), 1))
}

func asFloats(x *Node) *Node { return ConvertDType(x, dtypes.Float64) }

func statistics(w *Node) (scale, offset, mean, variance *Node) {
	return Exp(w), Sin(w), StopGradient(Cos(w)), StopGradient(Exp(Neg(w)))
}

var operationCases = []operationCase{
	{name: "barrier", loss: func(x, w *Node) *Node { return squares(OptimizationBarrier(times(OptimizationBarrier(x), w))) }},
	{name: "barrier on a parameter", loss: func(x, w *Node) *Node { return squares(times(x, OptimizationBarrier(w))) }},
	{name: "barrier of several", loss: func(x, w *Node) *Node {
		two := OptimizationBarriers(times(x, w), Sin(w), x)
		return squares(Add(times(two[2], two[1]), two[0]))
	}},
	{name: "barrier at the loss", loss: func(x, w *Node) *Node { return OptimizationBarrier(squares(times(x, w))) }},
	{name: "checkpoints", loss: func(x, w *Node) *Node {
		h := times(x, w)
		for range 2 {
			h = Sin(times(Tanh(h.Checkpoint()), w))
		}
		return squares(h.StopCheckpoint())
	}},
	{name: "scheduling barrier", loss: func(x, w *Node) *Node { return squares(SchedulingBarrier(times(x, w), w)) }},
	{name: "frozen batch norm", xlaOnly: true, loss: func(x, w *Node) *Node {
		scale, offset, mean, variance := statistics(w)
		return squares(InternalBatchNormForInference(times(x, w), scale, offset, mean, variance, 0.01, 1))
	}},
	{name: "frozen batch norm, statistics of the batch", xlaOnly: true, want: "statistics of batch normalisation depend on the examples", loss: func(x, w *Node) *Node {
		scale, offset, _, variance := statistics(w)
		x = Reshape(x, -1)
		wide := func(n *Node) *Node { return Reshape(BroadcastToDims(InsertAxes(n, 0), x.Shape().Size()/4, 4), -1) }
		return squares(Reshape(InternalBatchNormForInference(x, wide(scale), wide(offset), x, wide(variance), 0.01, 0), -1, 4))
	}},
	{name: "frozen batch norm, features along the batch", xlaOnly: true, want: "features of batch normalisation run along the batch axis", loss: func(x, w *Node) *Node {
		s := Ones(x.Graph(), shapes.Make(x.DType(), x.Shape().Dimensions[0]))
		return squares(InternalBatchNormForInference(times(x, w), s, s, s, s, 0.01, 0))
	}},
	{name: "batch norm", xlaOnly: true, want: "mixes the examples", loss: func(x, w *Node) *Node {
		y, _, _ := InternalBatchNormForTraining(x, w, w, 0.01, 1)
		return squares(y)
	}},
	{name: "complex numbers", xlaOnly: true, loss: func(x, w *Node) *Node {
		c := Complex(times(x, w), x)
		return squares(Add(Real(Conj(c)), Imag(c)))
	}},
	{name: "Fourier transform", xlaOnly: true, loss: func(x, w *Node) *Node { return squares(Real(FFT(Complex(times(x, w), x)))) }},
	{name: "Fourier transform over the examples", xlaOnly: true, want: "Fourier transform runs over the examples", loss: func(x, w *Node) *Node {
		return squares(Transpose(Real(FFT(Transpose(Complex(times(x, w), x), 0, 1))), 0, 1))
	}},
	{name: "bits", loss: func(x, w *Node) *Node {
		return squares(times(asFloats(BitwiseShiftRightLogicalScalar(Bitcast(x, dtypes.Uint64), 60)), w))
	}},
	{name: "sorted within examples", xlaOnly: true, loss: func(x, w *Node) *Node { return squares(times(Sort(x, 1, true), w)) }},
	{name: "examples sorted", xlaOnly: true, want: "the examples are sorted", loss: func(x, w *Node) *Node { return squares(times(Sort(x, 0, true), w)) }},
	{name: "slice at a place known at run time", xlaOnly: true, loss: func(x, w *Node) *Node {
		zero := Const(x.Graph(), int32(0))
		x = Concatenate([]*Node{x, Sin(x)}, 1)
		return squares(DynamicSlice(times(x, Concatenate([]*Node{w, w}, 0)), []*Node{zero, Const(x.Graph(), int32(2))}, []int{x.Shape().Dimensions[0], 4}))
	}},
	{name: "examples sliced at a place known at run time", xlaOnly: true, want: "leaves examples out", loss: func(x, w *Node) *Node {
		zero := Const(x.Graph(), int32(0))
		return squares(DynamicSlice(times(x, w), []*Node{zero, zero}, []int{1, 4}))
	}},
	{name: "update at a place known at run time", xlaOnly: true, loss: func(x, w *Node) *Node {
		zero := Const(x.Graph(), int32(0))
		h := BroadcastToDims(InsertAxes(Sin(w), 0), x.Shape().Dimensions[0], 4)
		return squares(DynamicUpdateSlice(times(x, w), Slice(h, AxisRange(), AxisRange(0, 2)), []*Node{zero, Const(x.Graph(), int32(1))}))
	}},
	{name: "one example overwritten", xlaOnly: true, want: "leaves examples out", loss: func(x, w *Node) *Node {
		zero := Const(x.Graph(), int32(0))
		return squares(DynamicUpdateSlice(times(x, w), InsertAxes(w, 0), []*Node{zero, zero}))
	}},
	{name: "loop", xlaOnly: true, want: "the body of a loop", loss: func(x, w *Node) *Node {
		g, shape := x.Graph(), x.Shape()
		more := NewClosure(g, func(g *Graph) []*Node {
			n := Parameter(g, "n", shapes.Make(dtypes.Int32))
			Parameter(g, "x", shape)
			return []*Node{LessThan(n, Const(g, int32(2)))}
		})
		step := NewClosure(g, func(g *Graph) []*Node {
			n, x := Parameter(g, "n", shapes.Make(dtypes.Int32)), Parameter(g, "x", shape)
			return []*Node{Add(n, Const(g, int32(1))), Sin(x)}
		})
		return squares(times(While(more, step, Const(g, int32(0)), x)[1], w))
	}},
	{name: "scattered", want: "where indices say", loss: func(x, w *Node) *Node {
		return squares(times(ScatterSum(ZerosLike(x), ConvertDType(Iota(x.Graph(), shapes.Make(dtypes.Int32, x.Shape().Dimensions[0], 1), 0), dtypes.Int32), x, false, false), w))
	}},
	{name: "batch axis cut in two", want: "cuts the batch axis", loss: func(x, w *Node) *Node {
		return squares(Reshape(times(x, w), 2, x.Shape().Size()/2))
	}},
	{name: "batch axis folded into one before it", want: "folds the batch axis", loss: func(x, w *Node) *Node {
		return ReduceAllMean(Sin(Reshape(Transpose(times(x, w), 0, 1), -1)))
	}},
	{name: "condition on the parameter", loss: func(x, w *Node) *Node {
		h := times(x, w)
		return squares(Where(BroadcastToShape(InsertAxes(GreaterThan(w, ScalarZero(w.Graph(), w.DType())), 0), h.Shape()), h, Sin(x)))
	}},
	{name: "condition on the activations", loss: func(x, w *Node) *Node {
		h := times(x, w)
		return squares(Where(LogicalNot(IsFinite(h)), x, h))
	}},
	{name: "custom gradient of each example", loss: func(x, w *Node) *Node {
		return squares(IdentityWithCustomGradient(times(x, w), func(x, v *Node) *Node { return Mul(v, Cos(x)) }))
	}},
	{name: "custom gradient over the examples", want: "custom gradient mixes", loss: func(x, w *Node) *Node {
		return squares(IdentityWithCustomGradient(times(x, w), func(x, v *Node) *Node { return Div(v, Sqrt(ReduceAllSum(Square(v)))) }))
	}},
	{name: "sums over the examples, handled further", loss: func(x, w *Node) *Node {
		sums := ReduceMean(Sin(times(x, w)), 0) // [4]
		sums = Concatenate([]*Node{Slice(Transpose(Reshape(sums, 2, 2), 0, 1), AxisElem(1)), Reshape(w, 2, 2)}, 0)
		weights := Const(x.Graph(), []float64{1, 2, 3})
		sums = Dot(weights, sums).Product()
		return ReduceAllSum(Where(Const(x.Graph(), []bool{true, false}), sums, ZerosLike(sums)))
	}},
}

// Whatever lies between the batch and the loss: each view is what its example alone gives, or the reason is the true one.
// m is as long as other axes, and not.
func TestOperations(t *testing.T) {
	for _, c := range operationCases {
		t.Run(c.name, func(t *testing.T) {
			cgtest.Each(t, func(t *testing.T, b compute.Backend) {
				if onXLA := b.Name() == "xla"; c.xlaOnly != onXLA && (c.xlaOnly || c.want != "") {
					t.Skip("tried on the other backend")
				}
				for _, m := range []int{2, 4, 6} {
					if b.Name() == "xla" && m != 4 || c.want != "" && m == 2 {
						continue // saves compilations; of two examples little can be cut
					}
					rng := rand.New(rand.NewPCG(uint64(m), 6))
					x, w := normal(rng, m, 4), normal(rng, 4)
					exec := MustNewExec(b, func(x, w *Node) []*Node {
						v := perexample.Of(c.loss(x, w), []*Node{x}, []*Node{w})[0]
						list := make([]*Node, m)
						for i := range list {
							list[i] = v.Example(i)
						}
						return list
					})
					out, err := exec.Call(x, w)
					if c.want != "" {
						var unsupported *perexample.Unsupported
						if !errors.As(err, &unsupported) || !strings.Contains(unsupported.Reason, c.want) {
							t.Fatalf("m = %d: error %v, want an Unsupported with %q", m, err, c.want)
						}
						continue
					}
					if err != nil {
						t.Fatalf("m = %d: %v", m, err)
					}
					alone := MustNewExec(b, func(x, w *Node) *Node { return Gradient(c.loss(x, w), w)[0] })
					tolerance = 1e-9
					for i, g := range out {
						near(t, "example", tensors.MustCopyFlatData[float64](g), tensors.MustCopyFlatData[float64](alone.MustCall1(row(x, i), w)))
					}
				}
			})
		})
	}
}

// Batch norm with stored statistics has the gradient of the same written out, with respect to all it is given.
func TestFrozenBatchNorm(t *testing.T) {
	b := cgtest.XLA(t) // GoMLX's pure-Go backend lacks the operation
	rng := rand.New(rand.NewPCG(7, 8))
	args := []any{normal(rng, 3, 2, 4)}
	for range 4 {
		args = append(args, normal(rng, 4))
	}
	out := MustExecOnceN(b, func(in []*Node) []*Node {
		x, scale, offset, mean := in[0], in[1], in[2], in[3]
		variance := Exp(in[4])
		one := InternalBatchNormForInference(x, scale, offset, mean, variance, 0.01, 2)
		wide := func(n *Node) *Node { return ExpandLeftToRank(n, 3) }
		other := Add(Mul(Div(Sub(x, wide(mean)), Sqrt(AddScalar(wide(variance), 0.01))), wide(scale)), wide(offset))
		return append(Gradient(ReduceAllSum(Sin(one)), in...), Gradient(ReduceAllSum(Sin(other)), in...)...)
	}, args...)
	tolerance = 1e-7 // ε is a float32
	for i := range args {
		near(t, "gradient", tensors.MustCopyFlatData[float64](out[i]), tensors.MustCopyFlatData[float64](out[i+len(args)]))
	}
}
