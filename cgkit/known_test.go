// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// What GoMLX makes of hyperparameters is what the calls make, to the bit.
func TestFromScope(t *testing.T) {
	b := cgtest.Go(t)
	for _, c := range []struct {
		name   string
		params map[string]any
		want   *cgkit.Optimizer
	}{
		{"a rule's own name", map[string]any{"optimizer": "winsorize", "cgkit_c": 10.0}, cgkit.Winsorized(10)},
		{"the general name", map[string]any{"optimizer": "cgkit", "cgkit_rule": "winsorize", "cgkit_c": 10}, cgkit.Winsorized(10)},
		{"its settings", map[string]any{"optimizer": "winsorize", "cgkit_c": 12.5, "cgkit_percentile": "linear", "cgkit_exact": true},
			cgkit.With(aggregate.Winsorize{C: 12.5, Percentile: aggregate.Linear, Exact: true})},
		{"a norm", map[string]any{"optimizer": "clip-norm", "cgkit_max_norm": 0.5}, cgkit.With(aggregate.ClipNorm{MaxNorm: 0.5})},
		{"groups", map[string]any{"optimizer": "median-of-means", "cgkit_groups": 5}, cgkit.With(aggregate.MedianOfMeans{Groups: 5})},
		{"a rate", map[string]any{"optimizer": "rolling-median", "learning_rate": 0.3}, cgkit.With(aggregate.RollingMedian()).WithLearningRate(0.3)},
		{"c = 0", map[string]any{"optimizer": "winsorize", "cgkit_c": 0}, cgkit.PlainSGD()},
		{"before Adam", map[string]any{"optimizer": "median", "cgkit_before": "adam", "learning_rate": 0.02, "adam_beta1": 0.8},
			cgkit.With(aggregate.Median{}).Before(optimizer.Adam().LearningRate(0.02).Betas(0.8, 0.999).Done())},
	} {
		t.Run(c.name, func(t *testing.T) {
			used, want := seededStore(t, 4), seededStore(t, 4)
			used.RootScope().SetParams(c.params)
			trainOn(t, newTrainer(b, used, optimizer.FromScope(used.RootScope())), 0, 4)
			trainOn(t, newTrainer(b, want, c.want.Done()), 0, 4)
			sameBits(t, weightsOf(used), weightsOf(want))
		})
	}
}

// Every rule has an entry by its name, and GoMLX's own entries are GoMLX's still.
func TestKnownOptimizers(t *testing.T) {
	for _, name := range append(aggregate.Names(), cgkit.KnownName, "adam", "sgd") {
		if optimizer.KnownOptimizers[name] == nil {
			t.Errorf("no entry %q", name)
		}
	}
	if _, ours := optimizer.ByName(model.NewStore().RootScope(), "adam").(*cgkit.Optimizer); ours {
		t.Error(`"adam" is no longer GoMLX's`)
	}
}

