// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

func twoLayers(scope *model.Scope, x *graph.Node) *graph.Node {
	h := activation.Relu(layers.Dense(scope.In("a"), x, true, 8))
	return layers.Dense(scope.In("b"), h, true, 4)
}

func makeBatch(m int, seed uint64) (x *tensors.Tensor, y *tensors.Tensor) {
	rng := rand.New(rand.NewPCG(seed, 0))
	data, labels := make([]float64, m*6), make([]int32, m)
	for i := range data {
		// A few values only, so that ties and zeros are common.
		data[i] = float64(rng.IntN(3))
	}
	for i := range labels {
		labels[i] = rng.Int32N(4)
	}
	return tensors.FromFlatDataAndDimensions(data, m, 6), tensors.FromFlatDataAndDimensions(labels, m, 1)
}

// gradientsAlone are the gradients [example][variable][coordinate] of each example's own loss, one example at a time.
func gradientsAlone(t *testing.T, b compute.Backend, store *model.Store, x, y *tensors.Tensor) (paths []string, gradients [][][]float64) {
	t.Helper()
	exec, err := model.NewExec(b, store, func(scope *model.Scope, x, y *graph.Node) []*graph.Node {
		l := graph.ReduceAllMean(loss.SparseCategoricalCrossEntropyLogits([]*graph.Node{y}, []*graph.Node{twoLayers(scope, x)}))
		var nodes []*graph.Node
		paths = nil
		for v := range store.IterVariables() {
			if v.Trainable {
				nodes, paths = append(nodes, v.NodeValue(l)), append(paths, v.Path())
			}
		}
		return graph.Gradient(l, nodes...)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	m := x.Shape().Dimensions[0]
	xs, ys := tensors.MustCopyFlatData[float64](x), tensors.MustCopyFlatData[int32](y)
	gradients = make([][][]float64, m)
	for i := range m {
		for _, g := range exec.MustCall(tensors.FromFlatDataAndDimensions(xs[i*6:(i+1)*6], 1, 6), tensors.FromFlatDataAndDimensions(ys[i:i+1], 1, 1)) {
			gradients[i] = append(gradients[i], tensors.MustCopyFlatData[float64](g))
		}
	}
	return paths, gradients
}

// winsorizedMean is the paper's: sort, clamp, mean.
func winsorizedMean(column []float64, c float64) float64 {
	n := float64(len(column) - 1)
	sorted := slices.Sorted(slices.Values(column))
	l := sorted[int(math.RoundToEven(c/100*n))]
	u := sorted[int(math.RoundToEven((100-c)/100*n))]
	var sum float64
	for _, v := range column {
		sum += min(max(v, l), u)
	}
	return sum / float64(len(column))
}

// slowStep is winsorized SGD written out: one gradient for each example, scaled by its weight if there are weights.
func slowStep(t *testing.T, b compute.Backend, store *model.Store, x, y *tensors.Tensor, c, rate float64, weights ...float64) map[string][]float64 {
	t.Helper()
	paths, gradients := gradientsAlone(t, b, store, x, y)
	after := make(map[string][]float64)
	for p, path := range paths {
		w := tensors.MustCopyFlatData[float64](store.GetVariable(path).MustValue())
		for j := range w {
			column := make([]float64, len(gradients))
			for i := range column {
				column[i] = gradients[i][p][j]
				if weights != nil {
					column[i] *= weights[i]
				}
			}
			w[j] -= rate * winsorizedMean(column, c)
		}
		after[path] = w
	}
	return after
}

// sameWeights compares the store's trainable variables.
func sameWeights(t *testing.T, store *model.Store, want map[string][]float64, tolerance float64) {
	t.Helper()
	for path, w := range want {
		got := tensors.MustCopyFlatData[float64](store.GetVariable(path).MustValue())
		for j := range w {
			if d := math.Abs(got[j] - w[j]); !(d <= tolerance) {
				t.Fatalf("%s[%d] = %v, want %v", path, j, got[j], w[j])
			}
		}
	}
}

func TestWinsorizedStepAgainstSlowTwin(t *testing.T) {
	for _, size := range []struct {
		m int
		c []float64
	}{{100, []float64{0, 1, 2, 4, 8, 30, 49.9}}, {26, []float64{1, 2, 8}}, {7, []float64{8, 25}}, {1, []float64{2}}, {2, []float64{40}}} {
		for _, c := range size.c {
			for _, exact := range []bool{false, true} {
				cgtest.Each(t, func(t *testing.T, b compute.Backend) {
					x, y := makeBatch(size.m, 7)
					store := seededStore(t, 5)
					rule, err := aggregate.Named("winsorize", aggregate.Params{C: c, Exact: exact})
					if err != nil {
						t.Fatal(err)
					}
					// One step to make the weights, then compare the next.
					trainer := train.NewTrainer(b, store, twoLayers, loss.SparseCategoricalCrossEntropyLogits,
						cgkit.With(rule).WithLearningRate(0.1).Done(), nil, nil)
					step := func() {
						x2, y2 := makeBatch(size.m, 7)
						if _, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x2}, Labels: []*tensors.Tensor{y2}}); err != nil {
							t.Fatal(err)
						}
					}
					step()
					want := slowStep(t, b, store, x, y, c, 0.1)
					step()
					t.Logf("m=%d c=%v exact=%v", size.m, c, exact)
					sameWeights(t, store, want, 1e-11)
				})
			}
		}
	}
}

