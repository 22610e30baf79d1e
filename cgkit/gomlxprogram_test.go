// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"testing"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/dataset"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/layers/regularizer"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gomlx/gomlx/ml/train/optimizer/cosineschedule"
)

// pictures is a model of the shape that GoMLX's example for MNIST has: convolutions, a norm chosen by a hyperparameter,
// pooling, dropout, a schedule.
func pictures(scope *model.Scope, _ any, inputs []*graph.Node) []*graph.Node {
	x := inputs[0]
	cosineschedule.New(scope, x.Graph(), x.DType()).FromScope().Done()
	scope = scope.In("model")
	x = graph.Reshape(x, x.Shape().Dimensions[0], 6, 6, 1)
	x = activation.Relu(layers.Convolution(scope.In("conv"), x).Channels(4).KernelSize(3).PadSame().Done())
	switch in := scope.In("norm"); model.GetParamOr(scope, "cnn_normalization", "none") {
	case "layer":
		x = norm.LayerNorm(in, x, 2, 3).Done()
	case "batch":
		x = norm.BatchNorm(in, x, -1).Done()
	}
	x = graph.MaxPool(x).Window(2).Done()
	x = layers.DropoutFromScope(scope, x)
	return []*graph.Node{layers.Dense(scope.In("readout"), graph.Reshape(x, x.Shape().Dimensions[0], -1), true, 4)}
}

// trainPictures is the shape of that example's program: hyperparameters, loss and metrics by name, an optimizer, a Loop,
// a checkpoint, batch norm's averages, an evaluation. choose is its one line
//
//	opt := optimizer.FromScope(store.RootScope())
//
// It returns the accuracy after training.
func trainPictures(t *testing.T, b compute.Backend, params map[string]any, choose func(store *model.Store) optimizer.Interface) (accuracy float32) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	store := seededStore(t, 8)
	store.RootScope().SetParams(map[string]any{
		"loss": "sparse_cross_logits", optimizer.ParamOptimizer: "adamw", optimizer.ParamLearningRate: 0.3,
		cosineschedule.ParamPeriodSteps: 0, layers.ParamDropoutRate: 0.1, regularizer.ParamL2: 1e-4, "cnn_normalization": "layer",
	})
	store.RootScope().SetParams(params)
	lossFn, err := loss.LossFromScope(store.RootScope())
	must(err)
	x, y := quadrants(640, 1)
	examples, err := dataset.InMemoryFromData(b, "quadrants", []any{x}, []any{y})
	must(err)
	batches := examples.Copy().Shuffle().Infinite(true).BatchSize(64, true)

	opt := choose(store)
	trainer := train.NewTrainer(b, store, pictures, lossFn, opt,
		[]metric.Interface{metric.NewMovingAverageSparseCategoricalAccuracy("Moving Average Accuracy", "~acc", 0.01)},
		[]metric.Interface{metric.NewSparseCategoricalAccuracy("Mean Accuracy", "#acc")})
	saved, err := checkpoint.Build(store).Dir(t.TempDir()).Keep(1).Done()
	must(err)
	loop := train.NewLoop(trainer)
	train.EveryNSteps(loop, 40, "save", 100, saved.SaveOnStepFn)
	_, err = loop.RunSteps(batches, 80)
	must(err)
	everything := examples.Copy().BatchSize(64, false)
	_, err = norm.UpdateBatchNormAverages(trainer, everything)
	must(err)
	metrics, err := trainer.Eval(everything)
	must(err)
	if step := optimizer.GetGlobalStep(store); step != 80 {
		t.Errorf("the global step is %d, want 80", step)
	}
	return tensors.ToScalar[float32](metrics[1])
}

// A program as GoMLX's examples have it is trained by a rule with one line changed, or with none: by its hyperparameters.
func TestOneLineOfAGoMLXProgram(t *testing.T) {
	b := cgtest.XLA(t)
	for _, c := range []struct {
		name   string
		params map[string]any
		line   func(store *model.Store) optimizer.Interface
	}{
		{name: "winsorized", line: func(*model.Store) optimizer.Interface { return cgkit.Winsorized(1).Done() }},
		{name: "RM3, batch norm", params: map[string]any{"cnn_normalization": "batch"},
			line: func(*model.Store) optimizer.Interface { return cgkit.With(aggregate.RollingMedian()).Done() }},
		{name: "norm clipping, a schedule", params: map[string]any{cosineschedule.ParamPeriodSteps: 40, "cnn_normalization": "none"},
			line: func(*model.Store) optimizer.Interface { return cgkit.With(aggregate.ClipNorm{MaxNorm: 1}).Done() }},
		{name: "by hyperparameters", params: map[string]any{"optimizer": "rolling-median", "cgkit_before": "adam", "learning_rate": 0.02},
			line: func(store *model.Store) optimizer.Interface { return optimizer.FromScope(store.RootScope()) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if accuracy := trainPictures(t, b, c.params, c.line); !(accuracy > 0.8) {
				t.Errorf("accuracy %v after 80 steps", accuracy)
			}
		})
	}
}
