// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"
	"coherentgradients/datasets/random"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
)

// tinyConv is a small net with a convolution, dropout and a layer norm, as a user would write it.
func tinyConv() models.Model {
	return models.Model{
		Name: "tiny-conv",
		Output: func(scope *model.Scope, x *graph.Node) *graph.Node {
			x = layers.Convolution(scope.In("conv"), x).Channels(3).KernelSize(3).Strides(3).Done()
			x = graph.Reshape(graph.Tanh(x), x.Shape().Dimensions[0], -1)
			x = layers.DropoutStatic(scope, x, model.GetParamOr(scope, "rate", 0.2))
			x = norm.LayerNorm(scope.In("norm"), x, -1).Done()
			return layers.Dense(scope.In("readout"), x, true, model.GetParamOr(scope, models.ParamOutputs, 10))
		},
		Settings: map[string]any{"rate": 0.2},
	}
}

func newOf(t *testing.T, b compute.Backend, m models.Model, p run.Problem) *engine {
	t.Helper()
	p.Spec.Model, p.Spec.Hidden = m.Name, nil
	e, err := With(b, m)(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e.(*engine)
}

// A model of one's own with a random layer depends on the step alone: cut, saved and restored it ends in the same bits, and
// another seed draws otherwise.
func TestOwnModelIsResumedToTheBit(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		p := smallProblem(t, func(s *record.Spec) { s.Aggregator, s.C = "winsorize", 10 })
		whole, cut := newOf(t, b, tinyConv(), p), newOf(t, b, tinyConv(), p)
		mustAdvance(t, whole, 9)
		mustAdvance(t, cut, 4)
		evaluate(t, cut) // without dropout, and without a draw
		evaluate(t, whole)
		state, err := cut.State()
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := state["#rngState"]; !ok {
			t.Errorf("the state of the random generator is not saved: %d arrays", len(state))
		}
		resumed := newOf(t, b, tinyConv(), p)
		if err := resumed.Restore(4, state); err != nil {
			t.Fatal(err)
		}
		mustAdvance(t, resumed, 5)
		want, _ := whole.State()
		got, _ := resumed.State()
		for name := range want {
			if name != stateFirst && name != stateKept && !reflect.DeepEqual(got[name], want[name]) {
				t.Errorf("%s differs after resuming", name)
			}
		}
		p.Spec.Seed = 2
		other := newOf(t, b, tinyConv(), p)
		mustAdvance(t, other, 9)
		if third, _ := other.State(); reflect.DeepEqual(third["conv/conv/weights"], want["conv/conv/weights"]) {
			t.Error("the seed changes nothing")
		}
	})
}

// What is measured of any model is what one example at a time gives.
func TestGradientsOfOwnModel(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		p := measuredProblem(t, 60, nil)
		e := newOf(t, b, tinyConv(), p)
		mustAdvance(t, e, 5)
		got := evaluate(t, e).Extra
		exec, err := model.NewExec(b, e.store, func(_ *model.Scope, inputs []*graph.Node) []*graph.Node {
			loss := graph.ReduceAllSum(e.losses(e.output(e.feed.inputs(inputs[0]), false), inputs[1]))
			return graph.Gradient(loss, e.parameters(loss.Graph())...)
		})
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Finalize()
		sums := [2][]float64{}
		var energy float64
		for i := range p.Set.Train.Len() {
			inputs, labels := e.feed.gather(p.Set.Train, e.feed.given, []int32{int32(i)}, 1)
			var flat []float64
			for _, g := range exec.MustCall(inputs, labels) {
				for _, v := range tensors.MustCopyFlatData[float32](g) {
					flat = append(flat, float64(v))
					energy += float64(v) * float64(v)
				}
			}
			group := 0
			if p.Noise.Corrupt(i) {
				group = 1
			}
			if sums[group] == nil {
				sums[group] = make([]float64, len(flat))
			}
			for k, v := range flat {
				sums[group][k] += v
			}
		}
		var norm2, pristine float64
		for k := range sums[0] {
			g := sums[0][k] + sums[1][k]
			norm2 += g * g
			pristine += g * sums[0][k]
		}
		for name, want := range map[string]float64{"coherence": norm2 / energy, "fp": pristine / norm2, "example_norm2": energy / 60, "gradient_norm2": norm2 / 3600} {
			if math.Abs(got[name]-want) > 1e-4*math.Abs(want) {
				t.Errorf("%s = %v, want %v", name, got[name], want)
			}
		}
		for _, name := range []string{"coherence_layer_conv_conv", "fp_layer_readout_dense"} {
			if _, ok := got[name]; !ok {
				t.Errorf("no %s among %v", name, got)
			}
		}
		if _, ok := got["fp_sample"]; ok {
			t.Error("the paper's sample was taken of another net")
		}
	})
}

