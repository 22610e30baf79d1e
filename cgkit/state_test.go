// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"math"
	"slices"
	"testing"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
)

// weightsOf copies the trainable variables.
func weightsOf(store *model.Store) map[string][]float64 {
	w := map[string][]float64{}
	for v := range store.IterVariables() {
		if v.Trainable {
			w[v.Path()] = tensors.MustCopyFlatData[float64](v.MustValue())
		}
	}
	return w
}

// The rolling rules over eight steps against the same written out: gradients one batch at a time, medians by sorting.
func TestRollingRules(t *testing.T) {
	const rate = 0.1
	for _, rule := range []aggregate.Stateful{aggregate.RollingMedian(), aggregate.RollingMean(), aggregate.MedianOfBatches()} {
		cgtest.Each(t, func(t *testing.T, b compute.Backend) {
			store := seededStore(t, 5)
			opt := cgkit.With(rule).WithLearningRate(rate).Done()
			trainer := train.NewTrainer(b, store, twoLayers, loss.SparseCategoricalCrossEntropyLogits, opt, nil, nil)
			var history []map[string][]float64 // mean gradients of the batches so far
			for step := range 8 {
				x, y := makeBatch(10, uint64(step))
				var before map[string][]float64
				if step > 0 {
					before = weightsOf(store)
					// With c = 0 the slow step is w − g.
					plain := slowStep(t, b, store, x, y, 0, 1)
					g := map[string][]float64{}
					for path, w := range before {
						for j := range w {
							g[path] = append(g[path], w[j]-plain[path][j])
						}
					}
					history = append(history, g)
				}
				if _, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}}); err != nil {
					t.Fatal(err)
				}
				if step == 0 {
					// The first step makes the weights, and no update: its gradient is taken now.
					before = weightsOf(store)
					x, y := makeBatch(10, 0)
					plain := slowStep(t, b, store, x, y, 0, 1)
					g := map[string][]float64{}
					for path, w := range before {
						for j := range w {
							g[path] = append(g[path], w[j]-plain[path][j])
						}
					}
					history = append(history, g)
					continue
				}
				update := step >= 2
				if rule.Name() == "median-of-batches" {
					update = step%3 == 2
				}
				moved := false
				for path, w := range weightsOf(store) {
					for j, got := range w {
						want := before[path][j]
						if update {
							three := []float64{history[step][path][j], history[step-1][path][j], history[step-2][path][j]}
							slices.Sort(three)
							direction := three[1]
							if rule.Name() == "rolling-mean" {
								direction = (three[0] + three[1] + three[2]) / 3
							}
							want -= rate * direction
						}
						moved = moved || got != before[path][j]
						if d := math.Abs(got - want); !(d <= 1e-12) {
							t.Fatalf("%s step %d: %s[%d] = %v, want %v", rule.Name(), step, path, j, got, want)
						}
					}
				}
				if moved != update {
					t.Errorf("%s: step %d moved the weights: %v, want %v", rule.Name(), step, moved, update)
				}
			}
			variables := store.NumVariables()
			if err := opt.Clear(store.RootScope()); err != nil {
				t.Fatal(err)
			}
			if left := variables - store.NumVariables(); left != 11 {
				t.Errorf("%s: Clear removed %d variables, want two for each of four parameters, the counter, the rate and the global step",
					rule.Name(), left)
			}
		})
	}
}
