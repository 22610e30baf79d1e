// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"slices"
	"testing"
	"time"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// BenchmarkPlain sets a plain step of the paper's net, m = 100, called singly, beside GoMLX's own in the same Trainer, and
// beside the same update without a Trainer, which has metrics and a moving average of the loss on top. The steps are taken
// in turns, so that whatever else the machine does falls on all alike: of-gomlx is the ratio of medians to GoMLX's step,
// of-bare that to the step without a Trainer.
//
//	go test ./cgkit -run xxx -bench Plain -benchtime 500x
func BenchmarkPlain(b *testing.B) {
	xla := cgtest.XLA(b)
	data := digits(100)
	fresh := func() train.Batch { // the Trainer takes what it is given
		x, err := data.Inputs[0].LocalClone()
		if err != nil {
			b.Fatal(err)
		}
		y, err := data.Labels[0].LocalClone()
		if err != nil {
			b.Fatal(err)
		}
		return train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}}
	}
	check := func(out []*tensors.Tensor, err error) {
		if err != nil {
			b.Fatal(err)
		}
		for _, t := range out {
			t.MustConstFlatData(func(any) {}) // waits for it
			t.MustFinalizeAll()
		}
	}
	byTrainer := func(opt optimizer.Interface) func(train.Batch) {
		trainer := train.NewTrainer(xla, seededStore(b, 1), paperNet, loss.SparseCategoricalCrossEntropyLogits, opt, nil, nil)
		return func(batch train.Batch) { check(trainer.TrainStep(batch)) }
	}
	bare, err := model.NewExec(xla, seededStore(b, 1), func(scope *model.Scope, inputs []*graph.Node) []*graph.Node {
		l := graph.ReduceAllMean(loss.SparseCategoricalCrossEntropyLogits(inputs[1:], []*graph.Node{paperNet(scope, inputs[0])}))
		cgkit.PlainSGD().WithLearningRate(0.1).Done().UpdateGraph(scope, l.Graph(), l)
		return []*graph.Node{l}
	})
	if err != nil {
		b.Fatal(err)
	}
	defer bare.Finalize()
	steps := []func(train.Batch){
		byTrainer(cgkit.PlainSGD().WithLearningRate(0.1).Done()),
		byTrainer(optimizer.StochasticGradientDescent().WithDecay(false).WithLearningRate(0.1).Done()),
		func(batch train.Batch) { check(bare.Call(batch.Inputs[0], batch.Labels[0])) },
	}
	for _, step := range steps {
		for range 5 {
			step(fresh())
		}
	}
	times := make([][]float64, len(steps))
	b.ResetTimer()
	for i := range b.N {
		for k := range steps {
			at := (i + k) % len(steps)
			batch := fresh()
			start := time.Now()
			steps[at](batch)
			times[at] = append(times[at], time.Since(start).Seconds())
		}
	}
	median := func(list []float64) float64 {
		slices.Sort(list)
		return list[len(list)/2]
	}
	ours, gomlx, without := median(times[0]), median(times[1]), median(times[2])
	b.ReportMetric(ours/gomlx, "of-gomlx")
	b.ReportMetric(gomlx/without, "gomlx-of-bare")
	b.ReportMetric(ours/without, "of-bare")
	b.ReportMetric(0, "ns/op")
}
