// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/layers/fnn"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/zoo/transformer"
)

// checkedModel is a model for the checker. x: [6, 4], or [6, 4] of integers, y: [6] labels.
type checkedModel struct {
	name    string
	integer bool
	build   func(s *model.Scope, x *Node) *Node
	loss    func(s *model.Scope, x, y *Node) *Node // in place of the mean loss of build
	planted string                                 // the operation that mixes examples, as part of the finding's node
}

func denseOf(s *model.Scope, x *Node, out int) *Node {
	return layers.Dense(s.In("dense%d", out), x, true, out)
}

// planted puts something between two layers.
func planted(mix func(s *model.Scope, h *Node) *Node) func(s *model.Scope, x *Node) *Node {
	return func(s *model.Scope, x *Node) *Node {
		return denseOf(s.In("out"), mix(s, Tanh(denseOf(s.In("in"), x, 4))), classes)
	}
}

var checkedModels = []checkedModel{
	{name: "dense", build: planted(func(_ *model.Scope, h *Node) *Node { return h })},
	{name: "layer norm", build: planted(func(s *model.Scope, h *Node) *Node { return norm.LayerNorm(s, h, -1).Done() })},
	{name: "frozen batch norm", build: planted(func(s *model.Scope, h *Node) *Node {
		return norm.BatchNorm(s, h, -1).UseBackendInference(false).Trainable(false).Done()
	})},
	{name: "relu", build: planted(func(_ *model.Scope, h *Node) *Node { return activation.Relu(h) })},
	{name: "residual feed-forward net", build: func(s *model.Scope, x *Node) *Node {
		return fnn.New(s.In("fnn"), x, classes).NumHiddenLayers(2, 8).Residual(true).Normalization("layer").Done()
	}},
	{name: "convolution", build: func(s *model.Scope, x *Node) *Node {
		x = Reshape(x, x.Shape().Dimensions[0], 2, 2, 1)
		x = activation.Relu(layers.Convolution(s.In("conv"), x).Channels(3).KernelSize(2).PadSame().Done())
		return denseOf(s, Reshape(x, x.Shape().Dimensions[0], -1), classes)
	}},
	{name: "attention, whose key biases have no gradient", build: func(s *model.Scope, x *Node) *Node {
		x = Reshape(Concatenate([]*Node{x, Sin(x), Square(x)}, 1), x.Shape().Dimensions[0], 3, 4)
		return denseOf(s, ReduceMean(attention.SelfAttention(s.In("a"), x, 2, 2).Done(), 1), classes)
	}},
	{name: "transformer of the zoo", integer: true, build: func(s *model.Scope, x *Node) *Node {
		net := transformer.New(s).WithVocabSize(7).WithEmbedDim(8).WithNumLayers(1).WithNumHeads(2).WithHeadDim(4).
			WithFFNDim(8).WithMaxPosEmbed(8).WithDType(dtypes.Float64)
		return denseOf(s.In("out"), ReduceMean(net.Logits(x, transformer.CallOptions{}), 1), classes)
	}},
	{name: "masked mean", loss: func(s *model.Scope, x, y *Node) *Node {
		losses := ReduceSum(Square(denseOf(s, x, classes)), 1)
		kept := Reshape(ConvertDType(GreaterThan(y, Const(x.Graph(), int32(1))), losses.DType()), -1)
		return Div(ReduceAllSum(Mul(losses, kept)), ReduceAllSum(kept))
	}},
	{name: "sum, and weight decay", loss: func(s *model.Scope, x, y *Node) *Node {
		losses := ReduceSum(Square(denseOf(s, x, classes)), 1)
		w := s.Store().GetVariable("/dense5/dense/weights").NodeValue(x.Graph())
		return Add(ReduceAllSum(losses), MulScalar(ReduceAllSum(Square(w)), 0.1))
	}},

	{name: "batch norm", planted: "Sub", build: planted(func(s *model.Scope, h *Node) *Node {
		mean := ReduceAndKeep(h, ReduceMean, 0)
		return Div(Sub(h, mean), Sqrt(AddScalar(ReduceAndKeep(Square(Sub(h, mean)), ReduceMean, 0), 1e-3)))
	})},
	{name: "batch norm with stopped gradients", planted: "ReduceSum", build: planted(func(s *model.Scope, h *Node) *Node {
		s.Store().SetTraining(h.Graph(), true)
		return norm.BatchNorm(s, h, -1).UseBackendInference(false).Done()
	})},
	{name: "centred inputs", planted: "ReduceSum", build: func(s *model.Scope, x *Node) *Node {
		return denseOf(s, Sub(x, ReduceAndKeep(x, ReduceMean, 0)), classes)
	}},
	{name: "softmax over the batch", planted: "Div", build: planted(func(_ *model.Scope, h *Node) *Node { return Softmax(h, 0) })},
	{name: "largest of the batch", planted: "ReduceMax", build: planted(func(_ *model.Scope, h *Node) *Node {
		return Sub(h, ReduceAndKeep(h, ReduceMax, 0))
	})},
	{name: "every two examples", planted: "Dot", build: planted(func(_ *model.Scope, h *Node) *Node {
		return Dot(Softmax(Dot(h, h).General([]int{1}, nil, []int{1}, nil), -1), h).Product()
	})},
	{name: "the neighbour's features", planted: "Slice", build: planted(func(_ *model.Scope, h *Node) *Node {
		m := h.Shape().Dimensions[0]
		return Add(h, Concatenate([]*Node{Slice(h, AxisRange(1, m)), Slice(h, AxisRange(0, 1))}, 0))
	})},
	{name: "pairs as one example", planted: "Reshape", build: planted(func(s *model.Scope, h *Node) *Node {
		m := h.Shape().Dimensions[0]
		pairs := Tanh(layers.Dense(s.In("pairs"), Reshape(h, m/2, 8), true, 8))
		return Reshape(pairs, m, 4)
	})},
	{name: "running sum", planted: "ReduceWindow", build: planted(func(_ *model.Scope, h *Node) *Node { return CumSum(h, 0) })},
	{name: "root of the mean loss", planted: "Sqrt", loss: func(s *model.Scope, x, y *Node) *Node {
		return Sqrt(ReduceAllMean(classify(denseOf(s, x, classes), y)))
	}},
}

