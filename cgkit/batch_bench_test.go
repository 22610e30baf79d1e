// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
)

// BenchmarkBatch is a training step of the paper's net by GoMLX's Trainer, by the number of examples and the rule:
// compile-s is the first step, ms/step the median of those after it.
//
//	go test ./cgkit -run xxx -bench Batch$ -benchtime 30x
func BenchmarkBatch(b *testing.B) {
	xla := cgtest.XLA(b)
	for _, c := range []float64{0, 1, 2, 4, 8, 30, 50} {
		for _, m := range []int{32, 64, 100, 128, 160, 192, 256} {
			var rule aggregate.Rule = aggregate.Winsorize{C: c}
			name := fmt.Sprintf("winsorize-%g", c)
			if c == 50 {
				rule, name = aggregate.Median{}, "median"
			}
			b.Run(fmt.Sprintf("%s/m=%d", name, m), func(b *testing.B) {
				step := stepper(b, xla, rule, m)
				compile := step()
				for range 3 {
					step()
				}
				times := make([]float64, b.N)
				b.ResetTimer()
				for i := range times {
					times[i] = step()
				}
				slices.Sort(times)
				b.ReportMetric(compile, "compile-s")
				b.ReportMetric(1000*times[len(times)/2], "ms/step")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkLargeBatches looks for cliffs: steps of all sizes take turns, so that what else the machine does meets them
// alike. Of each size it reports the median and, the worst of them, by how much one size is slower than the slower of its
// neighbours.
//
//	go test ./cgkit -run xxx -bench LargeBatches -benchtime 10x
func BenchmarkLargeBatches(b *testing.B) {
	xla := cgtest.XLA(b)
	sizes := []int{128, 160, 192, 256, 384, 512, 768, 1024}
	for _, c := range []float64{1, 2, 4, 8} {
		b.Run(fmt.Sprintf("winsorize-%g", c), func(b *testing.B) {
			steps, times := make([]func() float64, len(sizes)), make([][]float64, len(sizes))
			for i, m := range sizes {
				steps[i] = stepper(b, xla, aggregate.Winsorize{C: c}, m)
				steps[i]()
			}
			b.ResetTimer()
			for range b.N {
				for i, step := range steps {
					times[i] = append(times[i], step())
				}
			}
			median := make([]float64, len(sizes))
			for i, m := range sizes {
				slices.Sort(times[i])
				median[i] = 1000 * times[i][len(times[i])/2]
				b.ReportMetric(median[i], fmt.Sprintf("ms-at-%d", m))
			}
			var worst float64
			for i := range median {
				neighbours := append(slices.Clone(median[max(0, i-1):i]), median[i+1:min(len(median), i+2)]...)
				worst = max(worst, median[i]/slices.Max(neighbours))
			}
			b.ReportMetric(worst, "worst/neighbour")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// stepper makes the training step of the paper's net with a rule on m examples; a step says the seconds that it took.
func stepper(b *testing.B, backend compute.Backend, rule aggregate.Rule, m int) func() float64 {
	batch := digits(m)
	trainer := train.NewTrainer(backend, seededStore(b, 1), paperNet, loss.SparseCategoricalCrossEntropyLogits,
		cgkit.With(rule).WithLearningRate(0.1).Done(), nil, nil)
	return timed(b, trainer, batch)
}

// timed is a step of a trainer on a batch that says the seconds that it took.
func timed(b *testing.B, trainer *train.Trainer, batch train.Batch) func() float64 {
	return func() float64 {
		start := time.Now()
		metrics, err := trainer.TrainStep(batch)
		if err != nil {
			b.Fatal(err)
		}
		for _, metric := range metrics {
			metric.MustConstFlatData(func(any) {}) // waits for it
			metric.MustFinalizeAll()
		}
		return time.Since(start).Seconds()
	}
}

// paperNet is 784–256–256–256–10.
func paperNet(scope *model.Scope, x *graph.Node) *graph.Node {
	for i := range 3 {
		x = activation.Relu(layers.Dense(scope.In("hidden%d", i), x, true, 256))
	}
	return layers.Dense(scope.In("out"), x, true, 10)
}

// digits is a batch of m images of noise.
func digits(m int) train.Batch {
	rng := rand.New(rand.NewPCG(uint64(m), 1))
	data, labels := make([]float32, m*784), make([]int32, m)
	for i := range data {
		data[i] = max(0, rng.Float32()-0.8) * 5
	}
	for i := range labels {
		labels[i] = rng.Int32N(10)
	}
	return train.Batch{Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(data, m, 784)},
		Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(labels, m, 1)}}
}
