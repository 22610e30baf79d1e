// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"maps"
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
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gomlx/gomlx/support/exceptions"
)

// optimizers are one of each kind that keeps something between steps.
func optimizers() map[string]func() optimizer.Interface {
	sgd := func() optimizer.Interface { return optimizer.StochasticGradientDescent() } // its rate falls with the global step
	adam := func() optimizer.Interface { return optimizer.Adam().LearningRate(0.01).Done() }
	rms := func() optimizer.Interface { return optimizer.RMSProp().LearningRate(0.01).Done() }
	return map[string]func() optimizer.Interface{
		"plain":            func() optimizer.Interface { return cgkit.PlainSGD().Done() },
		"winsorized":       func() optimizer.Interface { return cgkit.Winsorized(10).WithLearningRate(0.2).Done() },
		"RM3":              func() optimizer.Interface { return cgkit.With(aggregate.RollingMedian()).Done() },
		"RA3":              func() optimizer.Interface { return cgkit.With(aggregate.RollingMean()).Done() },
		"M3":               func() optimizer.Interface { return cgkit.With(aggregate.MedianOfBatches()).Done() },
		"median, Adam":     func() optimizer.Interface { return cgkit.With(aggregate.Median{}).Before(adam()).Done() },
		"winsorized, SGD":  func() optimizer.Interface { return cgkit.Winsorized(10).Before(sgd()).Done() },
		"mean, RMSProp":    func() optimizer.Interface { return cgkit.PlainSGD().Before(rms()).Done() },
		"RM3, Adam":        func() optimizer.Interface { return cgkit.With(aggregate.RollingMedian()).Before(adam()).Done() },
		"M3, decaying SGD": func() optimizer.Interface { return cgkit.With(aggregate.MedianOfBatches()).Before(sgd()).Done() },
	}
}

// trainOn makes steps of twoLayers from batch number first on.
func trainOn(t *testing.T, trainer *train.Trainer, first, steps int) {
	t.Helper()
	for i := range steps {
		x, y := makeBatch(20, uint64(first+i))
		mustStep(t, trainer, x, y)
	}
}

func newTrainer(b compute.Backend, store *model.Store, opt optimizer.Interface) *train.Trainer {
	return train.NewTrainer(b, store, twoLayers, loss.SparseCategoricalCrossEntropyLogits, opt, nil, nil)
}

// copyWeights gives a store the trainable variables of another.
func copyWeights(t *testing.T, from, to *model.Store) {
	t.Helper()
	for v := range from.IterVariables() {
		if !v.Trainable {
			continue
		}
		value, err := v.MustValue().Clone()
		if err != nil {
			t.Fatal(err)
		}
		if err := to.GetVariable(v.Path()).SetValue(value); err != nil {
			t.Fatal(err)
		}
	}
}

func sameBits(t *testing.T, got, want map[string][]float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d variables, want %d", len(got), len(want))
	}
	for path, w := range want {
		if !slices.Equal(got[path], w) {
			t.Errorf("%s: %v, want %v", path, got[path], w)
		}
	}
}

// After Clear training goes on as a fresh start from the same weights does, bit for bit.
func TestClearIsAFreshStart(t *testing.T) {
	b := cgtest.Go(t)
	for name, opt := range optimizers() {
		t.Run(name, func(t *testing.T) {
			used := seededStore(t, 9)
			o := opt()
			trainOn(t, newTrainer(b, used, o), 0, 5)
			for range 2 { // clearing what is clear is no mistake
				if err := o.Clear(used.RootScope()); err != nil {
					t.Fatal(err)
				}
			}
			for v := range used.IterVariables() {
				if v.Name() == optimizer.GlobalStepVariableName || strings.HasPrefix(v.Path(), "/"+optimizer.Scope+"/") ||
					strings.HasPrefix(v.Path(), "/"+optimizer.AdamDefaultScope+"/") {
					t.Errorf("%s is left", v.Path())
				}
			}
			fresh := seededStore(t, 10)
			trainOn(t, newTrainer(b, fresh, cgkit.PlainSGD().Done()), 0, 1) // makes its variables
			if err := cgkit.PlainSGD().Done().Clear(fresh.RootScope()); err != nil {
				t.Fatal(err)
			}
			copyWeights(t, used, fresh)
			start := weightsOf(used)
			trainOn(t, newTrainer(b, used, o), 50, 5)
			trainOn(t, newTrainer(b, fresh, opt()), 50, 5)
			sameBits(t, weightsOf(used), weightsOf(fresh))
			if maps.EqualFunc(weightsOf(used), start, slices.Equal) {
				t.Error("nothing moved")
			}
			if used, fresh := optimizer.GetGlobalStep(used), optimizer.GetGlobalStep(fresh); used != fresh || used != 5 {
				t.Errorf("global steps %d and %d, want 5", used, fresh)
			}
		})
	}
}

