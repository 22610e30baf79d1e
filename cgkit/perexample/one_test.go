// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"math"
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
	"github.com/gomlx/gomlx/ml/model"
)

// oneCase is what may become of a batch of one, where the batch axis is as long as any axis that is only there to be
// repeated. The loss is that of the one example.
type oneCase struct {
	name string
	x, w []int
	xla  bool // GoMLX's pure-Go backend lacks an operation it needs
	loss func(x, w *Node) *Node
}

var oneCases = []oneCase{
	{name: "batch axis repeated for the parameter's rows", x: []int{1, 5}, w: []int{3, 5}, loss: func(x, w *Node) *Node {
		return ReduceAllMean(ReduceSum(Square(Mul(InsertAxes(x, 0), InsertAxes(w, 1))), 2))
	}},
	{name: "both axes repeated", x: []int{1, 1}, w: []int{3, 5}, loss: func(x, w *Node) *Node { return ReduceAllMean(Square(Add(x, w))) }},
	{name: "losses [1]", x: []int{1, 5}, w: []int{5}, loss: func(x, w *Node) *Node {
		return ReduceSum(Sin(Mul(x, InsertAxes(w, 0))), 1)
	}},
	{name: "squeezed", x: []int{1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node {
		return ReduceAllSum(Sin(Dot(Squeeze(x, 0), w).Product()))
	}},
	{name: "stacked in front", x: []int{1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node {
		return ReduceAllMean(Square(Dot(Stack([]*Node{x, Sin(x)}, 0), w).General([]int{2}, nil, []int{0}, nil)))
	}},
	{name: "concatenated along the batch axis", x: []int{1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node {
		return ReduceAllMean(Sin(Dot(Concatenate([]*Node{x, Square(x)}, 0), w).Product()))
	}},
	{name: "parameter concatenated along the batch axis", x: []int{1, 5}, w: []int{2, 5}, loss: func(x, w *Node) *Node {
		return ReduceAllSum(Sin(Mul(Concatenate([]*Node{x, w}, 0), Const(x.Graph(), 3.0))))
	}},
	{name: "axes merged into the batch axis", x: []int{1, 2, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node {
		return ReduceAllMean(Sin(Dot(Reshape(Transpose(x, 0, 1), 2, 5), w).Product()))
	}},
	{name: "batch axis wandering", x: []int{1, 6}, w: []int{3, 4}, loss: func(x, w *Node) *Node {
		return ReduceAllMean(Sin(Dot(Reshape(x, 2, 1, 3), w).General([]int{2}, nil, []int{0}, nil)))
	}},
	{name: "transposed", x: []int{1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node {
		return ReduceAllMean(Sin(Dot(Transpose(x, 0, 1), w).General([]int{0}, nil, []int{0}, nil)))
	}},
	{name: "broadcast", x: []int{1, 5}, w: []int{3, 5}, loss: func(x, w *Node) *Node {
		return ReduceAllMean(Sin(Mul(BroadcastToDims(x, 3, 5), w)))
	}},
	{name: "sliced and reversed along axes of length 1", x: []int{1, 1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node {
		x = Squeeze(Slice(x, AxisElem(0), AxisRange(0, 1)), 1)
		return ReduceAllMean(Sin(Dot(x, w).Product()))
	}},
	{name: "gathered along the batch axis", x: []int{1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node {
		return ReduceAllMean(Sin(Dot(Gather(x, Const(x.Graph(), [][]int32{{0}, {0}})), w).Product()))
	}},
	{name: "product with the batch axis among its own", x: []int{1, 5}, w: []int{1, 5, 4}, loss: func(x, w *Node) *Node {
		return ReduceAllMean(Sin(Dot(x, w).General([]int{1}, []int{0}, []int{1}, []int{0})))
	}},
	{name: "product with itself", x: []int{1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node {
		h := Dot(x, w).Product()
		return ReduceAllMean(Dot(h, h).General([]int{1}, nil, []int{1}, nil))
	}},
	{name: "sum over the batch axis inside", x: []int{1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node {
		return ReduceAllSum(Sin(ReduceSum(Dot(x, w).Product(), 0)))
	}},
	{name: "largest over the batch axis", x: []int{1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node {
		return ReduceAllMean(Square(ReduceMax(Dot(x, w).Product(), 0)))
	}},
	{name: "root of the mean", x: []int{1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node {
		return Sqrt(ReduceAllMean(Square(Dot(x, w).Product())))
	}},
	{name: "term of the parameter alone", x: []int{1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node {
		return Add(ReduceAllMean(Sin(Dot(x, w).Product())), ReduceAllSum(Square(w)))
	}},
	{name: "no example enters", x: []int{1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node { return ReduceAllSum(Sin(w)) }},
	{name: "no parameter enters", x: []int{1, 5}, w: []int{5, 4}, loss: func(x, w *Node) *Node { return ReduceAllSum(Sin(x)) }},
	{name: "batch norm of one", xla: true, x: []int{1, 5, 3}, w: []int{3}, loss: func(x, w *Node) *Node {
		y, _, _ := InternalBatchNormForTraining(x, w, Sin(w), 0.01, 2)
		return ReduceAllMean(Sin(y))
	}},
}

// A batch of one has the gradient that finite differences give, whatever becomes of its batch axis.
func TestOneExample(t *testing.T) {
	for _, c := range oneCases {
		t.Run(c.name, func(t *testing.T) {
			cgtest.Each(t, func(t *testing.T, b compute.Backend) {
				if c.xla && b.Name() != "xla" {
					t.Skip("GoMLX's pure-Go backend lacks an operation of this model")
				}
				rng := rand.New(rand.NewPCG(3, 4))
				x, w := normal(rng, c.x...), normal(rng, c.w...)
				out := MustExecOnceN(b, func(x, w *Node) []*Node {
					v := perexample.Of(c.loss(x, w), []*Node{x}, []*Node{w})[0]
					operands, _, read := v.Blocks()
					return []*Node{v.Example(0), v.Mean(), v.Sum(0, 1), v.Weighted(Const(x.Graph(), []float64{1})),
						read(operands)(0), v.SquaredNorms(), v.Gram()}
				}, x, w)
				want := differences(t, b, c.loss, x, w)
				var norm float64
				for _, g := range want {
					norm += g * g
				}
				tolerance = 1e-6
				for i, what := range []string{"example", "mean", "sum", "weighted", "block"} {
					near(t, what, tensors.MustCopyFlatData[float64](out[i]), want)
				}
				near(t, "squared norms", tensors.MustCopyFlatData[float64](out[5]), []float64{norm})
				near(t, "gram", tensors.MustCopyFlatData[float64](out[6]), []float64{norm})
				if b.Name() == "xla" {
					return // saves two compilations
				}
				report, err := perexample.Check(b, model.NewStore(), func(s *model.Scope, batch []*Node) *Node {
					return c.loss(batch[0], s.VariableWithValue("w", w).NodeValue(batch[0].Graph()))
				}, x)
				if err != nil || report.Worst() > 1e-12 {
					t.Errorf("check: %v\n%s", err, report)
				}
			})
		})
	}
}

func normal(rng *rand.Rand, dims ...int) *tensors.Tensor {
	size := 1
	for _, d := range dims {
		size *= d
	}
	data := make([]float64, size)
	for i := range data {
		data[i] = rng.NormFloat64()
	}
	return tensors.FromFlatDataAndDimensions(data, dims...)
}

// differences are (L(w + h) − L(w − h)) / 2h.
func differences(t *testing.T, b compute.Backend, loss func(x, w *Node) *Node, x, w *tensors.Tensor) []float64 {
	t.Helper()
	exec := MustNewExec(b, func(x, w *Node) *Node { return ReduceAllSum(loss(x, w)) })
	defer exec.Finalize()
	const h = 1e-5
	at := tensors.MustCopyFlatData[float64](w)
	list := make([]float64, len(at))
	for i, v := range at {
		value := func(v float64) float64 {
			at[i] = v
			return tensors.ToScalar[float64](exec.MustCall1(x, tensors.FromFlatDataAndDimensions(at, w.Shape().Dimensions...)))
		}
		list[i] = (value(v+h) - value(v-h)) / (2 * h)
		at[i] = v
	}
	return list
}

// What can be no batch is refused in one line that says so.
func TestBatchInputs(t *testing.T) {
	b := cgtest.Go(t)
	for _, c := range []struct {
		name, want string
		x          *tensors.Tensor
		loss       func(x, w *Node) *Node
		batch      func(x, w *Node) []*Node
	}{
		{name: "no example", want: "shape (Float64)[0, 3] holds no example: give one or more", x: tensors.FromShape(shapes.Make(dtypes.Float64, 0, 3))},
		{name: "a scalar", want: "need inputs whose axis 0 holds the examples", x: tensors.FromValue(1.0)},
		{name: "lengths 1 and 4", want: "must hold the same examples", x: tensors.FromShape(shapes.Make(dtypes.Float64, 4, 3)),
			batch: func(x, w *Node) []*Node { return []*Node{x, w} }},
		{name: "one example and two losses", want: "shape [1]", x: tensors.FromShape(shapes.Make(dtypes.Float64, 1, 2)),
			loss: func(x, w *Node) *Node { return Squeeze(Mul(x, Const(x.Graph(), [][]float64{{1, 2}})), 0) }},
		{name: "four examples and two losses", want: "each of the 4 examples, shape [4]", x: tensors.FromShape(shapes.Make(dtypes.Float64, 4, 2)),
			loss: func(x, w *Node) *Node { return ReduceSum(Mul(x, Reshape(w)), 0) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			exec := MustNewExec(b, func(x, w *Node) *Node {
				loss, batch := c.loss, c.batch
				if loss == nil {
					loss = func(x, w *Node) *Node { return ReduceAllMean(Mul(x, Reshape(w))) }
				}
				if batch == nil {
					batch = func(x, w *Node) []*Node { return []*Node{x} }
				}
				return perexample.Of(loss(x, w), batch(x, w), []*Node{w})[0].Mean()
			})
			_, err := exec.Call(c.x, [][]float64{{1}})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line with %q", err, c.want)
			}
		})
	}
	if _, err := perexample.Check(b, model.NewStore(), nil, tensors.FromShape(shapes.Make(dtypes.Float64, 0, 3))); err == nil || !strings.Contains(err.Error(), "no example") {
		t.Errorf("check of no example: error %v", err)
	}
}

// An input that all examples share, its first axis of length 1 for one, is none of the batch inputs: it is read in full for
// every example.
func TestSharedInput(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, m := range []int{1, 2, 3, 7} {
			rng := rand.New(rand.NewPCG(uint64(m), 5))
			x, shared, w := normal(rng, m, 3), normal(rng, 1, 3), normal(rng, 3)
			out := MustExecOnceN(b, func(x, shared, w *Node) []*Node {
				losses := ReduceSum(Mul(Mul(x, shared), InsertAxes(w, 0)), 1)
				v := perexample.Of(ReduceAllMean(losses), []*Node{x}, []*Node{w})[0]
				list := make([]*Node, m)
				for i := range list {
					list[i] = v.Example(i)
				}
				return list
			}, x, shared, w)
			xs, ss := tensors.MustCopyFlatData[float64](x), tensors.MustCopyFlatData[float64](shared)
			for i, g := range out {
				for j, v := range tensors.MustCopyFlatData[float64](g) {
					if want := xs[3*i+j] * ss[j]; !(math.Abs(v-want) <= 1e-12) {
						t.Fatalf("m = %d, example %d: %v, want %v", m, i, v, want)
					}
				}
			}
		}
	})
}