// noGradients is an optimizer that can't start from gradients.
type noGradients struct{ optimizer.Interface }

func TestBadSettingsAreErrors(t *testing.T) {
	b := cgtest.Go(t)
	winsorized := func() *cgkit.Optimizer { return cgkit.Winsorized(2) }
	for _, c := range []struct {
		name  string
		opt   optimizer.Interface
		param any // the store's learning rate
		want  string
	}{
		{"c below 0", cgkit.Winsorized(-1).Done(), nil, "c = -1"},
		{"c 50", cgkit.Winsorized(50).Done(), nil, "0 ≤ c < 50"},
		{"c NaN", cgkit.Winsorized(math.NaN()).Done(), nil, "c = NaN"},
		{"rate +Inf", winsorized().WithLearningRate(math.Inf(1)).Done(), nil, "learning rate of +Inf given to WithLearningRate: choose"},
		{"rate 0", winsorized().WithLearningRate(0).Done(), nil, "learning rate of 0 given to WithLearningRate: choose a finite number above 0"},
		{"rate -0", winsorized().WithLearningRate(math.Copysign(0, -1)).Done(), nil, "a finite number above 0"},
		{"rate 0 beside the store's", winsorized().WithLearningRate(0).Done(), 0.3, "learning rate of 0 given to WithLearningRate"},
		{"rate below 0", winsorized().WithLearningRate(-0.1).Done(), nil, "learning rate of -0.1"},
		{"rate NaN", winsorized().WithLearningRate(math.NaN()).Done(), nil, "learning rate of NaN"},
		{"the store's 0", winsorized().Done(), 0.0, `learning rate of 0 in the store's parameter "learning_rate": choose a finite number above 0`},
		{"the store's whole 0", winsorized().Done(), 0, "learning rate of 0 in the store's parameter"},
		{"the store's -1", winsorized().Done(), -1.0, "learning rate of -1 in the store's parameter"},
		{"the store's NaN", winsorized().Done(), math.NaN(), "learning rate of NaN in the store's parameter"},
		{"rate of a plain step", cgkit.PlainSGD().WithLearningRate(0).Done(), nil, "mean: a learning rate of 0"},
		{"rate of a rule that remembers", cgkit.With(aggregate.RollingMean()).WithLearningRate(0).Done(), nil, "rolling-mean: a learning rate of 0"},
		{"rate beside another's", winsorized().WithLearningRate(0.1).Before(optimizer.Adam().Done()).Done(), nil, "a learning rate of 0.1 beside Before"},
		{"no gradients", winsorized().Before(noGradients{optimizer.Adam().Done()}).Done(), nil, "Before(cgkit_test.noGradients): it has no UpdateGraphWithGradients"},
		{"before itself", winsorized().Before(winsorized()).Done(), nil, "Before(*cgkit.Optimizer): it has no UpdateGraphWithGradients"},
		{"before nothing", winsorized().Before(nil).Done(), nil, "Before(<nil>)"},
		{"no rule", cgkit.With(nil).Done(), nil, "no rule: give one"},
		{"the zero value", &cgkit.Optimizer{}, nil, "make it with Winsorized, PlainSGD or With"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, y := makeBatch(10, 1)
			store := model.NewStore()
			if c.param != nil {
				store.RootScope().SetParam(optimizer.ParamLearningRate, c.param)
			}
			trainer := train.NewTrainer(b, store, twoLayers, loss.SparseCategoricalCrossEntropyLogits, c.opt, nil, nil)
			_, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("error %v, want one line with %q", err, c.want)
			}
		})
	}
}

