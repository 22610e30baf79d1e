// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Command ownmodel is a user's program: a net of its own, convolution, dropout and a dense layer, trained with
// records in the folder it is given.
package main

import (
	"context"
	"fmt"
	"os"

	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/cgkit/train"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

func net(scope *model.Scope, x *graph.Node) *graph.Node {
	x = layers.Convolution(scope.In("conv"), x).Channels(2).KernelSize(5).Strides(5).Done()
	x = graph.MaxScalar(graph.Reshape(x, x.Shape().Dimensions[0], -1), 0)
	x = layers.DropoutStatic(scope, x, 0.2)
	return layers.Dense(scope.In("readout"), x, true, model.GetParamOr(scope, models.ParamOutputs, 10))
}

func main() {
	models.MustRegister(models.Model{Name: "own", Output: net})
	spec := record.DefaultSpec()
	spec.Model, spec.Dataset, spec.Noise, spec.Aggregator, spec.C = "own", "glyphs-400", 0.25, "winsorize", 10
	spec.Batch, spec.Steps = 10, 60
	r, err := run.Run(context.Background(), spec, run.Options{
		NewEngine: train.New, Store: &record.Store{Write: os.Args[1]}, CheckpointSteps: 5, Progress: printing{run.Silent},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(r.Summary())
}

// printing says how far it is, so that whoever wants to kill it can choose when.
type printing struct{ run.Progress }

func (printing) Step(done int, _ float64) { fmt.Println("step", done) }
