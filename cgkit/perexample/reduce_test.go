// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/regularizer"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
)

// reduceCase is a way from losses of single examples to the loss of the batch. losses builds the former, [m] or [m, T],
// once; reduce may be called several times on them, or on what has their values. keep is a mask, bool of their shape;
// weights are positive numbers, [m].
type reduceCase struct {
	name      string
	tolerance float64 // 0 means 1e-9
	goAlone   bool    // no operation that XLA has not met in another case: saves its compilation
	xlaOnly   bool    // GoMLX's pure-Go backend lacks an operation it needs
	losses    func(s *model.Scope, x, y *Node) *Node
	reduce    func(losses, keep, weights *Node) *Node
}

// net ends in the losses of single examples.
func net(build func(s *model.Scope, x *Node) *Node) func(s *model.Scope, x, y *Node) *Node {
	return func(s *model.Scope, x, y *Node) *Node {
		logits := ConvertDType(build(s, x), x.DType())
		hot := OneHot(Squeeze(y, 1), classes, logits.DType())
		return Neg(ReduceSum(Mul(hot, LogSoftmax(logits)), 1))
	}
}

var plainNet = net(func(s *model.Scope, x *Node) *Node {
	return layers.Dense(s.In("b"), activation.Relu(layers.Dense(s.In("a"), x, true, 6)), true, classes)
})

func mean(losses, _, _ *Node) *Node { return ReduceAllMean(losses) }

// regularized adds what GoMLX's regularizers left, as its Trainer does.
func regularized(losses, _, _ *Node) *Node {
	return Add(ReduceAllMean(losses), train.GetRegularizationLoss(losses.Graph()))
}

var reduceCases = []reduceCase{
	{name: "mean", goAlone: true, losses: plainNet, reduce: mean},
	{name: "sum", goAlone: true, losses: plainNet, reduce: func(l, _, _ *Node) *Node { return ReduceAllSum(l) }},
	{name: "scaled", goAlone: true, losses: plainNet, reduce: func(l, _, _ *Node) *Node { return MulScalar(ReduceAllMean(l), 1024) }},
	{name: "masked mean", losses: plainNet, reduce: func(l, keep, _ *Node) *Node { return MaskedReduceAllMean(l, keep) }},
	{name: "masked mean written out", goAlone: true, losses: plainNet, reduce: func(l, keep, _ *Node) *Node {
		one := ConvertDType(keep, l.DType())
		return Div(ReduceAllSum(Mul(l, one)), ReduceAllSum(one))
	}},
	{name: "mean of weighted losses", goAlone: true, losses: plainNet, reduce: func(l, _, w *Node) *Node { return ReduceAllMean(Mul(l, w)) }},
	{name: "weighted mean", goAlone: true, losses: plainNet, reduce: func(l, _, w *Node) *Node {
		return Div(ReduceAllSum(Mul(l, w)), ReduceAllSum(w))
	}},
	{name: "padded sequences", reduce: func(l, keep, _ *Node) *Node { return MaskedReduceAllMean(l, keep) },
		losses: func(s *model.Scope, x, _ *Node) *Node {
			x = Concatenate([]*Node{InsertAxes(x, 1), InsertAxes(Sin(x), 1)}, 1) // two tokens
			h := Tanh(layers.Dense(s.In("a"), x, true, 6))
			return ReduceSum(Square(layers.Dense(s.In("b"), h, true, classes)), 2)
		}},
	{name: "L2", goAlone: true, reduce: regularized, losses: func(s *model.Scope, x, y *Node) *Node {
		s.SetParam(regularizer.ParamL2, 0.3)
		return plainNet(s, x, y)
	}},
	{name: "L1 and L2", reduce: regularized, losses: func(s *model.Scope, x, y *Node) *Node {
		s.SetParam(regularizer.ParamL1, 0.01)
		s.SetParam(regularizer.ParamL2, 0.3)
		return plainNet(s, x, y)
	}},
	{name: "dropout", reduce: mean, losses: net(func(s *model.Scope, x *Node) *Node {
		h := layers.DropoutStatic(s, activation.Relu(layers.Dense(s.In("a"), x, true, 20)), 0.4)
		return layers.Dense(s.In("b"), h, true, classes)
	})},
	{name: "dropout of whole examples", reduce: mean, losses: net(func(s *model.Scope, x *Node) *Node {
		h := layers.DropPath(s, layers.Dense(s.In("a"), x, true, 7), Const(x.Graph(), 0.5))
		return layers.Dense(s.In("b"), Add(x, h), true, classes)
	})},
	{name: "variables of float32, computed in bfloat16", tolerance: 0.03, reduce: mean, losses: net(func(s *model.Scope, x *Node) *Node {
		half := func(name string, dims ...int) *Node {
			return ConvertDType(s.In("%s", name).VariableWithShape("w", shapes.Make(dtypes.Float32, dims...)).NodeValue(x.Graph()), dtypes.BFloat16)
		}
		h := activation.Relu(Dot(ConvertDType(x, dtypes.BFloat16), half("a", 7, 6)).Product())
		return Dot(h, half("b", 6, classes)).Product()
	})},
	{name: "variables of bfloat16", xlaOnly: true, tolerance: 0.03, reduce: mean, losses: net(func(s *model.Scope, x *Node) *Node {
		x = ConvertDType(x, dtypes.BFloat16)
		return layers.Dense(s.In("b"), activation.Relu(layers.Dense(s.In("a"), x, true, 6)), true, classes)
	})},
}