// A trainer made before Clear says that it can't go on; it does not train on something else.
func TestClearStopsEarlierTrainers(t *testing.T) {
	store := seededStore(t, 9)
	opt := cgkit.With(aggregate.RollingMedian()).Done()
	trainer := newTrainer(cgtest.Go(t), store, opt)
	trainOn(t, trainer, 0, 4)
	if err := opt.Clear(store.RootScope()); err != nil {
		t.Fatal(err)
	}
	x, y := makeBatch(20, 5)
	// GoMLX's trainer returns an error or panics, whichever missing variable it meets first: its order is a map's.
	err := exceptions.TryCatch[error](func() {
		_, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}})
		if err != nil {
			panic(err)
		}
	})
	if err == nil {
		t.Error("a trainer from before Clear went on")
	}
}

// One optimizer value trains two models in turns as two values do, in two stores or in one.
func TestOneOptimizerForTwoModels(t *testing.T) {
	b := cgtest.Go(t)
	for name, opt := range optimizers() {
		t.Run(name, func(t *testing.T) {
			shared := opt()
			one, other := seededStore(t, 1), seededStore(t, 2)
			first, second := newTrainer(b, one, shared), newTrainer(b, other, shared)
			for i := range 6 {
				trainOn(t, first, i, 1)
				if i%2 == 0 {
					trainOn(t, second, 100+i, 1)
				}
			}
			alone := seededStore(t, 1)
			trainOn(t, newTrainer(b, alone, opt()), 0, 6)
			sameBits(t, weightsOf(one), weightsOf(alone))
			alone = seededStore(t, 2)
			trainer := newTrainer(b, alone, opt())
			for i := 0; i < 6; i += 2 {
				trainOn(t, trainer, 100+i, 1)
			}
			sameBits(t, weightsOf(other), weightsOf(alone))
		})
	}
}

// Two models in one store: a rule that remembers counts the batches of each for itself.
func TestTwoModelsInOneStore(t *testing.T) {
	named := func(name string) func(scope *model.Scope, x *graph.Node) *graph.Node {
		return func(scope *model.Scope, x *graph.Node) *graph.Node {
			return layers.Dense(scope.In("%s", name), x, true, 4)
		}
	}
	store, shared := seededStore(t, 3), cgkit.With(aggregate.MedianOfBatches()).Done()
	b := cgtest.Go(t)
	var trainers []*train.Trainer
	for _, name := range []string{"one", "other"} {
		trainers = append(trainers, train.NewTrainer(b, store, named(name), loss.SparseCategoricalCrossEntropyLogits, shared, nil, nil))
	}
	// The first model gets its third batch after five steps of both.
	turns := []int{0, 1, 1, 0, 0, 1}
	counts := []int{0, 0}
	trainOn(t, trainers[0], 0, 1)
	trainOn(t, trainers[1], 0, 1)
	counts[0], counts[1] = 1, 1
	for step, turn := range turns {
		before := weightsOf(store)
		trainOn(t, trainers[turn], step, 1)
		counts[turn]++
		for path, w := range weightsOf(store) {
			own := path[1:4] == []string{"one", "oth"}[turn]
			if moved, want := !slices.Equal(w, before[path]), own && counts[turn]%3 == 0; moved != want {
				t.Errorf("step %d of model %d, its %dth: %s moved %v", step, turn, counts[turn], path, moved)
			}
		}
	}
}