// A rate that the weights' type can't hold would train with 0, or Inf.
func TestRatesOutsideOfSinglePrecision(t *testing.T) {
	b := cgtest.Go(t)
	for _, rate := range []float64{1e-50, 1e300} {
		step := func(x func(double *tensors.Tensor) *tensors.Tensor) error {
			trainer := newTrainer(b, model.NewStore(), cgkit.PlainSGD().WithLearningRate(rate).Done())
			double, y := makeBatch(10, 1)
			_, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x(double)}, Labels: []*tensors.Tensor{y}})
			return err
		}
		err := step(func(*tensors.Tensor) *tensors.Tensor {
			return tensors.FromFlatDataAndDimensions(make([]float32, 60), 10, 6)
		})
		if err == nil || !strings.Contains(err.Error(), "the range of Float32") {
			t.Errorf("rate %v in float32: error %v", rate, err)
		}
		if err := step(func(double *tensors.Tensor) *tensors.Tensor { return double }); err != nil {
			t.Errorf("rate %v in float64: %v", rate, err)
		}
	}
}

// Weights in half precision move by rates that half precision has not, where the step is one that it has.
func TestSmallRatesInHalfPrecision(t *testing.T) {
	for _, dtype := range []dtypes.DType{dtypes.Float16, dtypes.BFloat16} {
		cgtest.Each(t, func(t *testing.T, b compute.Backend) {
			half := func(scope *model.Scope, x *graph.Node) *graph.Node {
				w := scope.WithInitializer(initializer.Zero).VariableWithShape("w", shapes.Make(dtype)).NodeValue(x.Graph())
				return graph.Mul(graph.ConvertDType(x, dtype), w)
			}
			steep := func(labels, predictions []*graph.Node) *graph.Node {
				return graph.MulScalar(graph.ReduceAllMean(predictions[0]), 2000)
			}
			store := model.NewStore()
			trainer := train.NewTrainer(b, store, half, steep, cgkit.PlainSGD().WithLearningRate(1e-8).Done(), nil, nil)
			mustStep(t, trainer, tensors.FromValue([]float32{20, 20}), tensors.FromValue([]float32{0, 0}))
			w := graph.MustExecOnce(b, func(w *graph.Node) *graph.Node { return graph.ConvertDType(w, dtypes.Float64) },
				store.GetVariable("/w").MustValue())
			if got := tensors.ToScalar[float64](w); !(math.Abs(got+4e-4) < 4e-6) {
				t.Errorf("%s: w = %v, want -0.0004", dtype, got)
			}
		})
	}
}

func TestBeforeAdam(t *testing.T) {
	b := cgtest.Go(t)
	x, y := makeBatch(30, 1)
	trainer := train.NewTrainer(b, seededStore(t, 5), twoLayers, loss.SparseCategoricalCrossEntropyLogits,
		cgkit.Winsorized(4).Before(optimizer.Adam().LearningRate(0.01).Done()).Done(), nil, nil)
	var first, last float64
	for i := range 60 {
		x2, _ := x.Clone()
		y2, _ := y.Clone()
		metrics, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x2}, Labels: []*tensors.Tensor{y2}})
		if err != nil {
			t.Fatal(err)
		}
		last = tensors.ToScalar[float64](metrics[0])
		if i == 0 {
			first = last
		}
	}
	if !(last < 0.9*first) {
		t.Errorf("loss went from %v to %v: Adam on winsorized directions does not train", first, last)
	}
}