func TestBadHyperparameters(t *testing.T) {
	b := cgtest.Go(t)
	for _, c := range []struct {
		params map[string]any
		want   string
	}{
		{map[string]any{"optimizer": "cgkit"}, `parameter "cgkit_rule" is not set: choose one of `},
		{map[string]any{"optimizer": "cgkit", "cgkit_rule": 3}, `"cgkit_rule" is 3 of type int: set it to a string`},
		{map[string]any{"optimizer": "cgkit", "cgkit_rule": "krumm"}, `unknown aggregator "krumm": choose one of `},
		{map[string]any{"optimizer": "winsorize"}, `"cgkit_c" is not set: winsorize needs a percentage from 0`},
		{map[string]any{"optimizer": "trimmed-mean"}, `"cgkit_c" is not set: trimmed-mean needs`},
		{map[string]any{"optimizer": "winsorize", "cgkit_c": 50.0}, "0 ≤ c < 50"},
		{map[string]any{"optimizer": "winsorize", "cgkit_c": math.NaN()}, "c = NaN"},
		{map[string]any{"optimizer": "winsorize", "cgkit_c": "2"}, `"cgkit_c" is 2 of type string: set it to a float64`},
		{map[string]any{"optimizer": "winsorize", "cgkit_c": true}, `"cgkit_c" is true of type bool: set it to a float64`},
		{map[string]any{"optimizer": "winsorize", "cgkit_c": 2, "cgkit_percentile": "upper"}, `"cgkit_percentile": unknown percentile rule "upper"`},
		{map[string]any{"optimizer": "winsorize", "cgkit_c": 2, "cgkit_exact": 1}, `"cgkit_exact" is 1 of type int: set it to a bool`},
		{map[string]any{"optimizer": "median-of-means", "cgkit_groups": 2.5}, `"cgkit_groups" is 2.5 of type float64: set it to a int`},
		{map[string]any{"optimizer": "clip-norm", "cgkit_max_norm": -1.0}, "norm"},
		{map[string]any{"optimizer": "median", "cgkit_before": "adan"}, `"cgkit_before" = "adan": no optimizer that`},
		{map[string]any{"optimizer": "median", "cgkit_before": "mean"}, `"cgkit_before" = "mean": no optimizer that starts from gradients: choose adam`},
		{map[string]any{"optimizer": "median", "cgkit_before": "adam", "adam_dtype": "float9"}, `"cgkit_before" = "adam"`},
		{map[string]any{"optimizer": "median", "learning_rate": 0.0}, `learning rate of 0 in the store's parameter "learning_rate"`},
	} {
		store := model.NewStore()
		store.RootScope().SetParams(c.params)
		x, y := makeBatch(10, 1)
		trainer := newTrainer(b, store, optimizer.FromScope(store.RootScope()))
		_, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: error %v, want one line with %q", c.params, err, c.want)
		}
	}
}

// Every setting of a rule has a hyperparameter: one of a type that nothing can be made of is named.
func TestEverySettingHasAHyperparameter(t *testing.T) {
	capital := regexp.MustCompile("(.)([A-Z])")
	for _, field := range reflect.VisibleFields(reflect.TypeFor[aggregate.Params]()) {
		if field.Name == "Method" || field.Name == "Tile" { // how, not what
			continue
		}
		name := "cgkit_" + strings.ToLower(capital.ReplaceAllString(field.Name, "${1}_$2"))
		store := model.NewStore()
		store.RootScope().SetParams(map[string]any{"cgkit_rule": "median", name: struct{}{}})
		x, y := makeBatch(10, 1)
		trainer := newTrainer(cgtest.Go(t), store, cgkit.FromScope(store.RootScope()).Done())
		_, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v, want one that names it", name, err)
		}
	}
}

// A rate of 0 that GoMLX's optimizers were given is refused too: its SGD would go on with 0.1.
func TestRatesOfOthers(t *testing.T) {
	b := cgtest.Go(t)
	sgd := func(rate float64) optimizer.Interface {
		return optimizer.StochasticGradientDescent().WithLearningRate(rate).Done()
	}
	adam := func(rate float64) optimizer.Interface { return optimizer.Adam().LearningRate(rate).Done() }
	for _, c := range []struct {
		next optimizer.Interface
		bad  bool
	}{
		{sgd(0), true}, {adam(0), true}, {optimizer.RMSProp().LearningRate(0).Done(), true}, {sgd(-0.5), true}, {adam(math.NaN()), true},
		{adam(math.Inf(1)), true}, {sgd(0.1), false}, {adam(0.1), false},
		{optimizer.StochasticGradientDescent(), false}, {optimizer.Adam().Done(), false},
	} {
		x, y := makeBatch(10, 1)
		trainer := newTrainer(b, model.NewStore(), cgkit.Winsorized(10).Before(c.next).Done())
		_, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}})
		if (err != nil) != c.bad || c.bad && !strings.Contains(err.Error(), "choose a finite number above 0") {
			t.Errorf("%T: error %v", c.next, err)
		}
	}
}
