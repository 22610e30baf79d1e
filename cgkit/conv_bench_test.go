// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
)

// contestant is a compiled step, and how long the first one took.
type contestant struct {
	step  func() float64
	first float64
}

// built are kept: package testing runs a benchmark once for one round before it runs it for as many as asked for.
var built = map[string]contestant{}

// contest is rules on one net, m = 100, taking turns step by step: first-s is a rule's first step, ms its median step
// after that, and x the median of its steps over the plain step of the same round.
func contest(b *testing.B, net func(scope *model.Scope, x *graph.Node) *graph.Node, batch train.Batch, names []string) {
	xla := cgtest.XLA(b)
	steps, times, first := make([]func() float64, len(names)), make([][]float64, len(names)), make([]float64, len(names))
	for i, name := range names {
		key := b.Name() + name
		if built[key].step == nil {
			step := trainingStep(b, xla, net, batch, name)
			built[key] = contestant{step, step()}
			for range 2 {
				step()
			}
		}
		steps[i], first[i] = built[key].step, built[key].first
	}
	for range b.N {
		for i := range steps {
			times[i] = append(times[i], steps[i]())
		}
	}
	median := func(list []float64) float64 { return slices.Sorted(slices.Values(list))[len(list)/2] }
	for i, name := range names {
		ratios := make([]float64, len(times[i]))
		for k := range ratios {
			ratios[k] = times[i][k] / times[0][k]
		}
		b.ReportMetric(first[i], name+"-first-s")
		b.ReportMetric(1000*median(times[i]), name+"-ms")
		b.ReportMetric(median(ratios), name+"-x")
	}
	b.ReportMetric(0, "ns/op")
}

func trainingStep(b *testing.B, backend compute.Backend, net func(scope *model.Scope, x *graph.Node) *graph.Node, batch train.Batch, name string) func() float64 {
	params := aggregate.Params{}
	switch name {
	case "c=1":
		name, params.C = "winsorize", 1
	case "c=8":
		name, params.C = "winsorize", 8
	}
	rule, err := aggregate.Named(name, params)
	if err != nil {
		b.Fatal(err)
	}
	trainer := train.NewTrainer(backend, seededStore(b, 1), net, loss.SparseCategoricalCrossEntropyLogits,
		cgkit.With(rule).WithLearningRate(0.01).Done(), nil, nil)
	return timed(b, trainer, batch)
}

// BenchmarkConvolutions is a net of 3×3 convolutions with 16, 32 and 64 channels and 2×2 pooling on 32×32×3, 24,234
// parameters.
//
//	go test ./cgkit -run xxx -bench Convolutions -benchtime 30x
func BenchmarkConvolutions(b *testing.B) {
	contest(b, convolutionalNet(16, 32, 64), noisePictures(100), []string{"mean", "c=1", "c=8", "clip-norm"})
}

// BenchmarkWeightRules is the rules that need only norms or the Gram matrix, on the paper's net.
//
//	go test ./cgkit -run xxx -bench WeightRules -benchtime 30x
func BenchmarkWeightRules(b *testing.B) {
	contest(b, paperNet, digits(100), []string{"mean", "clip-norm", "krum", "geometric-median", "centred-clip", "agra", "gaf"})
}

// BenchmarkMasks is the agreement masks there.
func BenchmarkMasks(b *testing.B) {
	contest(b, paperNet, digits(100), []string{"mean", "and-mask", "sand-mask"})
}

// BenchmarkWideConvolutions is the same with 64, 128 and 256 channels, 373,706 parameters.
func BenchmarkWideConvolutions(b *testing.B) {
	contest(b, convolutionalNet(64, 128, 256), noisePictures(100), []string{"mean", "c=1", "c=8", "clip-norm"})
}

// convolutionalNet has a 3×3 convolution, ReLU and 2×2 max pooling for each number of channels, and reads their means.
func convolutionalNet(channels ...int) func(scope *model.Scope, x *graph.Node) *graph.Node {
	return func(scope *model.Scope, x *graph.Node) *graph.Node {
		for i, n := range channels {
			x = layers.Convolution(scope.In("conv%d", i), x).Channels(n).KernelSize(3).PadSame().Done()
			x = graph.MaxPool(graph.MaxScalar(x, 0)).Window(2).Done()
		}
		return layers.Dense(scope.In("out"), graph.ReduceMean(x, 1, 2), true, 10)
	}
}

// noisePictures is a batch of m pictures of noise.
func noisePictures(m int) train.Batch {
	rng := rand.New(rand.NewPCG(uint64(m), 2))
	data, labels := make([]float32, m*32*32*3), make([]int32, m)
	for i := range data {
		data[i] = rng.Float32()
	}
	for i := range labels {
		labels[i] = rng.Int32N(10)
	}
	return train.Batch{Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(data, m, 32, 32, 3)},
		Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(labels, m, 1)}}
}
