// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"fmt"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/backend"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// slope is y = w·x with one weight, which starts at 0.
func slope(scope *model.Scope, x *graph.Node) *graph.Node {
	w := scope.WithInitializer(initializer.Zero).VariableWithShape("w", shapes.Make(dtypes.Float64)).NodeValue(x.Graph())
	return graph.Mul(x, w)
}

// fit trains slope for so many steps on five points of y = 2x, one of which is far off, and returns the weight.
func fit(opt optimizer.Interface, steps int) float64 {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return 0
	}
	store := model.NewStore()
	trainer := train.NewTrainer(b, store, slope, loss.MeanSquaredError, opt, nil, nil)
	for range steps {
		_, err := trainer.TrainStep(train.Batch{
			Inputs: []*tensors.Tensor{tensors.FromValue([]float64{1, 1, 1, 1, 1})},
			Labels: []*tensors.Tensor{tensors.FromValue([]float64{2, 2, 2, 2, 102})},
		})
		if err != nil {
			fmt.Println(err)
			return 0
		}
	}
	return tensors.ToScalar[float64](store.GetVariable("/w").MustValue())
}

// One of five labels is wrong. At c = 25 percent the largest and the smallest of five gradients are clamped to the next.
func ExampleWinsorized() {
	fmt.Printf("%.2f\n", fit(cgkit.Winsorized(25).WithLearningRate(0.1).Done(), 100))
	// Output: 2.00
}

// The mean of the same gradients ends at the mean of the labels.
func ExamplePlainSGD() {
	fmt.Printf("%.2f\n", fit(cgkit.PlainSGD().WithLearningRate(0.1).Done(), 100))
	// Output: 22.00
}

// Any rule of package aggregate takes the place of the mean, those that remember earlier batches too.
func ExampleWith() {
	fmt.Printf("%.2f\n", fit(cgkit.With(aggregate.Median{}).WithLearningRate(0.1).Done(), 100))
	fmt.Printf("%.2f\n", fit(cgkit.With(aggregate.RollingMedian()).WithLearningRate(0.1).Done(), 2)) // waits for a third batch
	// Output:
	// 2.00
	// 0.00
}

// Adam on medians in place of means.
func ExampleOptimizer_Before() {
	adam := optimizer.Adam().LearningRate(0.1).Done()
	fmt.Printf("%.1f\n", fit(cgkit.With(aggregate.Median{}).Before(adam).Done(), 300))
	// Output: 2.0
}

// GoMLX's own way to choose an optimizer finds every rule by its name.
func ExampleFromScope() {
	scope := model.NewStore().RootScope()
	scope.SetParams(map[string]any{optimizer.ParamOptimizer: "winsorize", cgkit.ParamC: 25, optimizer.ParamLearningRate: 0.1})
	fmt.Printf("%T\n", optimizer.FromScope(scope))

	scope.SetParams(map[string]any{cgkit.ParamRule: "rolling-median", cgkit.ParamBefore: "adam"})
	fmt.Println(cgkit.FromScope(scope).Rule().Name())
	// Output:
	// *cgkit.Optimizer
	// rolling-median
}