// slowly gives m times what example b alone contributes to the gradient of the batch's loss, plus what no example does:
// GoMLX's own gradient, with the gradient of all other losses stopped.
func slowly(c reduceCase, losses, keep, weights *Node, b int, params []*Node) []*Node {
	m := float64(losses.Shape().Dimensions[0])
	only := func(b int) []*Node { return slowGradient(c, losses, keep, weights, b, params) }
	whole, rest := only(b), only(-1)
	for i := range whole {
		whole[i] = Add(MulScalar(Sub(whole[i], rest[i]), m), rest[i])
	}
	return whole
}

func slowGradient(c reduceCase, losses, keep, weights *Node, b int, params []*Node) []*Node {
	chosen := Equal(Iota(losses.Graph(), shapes.Make(dtypes.Int32, losses.Shape().Dimensions...), 0), Const(losses.Graph(), int32(b)))
	list := Gradient(c.reduce(Where(chosen, losses, StopGradient(losses)), keep, weights), params...)
	for i := range list {
		list[i] = ConvertDType(list[i], dtypes.Float64)
	}
	return list
}

// However a loss goes from examples to one number, and whatever else is in it: every view is what its example alone does.
func TestReductions(t *testing.T) {
	const m = 4
	for _, c := range reduceCases {
		t.Run(c.name, func(t *testing.T) {
			cgtest.Each(t, func(t *testing.T, b compute.Backend) {
				if onXLA := b.Name() == "xla"; onXLA && c.goAlone || !onXLA && c.xlaOnly {
					t.Skip("the case says so")
				}
				x, y := batchOf(modelCase{example: []int{7}}, m, rand.New(rand.NewPCG(1, 2)))
				keep := tensors.FromValue([]bool{true, false, true, true})
				weights := tensors.FromValue([]float64{0.5, 2, 1, 0.25})
				store := model.NewStore()
				if err := store.SetRNGStateFromSeed(3); err != nil {
					t.Fatal(err)
				}
				exec, err := model.NewExec(b, store, func(scope *model.Scope, in []*Node) []*Node {
					x, y, keep, weights := in[0], in[1], in[2], in[3]
					store.SetTraining(x.Graph(), true)
					losses := c.losses(scope.At("model"), x, y)
					if losses.Rank() == 2 {
						keep = Concatenate([]*Node{InsertAxes(keep, 1), InsertAxes(LogicalNot(keep), 1)}, 1)
					}
					params := params(store, x.Graph())
					views := perexample.Of(c.reduce(losses, keep, weights), in, params)
					var out []*Node
					for i := range m {
						for p, slow := range slowly(c, losses, keep, weights, i, params) {
							out = append(out, ConvertDType(views[p].Example(i), dtypes.Float64), slow)
						}
					}
					return out
				})
				if err != nil {
					t.Fatal(err)
				}
				tolerance = 1e-9
				if c.tolerance > 0 {
					tolerance = c.tolerance
				}
				var all float64
				out := exec.MustCall(x, y, keep, weights)
				for i := 0; i < len(out); i += 2 {
					want := tensors.MustCopyFlatData[float64](out[i+1])
					near(t, "example", tensors.MustCopyFlatData[float64](out[i]), want)
					for _, g := range want {
						all += math.Abs(g)
					}
				}
				if all == 0 {
					t.Error("all gradients are zero: the case tests nothing")
				}
			})
		})
	}
}

// A masked example has a gradient of exactly zero, and the others are larger in turn.
func TestMaskedExamplesHaveZeroGradients(t *testing.T) {
	out := MustExecOnceN(cgtest.Go(t), func(w, x, keep *Node) []*Node {
		losses := ReduceSum(Dot(x, w).Product(), 1)
		view := perexample.Of(MaskedReduceAllMean(losses, keep), []*Node{x, keep}, []*Node{w})[0]
		return []*Node{view.Example(0), view.Example(1), view.Example(2)}
	}, [][]float64{{1}}, [][]float64{{2}, {5}, {8}}, []bool{true, false, true})
	for i, want := range []float64{3, 0, 12} { // 3/2 times 2 and 8
		if got := tensors.MustCopyFlatData[float64](out[i])[0]; got != want {
			t.Errorf("example %d: %v, want %v", i, got, want)
		}
	}
}
