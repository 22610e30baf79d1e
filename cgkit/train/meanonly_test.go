// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/perexample"
	"coherentgradients/cgkit/record"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
)

// tinyResidual is a residual block with batch norm, whose examples meet in training and not outside of it. With
// "centred" they meet always.
func tinyResidual() models.Model {
	return models.Model{
		Name: "tiny-residual",
		Output: func(scope *model.Scope, x *graph.Node) *graph.Node {
			block := func(name string, x *graph.Node) *graph.Node {
				in := scope.In("%s", name)
				return norm.BatchNorm(in, layers.Dense(in, x, false, 16), -1).Done()
			}
			x = activation.Relu(block("stem", graph.Reshape(x, x.Shape().Dimensions[0], -1)))
			x = activation.Relu(graph.Add(x, block("block", x)))
			if model.GetParamOr(scope, "centred", false) {
				x = graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, 0))
			}
			return layers.Dense(scope.In("readout"), x, true, model.GetParamOr(scope, models.ParamOutputs, 10))
		},
		Settings: map[string]any{"centred": false},
	}
}

// The engine trains nets with batch norm by the rules that need the mean alone: they learn, resume to the bit with the
// running statistics, and can be measured, as their examples are apart outside of training.
func TestBatchNormByRulesOfTheMean(t *testing.T) {
	b := cgtest.XLA(t)
	for _, rule := range []string{"mean", "rolling-median"} {
		t.Run(rule, func(t *testing.T) {
			p := measuredProblem(t, 60, func(s *record.Spec) { s.Aggregator = rule })
			if rule != "mean" {
				p.Measure = "" // once is enough: it is the same for all
			}
			whole, cut := newOf(t, b, tinyResidual(), p), newOf(t, b, tinyResidual(), p)
			before := evaluate(t, whole)
			mustAdvance(t, whole, 9)
			mustAdvance(t, cut, 4)
			state, err := cut.State()
			if err != nil {
				t.Fatal(err)
			}
			resumed := newOf(t, b, tinyResidual(), p)
			if err := resumed.Restore(4, state); err != nil {
				t.Fatal(err)
			}
			mustAdvance(t, resumed, 5)
			want, _ := whole.State()
			got, _ := resumed.State()
			for name := range want {
				if !strings.HasPrefix(name, "learned_") && name != stateContributions && !reflect.DeepEqual(got[name], want[name]) {
					t.Errorf("%s differs after resuming", name)
				}
			}
			if n := want["stem/batch_normalization/avg_weight"].Data.([]float32)[0]; n != 9 {
				t.Errorf("batch norm's statistics saw %v steps, want 9", n)
			}
			mustAdvance(t, whole, 60)
			after := evaluate(t, whole)
			if _, measured := after.Extra["coherence"]; !(after.TrainLoss < before.TrainLoss) || measured != (rule == "mean") {
				t.Errorf("the loss went from %v to %v; measured %v", before.TrainLoss, after.TrainLoss, after.Extra)
			}
		})
	}
}

// A model whose examples meet outside of training too is trained by such rules, and not measured: what can't be had is
// left out where nobody asked, and refused where somebody did. Other rules refuse it before training.
func TestMixedModelsByRulesOfTheMean(t *testing.T) {
	b := cgtest.XLA(t)
	p := measuredProblem(t, 60, func(s *record.Spec) {
		s.Aggregator, s.Settings = "sign-of-sum", map[string]string{"centred": "true"}
	})
	asked := p
	p.Measure = ""
	e := newOf(t, b, tinyResidual(), p)
	mustAdvance(t, e, 3)
	if extra := evaluate(t, e).Extra; e.probe != nil || len(extra) == 0 {
		t.Errorf("a rule's effect is measured where it can't be: %v", extra)
	}
	asked.Spec.Model, asked.Spec.Hidden = "tiny-residual", nil
	var refused *perexample.Unsupported
	made, err := With(b, tinyResidual())(context.Background(), asked)
	if err == nil {
		_ = made.Close()
	}
	if !errors.As(err, &refused) || strings.Contains(err.Error(), "\n") {
		t.Errorf("gradients asked for: %v", err)
	}
	p.Spec.Aggregator, p.Spec.C, p.Spec.Settings = "winsorize", 10, nil
	p.Spec.Model, p.Spec.Hidden = "tiny-residual", nil
	if _, err := With(b, tinyResidual())(context.Background(), p); !errors.As(err, &refused) || !strings.Contains(err.Error(), "layer norm") {
		t.Errorf("winsorized: %v", err)
	}
}
