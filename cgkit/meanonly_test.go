// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// residual is two residual blocks of convolutions with batch norm on 6×6 images, as ResNets have them.
func residual(scope *model.Scope, x *graph.Node) *graph.Node {
	x = graph.Reshape(x, x.Shape().Dimensions[0], 6, 6, 1)
	convolution := func(scope *model.Scope, x *graph.Node) *graph.Node {
		x = layers.Convolution(scope, x).Channels(8).KernelSize(3).PadSame().UseBias(false).Done()
		return norm.BatchNorm(scope, x, -1).Done()
	}
	x = activation.Relu(convolution(scope.In("stem"), x))
	for _, block := range []string{"block1", "block2"} {
		in := scope.In("%s", block)
		h := activation.Relu(convolution(in.In("a"), x))
		x = activation.Relu(graph.Add(x, convolution(in.In("b"), h)))
	}
	x = graph.MeanPool(x).Window(2).Done()
	return layers.Dense(scope.In("out"), graph.Reshape(x, x.Shape().Dimensions[0], -1), true, 4)
}

// The rules that need the mean alone train a residual net with batch norm, for which they were invented; its running
// statistics, which no gradient moves, move at every step.
func TestResidualNetWithBatchNorm(t *testing.T) {
	b := cgtest.XLA(t)
	for name, opt := range map[string]*cgkit.Optimizer{
		"RM3": cgkit.With(aggregate.RollingMedian()).WithLearningRate(0.3),
		"M3 before Adam": cgkit.With(aggregate.MedianOfBatches()).
			Before(optimizer.Adam().LearningRate(0.02).Done()),
	} {
		t.Run(name, func(t *testing.T) {
			store := seededStore(t, 7)
			trainer := train.NewTrainer(b, store, residual, loss.SparseCategoricalCrossEntropyLogits, opt.Done(), nil, nil)
			var first, last float32
			for step := range 90 {
				x, y := quadrants(50, uint64(step))
				metrics, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}})
				if err != nil {
					t.Fatal(err)
				}
				if last = tensors.ToScalar[float32](metrics[0]); step == 0 {
					first = last
				}
			}
			if !(last < first/2) {
				t.Errorf("the loss went from %v to %v", first, last)
			}
			weight := store.GetVariable("/stem/batch_normalization/avg_weight").MustValue()
			if n := tensors.MustCopyFlatData[float32](weight)[0]; n != 90 {
				t.Errorf("batch norm's statistics saw %v steps, want 90", n)
			}
		})
	}
}

// mixing is a model whose examples meet: it is trained on how far they are from their mean.
func mixing(scope *model.Scope, x *graph.Node) *graph.Node {
	y := twoLayers(scope, x)
	return graph.Sub(y, graph.ReduceAndKeep(y, graph.ReduceMax, 0))
}

// Where the mean is all that is needed a step is GoMLX's own, to the bit, on any model; where it is not, such a model is
// refused with the node and the remedy.
func TestMeanOnlyIsGoMLXsStep(t *testing.T) {
	constant := func() optimizer.Interface {
		return optimizer.StochasticGradientDescent().WithDecay(false).WithLearningRate(0.1).Done()
	}
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		weights := func(opt optimizer.Interface) map[string][]float64 {
			store := seededStore(t, 3)
			trainer := train.NewTrainer(b, store, mixing, loss.SparseCategoricalCrossEntropyLogits, opt, nil, nil)
			trainOn(t, trainer, 0, 3)
			return weightsOf(store)
		}
		want := weights(constant())
		for name, opt := range map[string]*cgkit.Optimizer{
			"plain": cgkit.PlainSGD(), "c = 0": cgkit.Winsorized(0), "trimmed at 0": cgkit.With(aggregate.TrimmedMean{}),
			"one group": cgkit.With(aggregate.MedianOfMeans{Groups: 1}),
		} {
			t.Run(name, func(t *testing.T) { sameBits(t, weights(opt.WithLearningRate(0.1).Done()), want) })
		}
		for name, opt := range map[string]*cgkit.Optimizer{"RA3": cgkit.With(aggregate.RollingMean()),
			"sign": cgkit.With(aggregate.SignOfSum{}).WithLearningRate(10)} {
			if got := weights(opt.Done()); len(got) != len(want) {
				t.Errorf("%s: %d variables", name, len(got))
			}
		}
	})
	x, y := makeBatch(10, 1)
	trainer := train.NewTrainer(cgtest.Go(t), model.NewStore(), mixing, loss.SparseCategoricalCrossEntropyLogits,
		cgkit.Winsorized(10).Done(), nil, nil)
	_, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}})
	var refused *perexample.Unsupported
	if !errors.As(err, &refused) || !strings.Contains(refused.Node, "ReduceMax") {
		t.Errorf("error %v, want a refusal that names the maximum", err)
	}
}

