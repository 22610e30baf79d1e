// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package meters_test

import (
	"fmt"
	"os"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/meters"
	"coherentgradients/cgkit/stopping"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/metric"
)

// Meters are metrics: the Trainer takes them beside its own, and a progress bar shows them. A log keeps them.
func Example() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	net := func(scope *model.Scope, x *graph.Node) *graph.Node {
		w := scope.VariableWithValue("w", []float64{0}).NodeValue(x.Graph())
		return graph.ReduceSum(graph.Mul(x, graph.ExpandLeftToRank(w, 2)), 1) // example b's gradient is x_b
	}
	own := func(_, predictions []*graph.Node) *graph.Node { return graph.ReduceAllMean(predictions[0]) }
	watch := []metric.Interface{meters.Coherence(), meters.Agreement(), meters.NoiseScale()}
	trainer := train.NewTrainer(b, model.NewStore(), net, own, cgkit.PlainSGD().WithLearningRate(0.1).Done(), watch, nil)
	batch := func() train.Batch {
		return train.Batch{Inputs: []*tensors.Tensor{tensors.FromValue([][]float64{{1}, {1}, {1}, {1}, {-1}})},
			Labels: []*tensors.Tensor{tensors.FromValue([]int32{0, 0, 0, 0, 0})}}
	}
	values, err := trainer.TrainStep(batch())
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, m := range trainer.TrainMetrics() {
		if meter, ok := m.(meters.Meter); ok {
			fmt.Println(meter.Name(), meter.PrettyPrint(values[i]))
		}
	}
	// Output:
	// m-coherence 1.8
	// agreement of gradients 0.2
	// noise scale 4
}

// A log of a loop: here of every second step, written as one JSON object a line.
func ExampleAttach() {
	log := &meters.Log{Names: []string{"m-coherence"}, Steps: []int{2, 4}, Rows: [][]float64{{8}, {4}}}
	if err := log.WriteJSONL(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// In a program: log := meters.Attach(loop, 2), before loop.RunSteps.
	// Output:
	// {"step":2,"m-coherence":8}
	// {"step":4,"m-coherence":4}
}

// A loop that stops by itself, without validation data. wholeTrainingSet is one batch; the Trainer has meters.Coherence()
// among its eval metrics.
func ExampleStopAtTrough() {
	var (
		loop                      *train.Loop
		batches, wholeTrainingSet train.Dataset
	)
	trough := meters.StopAtTrough(loop, 100, wholeTrainingSet, stopping.Trough{})
	if _, err := loop.RunSteps(batches, 10_000); err != nil {
		fmt.Println(err)
	} else if trough.Stopped {
		fmt.Println("the model is as it was after step", trough.Steps[trough.Kept])
	}
}
