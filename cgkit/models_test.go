// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
)

func convolutional(scope *model.Scope, x *Node) *Node {
	x = Reshape(x, x.Shape().Dimensions[0], 6, 6, 1)
	h := activation.Relu(layers.Convolution(scope.In("conv"), x).Channels(4).KernelSize(3).PadSame().Done())
	h = MeanPool(h).Window(2).Done()
	return layers.Dense(scope.In("out"), Reshape(h, h.Shape().Dimensions[0], -1), true, 4)
}

// transformerBlock is attention and a feed-forward part, each behind a norm and beside a residual, on 6 tokens of 6.
func transformerBlock(scope *model.Scope, x *Node) *Node {
	x = Reshape(x, x.Shape().Dimensions[0], 6, 6)
	h := Add(x, attention.SelfAttention(scope.In("attention"), norm.LayerNorm(scope.In("norm1"), x, -1).Done(), 2, 3).Done())
	f := layers.Dense(scope.In("up"), norm.LayerNorm(scope.In("norm2"), h, -1).Done(), true, 12)
	h = Add(h, layers.Dense(scope.In("down"), activation.Relu(f), true, 6))
	return layers.Dense(scope.In("out"), Reshape(h, h.Shape().Dimensions[0], -1), true, 4) // not the mean: it could not tell the rows apart
}

// quadrants is a batch whose label is the quadrant of a 6×6 image in which the bright spot is.
func quadrants(m int, seed uint64) (x, y *tensors.Tensor) {
	rng := rand.New(rand.NewPCG(seed, 1))
	data, labels := make([]float32, m*36), make([]int32, m)
	for i := range m {
		for p := range 36 {
			data[i*36+p] = 0.3 * rng.Float32()
		}
		labels[i] = rng.Int32N(4)
		row, column := int(labels[i])/2*3+rng.IntN(3), int(labels[i])%2*3+rng.IntN(3)
		data[i*36+row*6+column] = 2
	}
	return tensors.FromFlatDataAndDimensions(data, m, 36), tensors.FromFlatDataAndDimensions(labels, m, 1)
}

// Models written with GoMLX's layers alone, by GoMLX's own Trainer and Loop, on winsorized gradients.
func TestWinsorizedTrainsOtherModels(t *testing.T) {
	b := cgtest.XLA(t)
	for _, c := range []struct {
		name string
		fn   func(*model.Scope, *Node) *Node
		rate float64
	}{{"convolution", convolutional, 0.3}, {"transformer block", transformerBlock, 0.1}} {
		t.Run(c.name, func(t *testing.T) {
			first, last := trainOnQuadrants(t, b, c.fn, c.rate, 150)
			if !(last < first/2) {
				t.Errorf("the loss went from %v to %v in 150 steps", first, last)
			}
		})
	}
}

// trainOnQuadrants makes winsorized steps on fresh batches and returns the first and the last loss.
func trainOnQuadrants(t *testing.T, b compute.Backend, fn func(*model.Scope, *Node) *Node, rate float64, steps int) (first, last float32) {
	t.Helper()
	trainer := train.NewTrainer(b, seededStore(t, 7), fn, loss.SparseCategoricalCrossEntropyLogits,
		cgkit.Winsorized(2).WithLearningRate(rate).Done(), nil, nil)
	for step := range steps {
		// 50 examples: the second percentile is the second smallest value, so one is clamped on each side.
		x, y := quadrants(50, uint64(step))
		metrics, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}})
		if err != nil {
			t.Fatal(err)
		}
		if last = tensors.ToScalar[float32](metrics[0]); step == 0 {
			first = last
		}
	}
	return first, last
}

// seededStore gives the same initial weights in each run of a test.
func seededStore(t testing.TB, seed int64) *model.Store {
	t.Helper()
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(seed); err != nil {
		t.Fatal(err)
	}
	return store
}