// Of 20 models, 10 of them with a planted mixing, all 10 are named, with the node, a variable and a remedy, and no other.
func TestCheckOfModels(t *testing.T) {
	b := cgtest.Go(t)
	found := 0
	for i, c := range checkedModels {
		t.Run(c.name, func(t *testing.T) {
			x, y := batchOf(modelCase{example: []int{4}, integer: c.integer}, 6, rand.New(rand.NewPCG(uint64(i), 9)))
			report, err := perexample.Check(b, seededStore(t), func(s *model.Scope, batch []*Node) *Node {
				if c.loss != nil {
					return c.loss(s, batch[0], batch[1])
				}
				return ReduceAllMean(classify(c.build(s, batch[0]), batch[1]))
			}, x, y)
			if err != nil {
				t.Fatal(err)
			}
			if c.planted == "" {
				if report.Err() != nil || !(report.Worst() < 1e-11) || !(math.Abs(report.CopiesAlpha-1) < 1e-11) ||
					!(math.Abs(report.SumNorm-report.MeanNorm) <= 1e-11*report.MeanNorm) || report.SumNorm == 0 {
					t.Errorf("nothing is wrong with it:\n%s", report)
				}
				return
			}
			if len(report.Findings) != 1 || report.Err() == nil {
				t.Fatalf("%d findings:\n%s", len(report.Findings), report)
			}
			f := report.Findings[0]
			if f.Kind != perexample.Mixing || !strings.Contains(f.Node, c.planted) || f.Remedy == "" || f.Reason == "" ||
				!strings.HasPrefix(f.Variable, "/") || strings.Contains(f.String(), "\n") {
				t.Errorf("found %s, want a mixing in a %s", f, c.planted)
			}
			found++
		})
	}
	if len(checkedModels) != 20 || found != 10 {
		t.Errorf("%d models, %d mixings found; want 20 and 10", len(checkedModels), found)
	}
}

// GoMLX's own batch norm in training, an operation of XLA's, is named by itself.
func TestCheckNamesBatchNorm(t *testing.T) {
	x, y := batchOf(modelCase{example: []int{4}}, 6, rand.New(rand.NewPCG(1, 9)))
	report, err := perexample.Check(cgtest.XLA(t), seededStore(t), func(s *model.Scope, batch []*Node) *Node {
		s.Store().SetTraining(batch[0].Graph(), true)
		return ReduceAllMean(classify(planted(func(s *model.Scope, h *Node) *Node { return norm.BatchNorm(s, h, -1).Done() })(s, batch[0]), batch[1]))
	}, x, y)
	if err != nil || len(report.Findings) != 1 || report.Findings[0].Kind != perexample.Mixing ||
		!strings.Contains(report.Findings[0].Node, "BatchNormForTraining") || !strings.Contains(report.Findings[0].Remedy, "layer norm") {
		t.Errorf("%v:\n%s", err, report)
	}
}

// A NaN in an example that a model's comparison swallows is said, and is no fault.
func TestCheckSaysWhereNaNIsLost(t *testing.T) {
	for lost, mix := range map[bool]func(s *model.Scope, h *Node) *Node{
		false: func(_ *model.Scope, h *Node) *Node { return Mul(h, h) },
		true: func(_ *model.Scope, h *Node) *Node {
			return Where(GreaterThan(h, ScalarZero(h.Graph(), h.DType())), h, OnesLike(h))
		},
	} {
		x, y := batchOf(modelCase{example: []int{4}}, 6, rand.New(rand.NewPCG(2, 9)))
		report, err := perexample.Check(cgtest.Go(t), seededStore(t), func(s *model.Scope, batch []*Node) *Node {
			return ReduceAllMean(classify(planted(mix)(s, batch[0]), batch[1]))
		}, x, y)
		if err != nil || report.Err() != nil {
			t.Fatalf("%v:\n%s", err, report)
		}
		some := false
		for _, v := range report.Variables {
			some = some || v.LosesNaN
		}
		if some != lost {
			t.Errorf("lost = %v, want %v:\n%s", some, lost, report)
		}
	}
}

func seededStore(t *testing.T) *model.Store {
	t.Helper()
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(5); err != nil {
		t.Fatal(err)
	}
	return store
}
