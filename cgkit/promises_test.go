// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"strings"
	"testing"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/regularizer"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// What the package's documentation promises of losses, masks, regularizers, dropout, batches and types.

func mustStep(t *testing.T, trainer *train.Trainer, x *tensors.Tensor, labels ...*tensors.Tensor) {
	t.Helper()
	if _, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: labels}); err != nil {
		t.Fatal(err)
	}
}

// GoMLX's accumulation takes gradients of sums, in which no example is left: it must not work in silence with a rule.
func TestGradientAccumulationIsRefused(t *testing.T) {
	for name, opt := range map[string]optimizer.Interface{
		"winsorized": cgkit.Winsorized(2).Done(), "stateful": cgkit.With(aggregate.RollingMedian()).Done(),
		"before Adam": cgkit.Winsorized(2).Before(optimizer.Adam().Done()).Done(),
	} {
		trainer := train.NewTrainer(cgtest.Go(t), seededStore(t, 1), twoLayers, loss.SparseCategoricalCrossEntropyLogits, opt, nil, nil)
		err := trainer.AccumulateGradients(3)
		if err == nil || !strings.Contains(err.Error(), "*cgkit.Optimizer") {
			t.Errorf("%s: error %v, want one that names the optimizer", name, err)
		}
		if n := trainer.NumAccumulatingSteps(); n != 0 {
			t.Errorf("%s: the trainer accumulates %d steps all the same", name, n)
		}
	}
}

// A batch of another size is compiled anew, and c is a percentage of what it holds.
func TestShorterLastBatch(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		store := seededStore(t, 2)
		trainer := train.NewTrainer(b, store, twoLayers, loss.SparseCategoricalCrossEntropyLogits,
			cgkit.Winsorized(10).WithLearningRate(0.1).Done(), nil, nil)
		for i, m := range []int{20, 20, 7, 1, 20} {
			x, y := makeBatch(m, uint64(i))
			if i == 0 { // it makes the weights
				mustStep(t, trainer, x, y)
				continue
			}
			want := slowStep(t, b, store, x, y, 10, 0.1)
			mustStep(t, trainer, x, y)
			sameWeights(t, store, want, 1e-12)
		}
	})
	trainer := train.NewTrainer(cgtest.Go(t), seededStore(t, 2), twoLayers, loss.SparseCategoricalCrossEntropyLogits,
		cgkit.With(aggregate.MedianOfMeans{Groups: 8}).Done(), nil, nil)
	x, y := makeBatch(5, 1)
	_, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}})
	if err == nil || !strings.Contains(err.Error(), "a batch of 5 examples: it needs at least 8") {
		t.Errorf("error %v, want one that names the batch and what is needed", err)
	}
}

// Examples that GoMLX's mask or weights take out are among the m with gradients of zero; the others are scaled as in the
// loss.
func TestMasksAndWeights(t *testing.T) {
	const m, c, kept = 12, 10, 8
	mask, weights := make([]bool, m), make([]float64, m)
	byMask, byWeight := make([]float64, m), make([]float64, m)
	for i := range m {
		mask[i], weights[i] = i%3 > 0, float64(i%4)/2
		if mask[i] {
			byMask[i] = float64(m) / kept
		}
		byWeight[i] = weights[i]
	}
	for _, extra := range []struct {
		name   string
		labels func() *tensors.Tensor
		scales []float64
	}{
		{"mask", func() *tensors.Tensor { return tensors.FromValue(mask) }, byMask},
		{"weights", func() *tensors.Tensor { return tensors.FromValue(weights) }, byWeight},
	} {
		t.Run(extra.name, func(t *testing.T) {
			b := cgtest.Go(t)
			store := seededStore(t, 3)
			trainer := train.NewTrainer(b, store, twoLayers, loss.SparseCategoricalCrossEntropyLogits,
				cgkit.Winsorized(c).WithLearningRate(0.1).Done(), nil, nil)
			x, y := makeBatch(m, 1)
			mustStep(t, trainer, x, y, extra.labels())
			x, y = makeBatch(m, 2)
			want := slowStep(t, b, store, x, y, c, 0.1, extra.scales...)
			mustStep(t, trainer, x, y, extra.labels())
			sameWeights(t, store, want, 1e-12)
		})
	}
}

// A regularizer's gradient is the same for every example, so it comes through a rule as it is. The exact form shows that
// it is in every example's gradient, and not in the mean alone.
func TestRegularizersReachEveryExample(t *testing.T) {
	const c, rate, amount = 10, 0.1, 0.05
	for _, exact := range []bool{false, true} {
		cgtest.Each(t, func(t *testing.T, b compute.Backend) {
			store := seededStore(t, 4)
			store.RootScope().SetParam(regularizer.ParamL2, amount)
			trainer := train.NewTrainer(b, store, twoLayers, loss.SparseCategoricalCrossEntropyLogits,
				cgkit.With(aggregate.Winsorize{C: c, Exact: exact}).WithLearningRate(rate).Done(), nil, nil)
			x, y := makeBatch(20, 1)
			mustStep(t, trainer, x, y)
			x, y = makeBatch(20, 2)
			before := weightsOf(store)
			want := slowStep(t, b, store, x, y, c, rate)
			for path, w := range want {
				if strings.HasSuffix(path, "weights") { // GoMLX regularizes kernels, not biases
					for j := range w {
						w[j] -= rate * 2 * amount * before[path][j]
					}
				}
			}
			mustStep(t, trainer, x, y)
			sameWeights(t, store, want, 1e-12)
		})
	}
}

// Each example's gradient is taken at its own mask, and a net with dropout trains.
func TestDropoutTrains(t *testing.T) {
	dropping := func(scope *model.Scope, x *graph.Node) *graph.Node {
		h := activation.Relu(layers.Dense(scope.In("a"), x, true, 32))
		return layers.Dense(scope.In("b"), layers.DropoutStatic(scope, h, 0.3), true, 4)
	}
	first, last := trainOnQuadrants(t, cgtest.Go(t), dropping, 0.3, 120)
	if !(last < 0.7*first) {
		t.Errorf("the loss went from %v to %v", first, last)
	}
}

// Half precision inside the model: variables and their updates stay in float32.
func TestMixedPrecision(t *testing.T) {
	mixed := func(scope *model.Scope, x *graph.Node) *graph.Node {
		dense := func(scope *model.Scope, x *graph.Node, out int) *graph.Node {
			w := scope.VariableWithShape("weights", shapes.Make(dtypes.Float32, x.Shape().Dimensions[1], out)).NodeValue(x.Graph())
			return graph.Dot(x, graph.ConvertDType(w, dtypes.BFloat16)).Product()
		}
		h := activation.Relu(dense(scope.In("a"), graph.ConvertDType(x, dtypes.BFloat16), 32))
		return graph.ConvertDType(dense(scope.In("b"), h, 4), dtypes.Float32)
	}
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		first, last := trainOnQuadrants(t, b, mixed, 0.3, 80)
		if !(last < 0.7*first) {
			t.Errorf("the loss went from %v to %v", first, last)
		}
	})
}