// A table of features with a target is learned; accuracies have no meaning there.
func TestTargets(t *testing.T) {
	const n = 200
	draw := random.Stream(3, "test", 0)
	set := &datasets.Set{Name: "table", Height: 1, Width: 3, Channels: 1}
	for _, s := range []*datasets.Split{&set.Train, &set.Test} {
		for range n {
			x := []float32{float32(random.Unit(draw)) - 0.5, float32(random.Unit(draw)) - 0.5, float32(random.Unit(draw)) - 0.5}
			s.Values = append(s.Values, x...)
			s.Targets = append(s.Targets, 2*x[0]-x[1]+0.5)
		}
	}
	noise, err := datasets.NewTargetNoise(set.Train.Targets, 0.1, 1)
	if err != nil {
		t.Fatal(err)
	}
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		s := record.DefaultSpec()
		s.Dataset, s.Batch, s.Hidden, s.Noise = "table", 20, nil, 0.1
		p := run.Problem{Spec: s, Set: set, Noise: noise, Measure: record.MeasureGradients}
		e := newSmall(t, b, p)
		mustAdvance(t, e, 300)
		got := evaluate(t, e)
		if !math.IsNaN(got.TrainAccuracy) || !math.IsNaN(got.TestAccuracy) || got.PristineAccuracy != nil {
			t.Errorf("a target has accuracies: %+v", got)
		}
		if r := got.Extra["test_r2"]; r < 0.8 {
			t.Errorf("R² = %v", r)
		}
		if got.Extra["corrupt_loss"] <= got.Extra["pristine_loss"] {
			t.Errorf("loss of corrupt examples %v, of pristine ones %v", got.Extra["corrupt_loss"], got.Extra["pristine_loss"])
		}
		if _, ok := got.Extra["fp"]; !ok {
			t.Error("gradients were not measured")
		}
	})
}

// What can't be trained is refused when the engine is made, in one line that says why.
func TestRefusedModels(t *testing.T) {
	p := smallProblem(t, nil)
	readout := func(scope *model.Scope, x *graph.Node) *graph.Node {
		return layers.Dense(scope.In("readout"), graph.Reshape(x, x.Shape().Dimensions[0], -1), true, 10)
	}
	for name, c := range map[string]struct {
		output func(scope *model.Scope, x *graph.Node) *graph.Node
		want   []string
	}{
		"mixes": {func(scope *model.Scope, x *graph.Node) *graph.Node {
			y := readout(scope, x)
			return graph.Sub(y, graph.ReduceAndKeep(y, graph.ReduceMean, 0))
		}, []string{"sum over the examples", "readout"}},
		"three outputs": {func(scope *model.Scope, x *graph.Node) *graph.Node {
			return layers.Dense(scope.In("readout"), graph.Reshape(x, x.Shape().Dimensions[0], -1), true, 3)
		}, []string{"[20, 10]", "ParamOutputs"}},
		"no variables": {func(_ *model.Scope, x *graph.Node) *graph.Node {
			return graph.Slice(graph.Reshape(x, x.Shape().Dimensions[0], -1), graph.AxisRange(), graph.AxisRange(0, 10))
		}, []string{"nothing to train"}},
	} {
		p := p
		p.Spec.Model, p.Spec.Aggregator, p.Spec.C = "refused", "winsorize", 10
		_, err := With(cgtest.Go(t), models.Model{Name: "refused", Output: c.output})(context.Background(), p)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", name, err, want)
			}
		}
		if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "goroutine") {
			t.Errorf("%s: more than a line: %q", name, err)
		}
	}
	p.Spec.Model = "no-such"
	if _, err := On(cgtest.Go(t))(context.Background(), p); err == nil || !strings.Contains(err.Error(), "mlp, cnn") {
		t.Errorf("an unknown model: %v", err)
	}
}

// A model's own name follows from what it builds, and from nothing else.
func TestIdentify(t *testing.T) {
	set := smallProblem(t, nil).Set
	name := func(m models.Model, settings map[string]string) string {
		t.Helper()
		got, err := Identify(m, set, settings)
		if err != nil {
			t.Fatal(err)
		}
		return got.Name
	}
	first := name(tinyConv(), nil)
	if !strings.HasPrefix(first, "tiny-conv-") || len(first) != len("tiny-conv-")+8 {
		t.Errorf("the name is %q", first)
	}
	if again := name(tinyConv(), nil); again != first {
		t.Errorf("%q, and %q when asked again", first, again)
	}
	if other := name(tinyConv(), map[string]string{"rate": "0.3"}); other == first {
		t.Error("another dropout has the same name")
	}
	changed := tinyConv()
	changed.Output = func(scope *model.Scope, x *graph.Node) *graph.Node {
		return graph.MulScalar(tinyConv().Output(scope, x), 2)
	}
	if other := name(changed, nil); other == first {
		t.Error("another function has the same name")
	}
	broken := tinyConv()
	broken.Output = func(_ *model.Scope, x *graph.Node) *graph.Node { return x }
	if _, err := Identify(broken, set, nil); err == nil || !strings.Contains(err.Error(), "tiny-conv") {
		t.Errorf("a model with the wrong output: %v", err)
	}
}