// liar says that it needs the mean only.
type liar struct {
	aggregate.Mean
	ask func(aggregate.Examples) *graph.Node
}

func (l liar) Directions(params []aggregate.Examples) []*graph.Node {
	return []*graph.Node{l.ask(params[0])}
}

// A rule that asks for more than it said is told so in one line.
func TestMeanOnlyIsHeld(t *testing.T) {
	for name, ask := range map[string]func(aggregate.Examples) *graph.Node{
		"one example": func(e aggregate.Examples) *graph.Node { return e.Example(0) },
		"some":        func(e aggregate.Examples) *graph.Node { return e.MeanOf(0, 1) },
		"norms":       func(e aggregate.Examples) *graph.Node { _, n := e.Norms(); return n },
		"products":    func(e aggregate.Examples) *graph.Node { _, n := e.UnitGram(); return n },
		"weighted":    func(e aggregate.Examples) *graph.Node { return e.WeightedUnits(e.Mean()) },
	} {
		x, y := makeBatch(10, 1)
		trainer := newTrainer(cgtest.Go(t), model.NewStore(), cgkit.With(liar{ask: ask}).Done())
		_, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}})
		if err == nil || !strings.Contains(err.Error(), "let its NeedsMeanOnly return false") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// In half precision the sign is that of a mean which is too small for a number there.
func TestSignOfATinyMean(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		tiny := func(scope *model.Scope, x *graph.Node) *graph.Node {
			w := scope.WithInitializer(initializer.Zero).VariableWithShape("w", shapes.Make(dtypes.Float16)).NodeValue(x.Graph())
			return graph.Mul(graph.ConvertDType(x, dtypes.Float16), w)
		}
		store := model.NewStore()
		trainer := train.NewTrainer(b, store, tiny, func(_, predictions []*graph.Node) *graph.Node {
			return graph.ReduceAllMean(graph.ConvertDType(predictions[0], dtypes.Float32))
		}, cgkit.With(aggregate.SignOfSum{}).WithLearningRate(1).Done(), nil, nil)
		const m = 4096
		x := make([]float32, m)
		x[0] = 1e-4 // an m-th of it is 0 in float16
		mustStep(t, trainer, tensors.FromValue(x), tensors.FromValue(make([]float32, m)))
		w := graph.MustExecOnce(b, func(w *graph.Node) *graph.Node { return graph.ConvertDType(w, dtypes.Float64) },
			store.GetVariable("/w").MustValue())
		if got := tensors.ToScalar[float64](w); !(got < 0) {
			t.Errorf("w = %v, want it moved", got)
		}
	})
}

// viewed is a rule that keeps to itself that the mean is all it needs.
type viewed struct{ rule aggregate.Aggregator }

func (v viewed) Name() string      { return v.rule.Name() }
func (v viewed) Check(m int) error { return v.rule.Check(m) }
func (v viewed) Directions(params []aggregate.Examples) []*graph.Node {
	return v.rule.Directions(params)
}

// The means that views give are those that are taken without views, to the bit: records made either way are the same.
func TestMeanOnlyIsWhatViewsGive(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, rule := range []aggregate.Aggregator{aggregate.Mean{}, aggregate.SignOfSum{}} {
			weights := func(rule aggregate.Rule) map[string][]float64 {
				store := seededStore(t, 3)
				trainer := train.NewTrainer(b, store, paperNet, loss.SparseCategoricalCrossEntropyLogits,
					cgkit.With(rule).WithLearningRate(0.1).Done(), nil, nil)
				for m := range 5 {
					batch := digits(98 + m%2)
					mustStep(t, trainer, batch.Inputs[0], batch.Labels...)
				}
				list := make(map[string][]float64)
				for v := range store.IterVariables() {
					if v.Trainable {
						for _, x := range tensors.MustCopyFlatData[float32](v.MustValue()) {
							list[v.Path()] = append(list[v.Path()], float64(x))
						}
					}
				}
				return list
			}
			got, want := weights(rule), weights(viewed{rule})
			for path := range want {
				if !slices.Equal(got[path], want[path]) {
					t.Errorf("%s: %s differs", rule.Name(), path)
				}
			}
			if len(got) != len(want) || len(want) != 8 {
				t.Errorf("%d and %d variables", len(got), len(want))
			}
		}
	})
}