// A layer that is frozen does not disturb what is remembered of the others, and one that is thawed is waited for.
func TestRememberedThroughFreezing(t *testing.T) {
	b, store := cgtest.Go(t), seededStore(t, 4)
	opt := cgkit.With(aggregate.RollingMedian()).Done()
	trainOn(t, newTrainer(b, store, opt), 0, 4)
	freeze := func(trainable bool) {
		for v := range store.IterVariables() {
			if v.Path()[:3] == "/a/" {
				v.SetTrainable(trainable)
			}
		}
	}
	freeze(false)
	trainer := newTrainer(b, store, opt)
	for step := range 3 {
		before := weightsOf(store)
		trainOn(t, trainer, 10+step, 1)
		for path, w := range weightsOf(store) {
			if moved := !slices.Equal(w, before[path]); moved != (step == 2) {
				t.Errorf("step %d after freezing: %s moved %v", step, path, moved)
			}
		}
	}
}

// line is y = w·x with one weight from 0, of which the mean gradient of a batch is 2(w − mean y).
type line struct{ w, m1, m2, t float64 }

// adam moves the weight by GoMLX's Adam.
func (l *line) adam(g, rate float64) {
	l.t++
	l.m1, l.m2 = 0.9*l.m1+0.1*g, 0.999*l.m2+0.001*g*g
	l.w -= rate * l.m1 / (1 - math.Pow(0.9, l.t)) / (math.Sqrt(l.m2/(1-math.Pow(0.999, l.t))) + 1e-7)
}

// Rules that remember, in front of Adam and of a decaying SGD: the other optimizer sees the ready directions and no others.
func TestStatefulBefore(t *testing.T) {
	const rate, steps = 0.1, 12
	targets := []float64{3, -1, 2, 5, 100, 2, 2.5, -40, 1, 0, 7, 3}
	for _, c := range []struct {
		rule  aggregate.Stateful
		ready func(step int) bool
	}{
		{aggregate.RollingMedian(), func(step int) bool { return step >= 2 }},
		{aggregate.RollingMean(), func(step int) bool { return step >= 2 }},
		{aggregate.MedianOfBatches(), func(step int) bool { return step%3 == 2 }},
	} {
		for _, next := range []string{"adam", "sgd"} {
			cgtest.Each(t, func(t *testing.T, b compute.Backend) {
				other := optimizer.Adam().LearningRate(rate).Done()
				if next == "sgd" {
					other = optimizer.StochasticGradientDescent().WithLearningRate(rate)
				}
				store := model.NewStore()
				trainer := train.NewTrainer(b, store, slope, loss.MeanSquaredError, cgkit.With(c.rule).Before(other).Done(), nil, nil)
				var twin line
				var seen []float64
				for step, y := range targets[:steps] {
					mustStep(t, trainer, tensors.FromValue([]float64{1, 1}), tensors.FromValue([]float64{y - 1, y + 1}))
					seen = append(seen, 2*(twin.w-y))
					if c.ready(step) {
						three := slices.Sorted(slices.Values(seen[step-2:]))
						g := three[1]
						if c.rule.Name() == "rolling-mean" {
							g = (three[0] + three[1] + three[2]) / 3
						}
						if next == "adam" {
							twin.adam(g, rate)
						} else {
							twin.w -= rate / math.Sqrt(float64(step+1)) * g
						}
					}
					if got := tensors.ToScalar[float64](store.GetVariable("/w").MustValue()); !(math.Abs(got-twin.w) <= 1e-9) {
						t.Fatalf("%s before %s, step %d: w = %v, want %v", c.rule.Name(), next, step, got, twin.w)
					}
				}
				if got := optimizer.GetGlobalStep(store); got != steps {
					t.Errorf("%d global steps, want %d", got, steps)
				}
			})
		}
	}
}
