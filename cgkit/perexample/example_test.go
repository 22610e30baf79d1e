// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"errors"
	"fmt"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// ofThree builds something of the views of a linear layer: example b's gradient is row b of the examples.
func ofThree(build func(v *perexample.View) *graph.Node) {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	out := graph.MustExecOnce(b, func(w, x *graph.Node) *graph.Node {
		losses := graph.ReduceSum(graph.Dot(x, w).Product(), 1)
		return build(perexample.Of(losses, []*graph.Node{x}, []*graph.Node{w})[0])
	}, [][]float64{{1}, {1}}, [][]float64{{1, 0}, {0, 2}, {3, 4}})
	fmt.Println(out.Value())
}

func ExampleView_Example() {
	ofThree(func(v *perexample.View) *graph.Node { return v.Example(2) })
	// Output: [[3] [4]]
}

// The inner products of every two gradients.
func ExampleView_Gram() {
	ofThree((*perexample.View).Gram)
	// Output: [[1 0 3] [0 4 8] [3 8 25]]
}

func ExampleView_Sum() {
	ofThree(func(v *perexample.View) *graph.Node { return v.Sum(0, 2) })
	// Output: [[1] [2]]
}

func ExampleView_Weighted() {
	ofThree(func(v *perexample.View) *graph.Node {
		return v.Weighted(graph.Const(v.Param().Graph(), []float64{1, 1, -1}))
	})
	// Output: [[-2] [-2]]
}

// A model that mixes the examples of a batch is refused: the error says where, whose gradients it spoils, and the remedy.
func ExampleUnsupported() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	store := model.NewStore()
	_, err = model.MustNewExec(b, store, func(scope *model.Scope, x *graph.Node) *graph.Node {
		y := layers.Dense(scope.In("layer"), x, false, 1)
		w := store.GetVariable("/layer/dense/weights").NodeValue(x.Graph())
		return perexample.Of(graph.ReduceAllMax(y), []*graph.Node{x}, []*graph.Node{w})[0].Gram()
	}).Call([][]float64{{1, 0}, {0, 2}, {3, 4}})
	var unsupported *perexample.Unsupported
	if errors.As(err, &unsupported) {
		fmt.Println(unsupported.Variable)
		fmt.Println(unsupported.Reason)
		fmt.Println(unsupported.Remedy)
	}
	// Output:
	// /layer/dense/weights (Float64)[2, 1]
	// a reduction other than a sum runs over the examples
	// make the loss a mean or sum of one loss for each example
}
