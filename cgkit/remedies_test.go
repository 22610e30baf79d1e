// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// Float64 weights against sums written out: steps that a float32 weight can't take one by one add up all the same, and
// the model sees what they come to in float32.
func TestFloat64Weights(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		const steps, rate = 400, 1e-9
		gradient := [2]float32{1, -3}
		for _, double := range []bool{false, true} {
			store := model.NewStore()
			opt := cgkit.PlainSGD().WithLearningRate(rate)
			if double {
				opt = opt.WithFloat64Weights()
			}
			// The loss of an example is w·x: its gradient is x.
			net := func(scope *model.Scope, x *graph.Node) *graph.Node {
				w := scope.VariableWithValue("w", []float32{1, -0.5}).NodeValue(x.Graph())
				return graph.ReduceSum(graph.Mul(x, graph.ExpandLeftToRank(w, 2)), 1)
			}
			own := func(_, predictions []*graph.Node) *graph.Node { return graph.ReduceAllMean(predictions[0]) }
			trainer := train.NewTrainer(b, store, net, own, opt.Done(), nil, nil)
			for range steps {
				x := tensors.FromValue([][]float32{{gradient[0], gradient[1]}, {gradient[0], gradient[1]}})
				y := tensors.FromValue([]float32{0, 0})
				if _, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}}); err != nil {
					t.Fatal(err)
				}
			}
			want := [2]float64{1, -0.5}
			for k := range want {
				for range steps {
					want[k] -= float64(float32(rate) * gradient[k])
				}
			}
			got := tensors.MustCopyFlatData[float32](store.RootScope().GetVariable("w").MustValue())
			for k := range want {
				if !double {
					if got[k] != [2]float32{1, -0.5}[k] {
						t.Errorf("in float32 weight %d moved to %v: the steps are too large for the test", k, got[k])
					}
					continue
				}
				var left float64
				for v := range store.IterVariables() {
					if strings.Contains(v.Path(), "remainder") {
						left = tensors.MustCopyFlatData[float64](v.MustValue())[k]
					}
				}
				if got[k] != float32(want[k]) || math.Abs(float64(got[k])+left-want[k]) > 1e-15 {
					t.Errorf("weight %d: %v and %v beside it, want %v", k, got[k], left, want[k])
				}
			}
		}
	})
}

// Momentum against sums written out, for a rule that works at once and for one that waits for its third gradient.
func TestMomentum(t *testing.T) {
	const mu, rate, steps = 0.9, 0.125, 6
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, rolling := range []bool{false, true} {
			store := model.NewStore()
			opt := cgkit.PlainSGD()
			if rolling {
				opt = cgkit.With(aggregate.RollingMedian())
			}
			net := func(scope *model.Scope, x *graph.Node) *graph.Node {
				w := scope.VariableWithValue("w", []float64{1}).NodeValue(x.Graph())
				return graph.ReduceSum(graph.Mul(x, graph.ExpandLeftToRank(w, 2)), 1)
			}
			own := func(_, predictions []*graph.Node) *graph.Node { return graph.ReduceAllMean(predictions[0]) }
			trainer := train.NewTrainer(b, store, net, own, opt.WithMomentum(mu).WithLearningRate(rate).Done(), nil, nil)
			w, v := 1.0, 0.0
			gradients := []float64{1, 5, -2, 4, 4, 0.5}
			for step, gradient := range gradients {
				x := tensors.FromValue([][]float64{{gradient}, {gradient}})
				if _, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{tensors.FromValue([]float64{0, 0})}}); err != nil {
					t.Fatal(err)
				}
				direction := gradient
				if rolling {
					if step < 2 {
						continue
					}
					last := slices.Sorted(slices.Values(gradients[step-2 : step+1]))
					direction = last[1]
				}
				v = mu*v + direction
				w -= rate * v
				got := tensors.MustCopyFlatData[float64](store.RootScope().GetVariable("w").MustValue())[0]
				if math.Abs(got-w) > 1e-12 {
					t.Errorf("rolling %v: %v after step %d, want %v", rolling, got, step, w)
				}
			}
		}
	})
}

// Decay and a largest update against the plain step.
func TestDecayAndMaxUpdate(t *testing.T) {
	const rate, lambda = 0.1, 0.3
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		moved := func(o *cgkit.Optimizer) (before, after map[string][]float64) {
			store := seededStore(t, 5)
			x, y := makeBatch(10, 1)
			batch := func() train.Batch {
				return train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}}
			}
			// The first step makes the weights.
			if _, err := train.NewTrainer(b, store, twoLayers, loss.SparseCategoricalCrossEntropyLogits, cgkit.PlainSGD().WithLearningRate(1e-3).Done(), nil, nil).TrainStep(batch()); err != nil {
				t.Fatal(err)
			}
			before = weightsOf(store)
			x, y = makeBatch(10, 2)
			if _, err := train.NewTrainer(b, store, twoLayers, loss.SparseCategoricalCrossEntropyLogits, o.Done(), nil, nil).TrainStep(batch()); err != nil {
				t.Fatal(err)
			}
			return before, weightsOf(store)
		}
		before, plain := moved(cgkit.PlainSGD().WithLearningRate(rate))
		var norm float64
		for path, w := range before {
			for k := range w {
				norm += (plain[path][k] - w[k]) * (plain[path][k] - w[k])
			}
		}
		norm = math.Sqrt(norm)
		for _, c := range []struct {
			name string
			o    *cgkit.Optimizer
			want func(before, plain float64) float64
		}{
			{"decay", cgkit.PlainSGD().WithWeightDecay(lambda), func(w, p float64) float64 { return p - rate*lambda*w }},
			{"capped", cgkit.PlainSGD().WithMaxUpdate(norm / 4), func(w, p float64) float64 { return w + (p-w)/4 }},
			{"not capped", cgkit.PlainSGD().WithMaxUpdate(norm * 1.01), func(w, p float64) float64 { return p }},
		} {
			start, after := moved(c.o.WithLearningRate(rate))
			for path, w := range start {
				for k := range w {
					if want := c.want(before[path][k], plain[path][k]); !(math.Abs(after[path][k]-want) < 1e-6) {
						t.Fatalf("%s: %s[%d] = %v, want %v", c.name, path, k, after[path][k], want)
					}
				}
			}
		}
	})
}

func TestRemediesRefused(t *testing.T) {
	b := cgtest.Go(t)
	for want, o := range map[string]*cgkit.Optimizer{
		"weight decay of -1":  cgkit.PlainSGD().WithWeightDecay(-1),
		"weight decay of NaN": cgkit.PlainSGD().WithWeightDecay(math.NaN()),
		"a momentum of 1":     cgkit.PlainSGD().WithMomentum(1),
		"a momentum of NaN":   cgkit.PlainSGD().WithMomentum(math.NaN()),
		"WithMaxUpdate":       cgkit.PlainSGD().WithMaxUpdate(0),
		"beside Before":       cgkit.PlainSGD().WithFloat64Weights().Before(optimizer.Adam().Done()),
	} {
		x, y := makeBatch(10, 1)
		_, err := train.NewTrainer(b, seededStore(t, 5), twoLayers, loss.SparseCategoricalCrossEntropyLogits, o.Done(), nil, nil).
			TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
