// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"math"
	"slices"
	"testing"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// told notes whose steps it is told of.
type told struct{ paths *[]string }

func (t told) Trace(_ *graph.Node, scopes ...string) {
	*t.paths = append(*t.paths, scopes[len(scopes)-1])
}

// GoMLX's settings of the store hold as its documentation and this package's say: clip_step_by_value after the rule,
// clip_nan coordinate by coordinate, the NaN logger for each variable.
func TestGoMLXsSettingsHold(t *testing.T) {
	b := cgtest.Go(t)
	for name, opt := range map[string]*cgkit.Optimizer{"plain": cgkit.PlainSGD(), "winsorized": cgkit.Winsorized(10),
		"RM3": cgkit.With(aggregate.RollingMedian())} {
		t.Run(name, func(t *testing.T) {
			store := seededStore(t, 6)
			var paths []string
			store.RootScope().SetParams(map[string]any{optimizer.ParamClipStepByValue: 1e-3, optimizer.ParamClipNaN: true,
				optimizer.ParamNanLogger: told{&paths}})
			trainer := newTrainer(b, store, opt.WithLearningRate(100).Done())
			trainOn(t, trainer, 0, 3) // the third is RM3's first
			before := weightsOf(store)
			trainOn(t, trainer, 3, 1)
			after := weightsOf(store)
			largest := 0.0
			for path, w := range before {
				for j := range w {
					largest = max(largest, math.Abs(after[path][j]-w[j]))
				}
			}
			if math.Abs(largest-1e-3) > 1e-12 {
				t.Errorf("the largest step is %v, want it clipped to 0.001", largest)
			}
			if slices.Sort(paths); len(paths) < 4 || paths[0] != "/a/dense/biases" {
				t.Errorf("the NaN logger was told of %q", paths)
			}
			x, y := makeBatch(20, 9)
			x.MustMutableFlatData(func(flat any) { flat.([]float64)[0] = math.NaN() })
			mustStep(t, trainer, x, y)
			for path, w := range weightsOf(store) {
				if slices.ContainsFunc(w, math.IsNaN) {
					t.Errorf("%s has a NaN, with clip_nan set", path)
				}
			}
		})
	}
}
