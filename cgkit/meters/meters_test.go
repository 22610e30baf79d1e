// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package meters_test

import (
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/meters"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

const examples, features, units, classes = 20, 5, 7, 3

func net(scope *model.Scope, x *graph.Node) *graph.Node {
	h := activation.Relu(layers.Dense(scope.In("hidden"), x, true, units))
	return layers.Dense(scope.In("readout"), h, true, classes)
}

func batchOf(n int, seed uint64) train.Batch {
	draw := rand.New(rand.NewPCG(seed, 1))
	x, y := make([]float64, n*features), make([]int32, n)
	for i := range x {
		x[i] = draw.NormFloat64()
	}
	for i := range y {
		y[i] = draw.Int32N(classes)
	}
	return train.Batch{Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, n, features)},
		Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(y, n, 1)}}
}

// isZero marks the examples of class 0.
func isZero(labels, _ []*graph.Node) *graph.Node {
	y := graph.Reshape(labels[0], -1)
	return graph.ConvertDType(graph.Equal(y, graph.ZerosLike(y)), dtypes.Float64)
}

// twin is the net's gradients, one example at a time, float64: rows of the hidden layer and of the readout, and the
// hidden units' outputs.
func twin(store *model.Store, batch train.Batch) (hidden, readout, outputs [][]float64, labels []int32) {
	values := func(path string) []float64 {
		for v := range store.IterVariables() {
			if v.Path() == path {
				return tensors.MustCopyFlatData[float64](v.MustValue())
			}
		}
		panic("no variable " + path)
	}
	w1, b1, w2, b2 := values("/hidden/dense/weights"), values("/hidden/dense/biases"), values("/readout/dense/weights"), values("/readout/dense/biases")
	xs := tensors.MustCopyFlatData[float64](batch.Inputs[0])
	labels = tensors.MustCopyFlatData[int32](batch.Labels[0])
	for e, label := range labels {
		x := xs[e*features : (e+1)*features]
		h, logits := slices.Clone(b1), slices.Clone(b2)
		for j := range h {
			for i, v := range x {
				h[j] += v * w1[i*units+j]
			}
			h[j] = max(h[j], 0)
			for k := range logits {
				logits[k] += h[j] * w2[j*classes+k]
			}
		}
		var sum float64
		for _, v := range logits {
			sum += math.Exp(v)
		}
		delta := make([]float64, classes)
		for k, v := range logits {
			delta[k] = math.Exp(v) / sum
		}
		delta[label]--
		var first, second []float64
		back := make([]float64, units)
		for j, v := range h {
			for k, d := range delta {
				second = append(second, v*d)
				back[j] += w2[j*classes+k] * d
			}
			if v == 0 {
				back[j] = 0
			}
		}
		for _, v := range x {
			for _, d := range back {
				first = append(first, v*d)
			}
		}
		hidden, readout = append(hidden, append(first, back...)), append(readout, append(second, delta...))
		outputs = append(outputs, h)
	}
	return hidden, readout, outputs, labels
}

// wanted are the quantities as their sources define them, of rows of gradients.
func wanted(rows [][]float64, inGroup func(e int) bool, rule func(column []float64) (direction float64, clamped int)) map[string]float64 {
	m, size := float64(len(rows)), len(rows[0])
	w := map[string]float64{}
	mean, group := make([]float64, size), make([]float64, size)
	var energy float64
	var norms []float64
	for e, row := range rows {
		var norm float64
		for k, v := range row {
			mean[k] += v / m
			norm += v * v
			if inGroup(e) {
				group[k] += v / m
			}
		}
		energy += norm / m
		norms = append(norms, math.Sqrt(norm))
	}
	var norm2, pairs, trace, snr, varying, f, cosine, own, count float64
	for k, g := range mean {
		norm2 += g * g
		f += g * group[k]
		var column []float64
		var variance float64
		for _, row := range rows {
			variance += (row[k] - g) * (row[k] - g)
			column = append(column, row[k])
		}
		trace += variance / (m - 1) // unbiased
		if variance > 0 {
			snr += g * g / (variance / m)
			varying++
		}
		direction, n := rule(column)
		cosine += direction * g
		own += direction * direction
		count += float64(n)
	}
	for a := range rows {
		for b := range rows {
			if a != b {
				for k := range rows[a] {
					pairs += rows[a][k] * rows[b][k] / (m * (m - 1))
				}
			}
		}
	}
	w["A"], w["α̂"], w["div"] = m*norm2/energy, pairs/energy, energy*m/(m*m*norm2)
	w["B"] = trace / pairs // pairs is ‖G‖² without bias
	w["GSNR"] = snr / varying
	slices.Sort(norms)
	w["‖g‖ at 0 %"], w["‖g‖ at 50 %"], w["‖g‖ at 100 %"] = norms[0], norms[int(math.RoundToEven(0.5*(m-1)))], norms[len(norms)-1]
	w["f zeros"] = f / norm2
	w["clamped"], w["cos"] = count/(m*float64(size)), cosine/math.Sqrt(norm2*own)

	// The same under other names: two batch sizes (1 and m) for the noise scale, the variance of a batch's mean over
	// its square, and the squared distance of two batches' means.
	b := 4.0
	grad2, noise := (m*norm2-energy)/(m-1), (energy-norm2)/(1-1/m)
	w["B by two batch sizes"] = noise / grad2
	w["B by α̂"] = 1/w["α̂"] - 1
	w["B by the variance of batches"] = b * (trace / b) / pairs
	w["B by disparity"] = (2 * trace / b) / pairs * b / 2
	return w
}

func winsorized(c float64) func([]float64) (float64, int) {
	return func(column []float64) (mean float64, clamped int) {
		sorted := slices.Sorted(slices.Values(column))
		n := float64(len(sorted) - 1)
		low, high := sorted[int(math.RoundToEven(c/100*n))], sorted[int(math.RoundToEven((100-c)/100*n))]
		for _, v := range column {
			mean += min(max(v, low), high) / float64(len(column))
			if v < low || v > high {
				clamped++
			}
		}
		return mean, clamped
	}
}

func allMeters(of func(meters.Meter) meters.Meter) []metric.Interface {
	rule := aggregate.Winsorize{C: 10}
	var list []metric.Interface
	for _, m := range []meters.Meter{meters.Coherence(), meters.Agreement(), meters.Diversity(), meters.NoiseScale(), meters.GSNR(),
		meters.NormQuantile(0), meters.NormQuantile(0.5), meters.NormQuantile(1), meters.Clamped(rule), meters.Cosine(rule),
		meters.GroupShare("zeros", isZero)} {
		list = append(list, of(m))
	}
	return list
}

// Every meter, of all variables and of a layer, of a training batch and of a probe, under two optimizers, against the
// gradients written out; and the identities between them.
func TestMetersAgainstTwin(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for name, opt := range map[string]optimizer.Interface{"winsorized": cgkit.Winsorized(10).WithLearningRate(0.1).Done(), "adam": optimizer.Adam().Done()} {
			if name == "adam" && b.Name() == "xla" {
				continue // its graph is another by the update alone, and takes as long to compile
			}
			store := model.NewStore()
			store.RootScope().SetParam(model.ParamInitialSeed, int64(3))
			list := append(allMeters(func(m meters.Meter) meters.Meter { return m }), allMeters(func(m meters.Meter) meters.Meter { return m.In("hidden") })...)
			list = append(list, meters.Dead(), meters.Dead(0))
			trainer := train.NewTrainer(b, store, net, loss.SparseCategoricalCrossEntropyLogits, opt, list, list)
			if _, err := trainer.TrainStep(batchOf(examples, 1)); err != nil {
				t.Fatal(err)
			}
			check := func(what string, batch train.Batch, measure func(train.Batch) ([]*tensors.Tensor, error), of []metric.Interface) {
				hidden, readout, outputs, labels := twin(store, batch)
				whole := make([][]float64, len(hidden))
				for e := range whole {
					whole[e] = append(slices.Clone(hidden[e]), readout[e]...)
				}
				group := func(e int) bool { return labels[e] == 0 }
				want := wanted(whole, group, winsorized(10))
				for short, v := range wanted(hidden, group, winsorized(10)) {
					want[short+" of hidden"] = v
				}
				for _, of := range []string{"", " of hidden"} {
					for _, other := range []string{"B by two batch sizes", "B by α̂", "B by the variance of batches", "B by disparity"} {
						if x, y := want["B"+of], want[other+of]; !(math.Abs(x-y) < 1e-9*math.Abs(x)) {
							t.Errorf("%s%s is %v, the noise scale %v", other, of, y, x)
						}
					}
				}
				alive := 0
				for j := range units {
					if slices.ContainsFunc(outputs, func(h []float64) bool { return h[j] > 0 }) {
						alive++
					}
				}
				want["dead"] = 1 - float64(alive)/units
				want["dead 0"] = want["dead"] // there is one hidden layer
				values, err := measure(batch)
				if err != nil {
					t.Fatal(err)
				}
				found := 0
				for i, m := range of {
					w, ok := want[m.ShortName()]
					if !ok {
						continue
					}
					found++
					if got := tensors.ToScalar[float64](values[i]); !(math.Abs(got-w) < 1e-7*(1+math.Abs(w))) {
						t.Errorf("%s, %s: %s = %v, want %v", name, what, m.Name(), got, w)
					}
				}
				if found != len(list) {
					t.Errorf("%s, %s: %d meters of %d", name, what, found, len(list))
				}
			}
			check("training", batchOf(examples, 2), trainer.TrainStep, trainer.TrainMetrics())
			check("probe", batchOf(2*examples+1, 3), trainer.EvalStep, trainer.EvalMetrics())
		}
	})
}

// The functions of package coherence are what the meters measure.
func TestIdentities(t *testing.T) {
	for _, e := range []coherence.Energy{{Sum2: 30, Total: 4}, {Sum2: 3, Total: 4}, {Sum2: 4, Total: 4}} {
		m := 10
		a, agreement := e.MCoherence(), e.Agreement(m)
		if b := (float64(m) - a) / (a - 1); !(math.Abs(b-(1/agreement-1)) < 1e-12*math.Abs(b)) && !math.IsInf(b, 0) {
			t.Errorf("%+v: noise scale %v, 1/α̂ − 1 = %v", e, b, 1/agreement-1)
		}
	}
}

// probe is a data set of some batches.
type probe struct{ batches int }

func (p probe) Name() string { return "probe" }
func (p probe) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		for i := range p.batches {
			if !yield(batchOf(examples, uint64(i)), nil) {
				return
			}
		}
	}
}

func TestLogs(t *testing.T) {
	b := cgtest.Go(t)
	newLoop := func() *train.Loop {
		store := model.NewStore()
		list := []metric.Interface{meters.Agreement(), meters.Dead()}
		return train.NewLoop(train.NewTrainer(b, store, net, loss.SparseCategoricalCrossEntropyLogits,
			cgkit.PlainSGD().WithLearningRate(0.1).Done(), list, list))
	}
	loop := newLoop()
	log, probed := meters.Attach(loop, 3), meters.AttachProbe(loop, 4, probe{1})
	if _, err := loop.RunSteps(probe{20}, 10); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(log.Steps, []int{3, 6, 9, 10}) || !slices.Equal(probed.Steps, []int{4, 8}) {
		t.Errorf("steps %v and %v", log.Steps, probed.Steps)
	}
	if values := log.Column("agreement of gradients"); len(values) != 4 || slices.ContainsFunc(values, math.IsNaN) || log.Column("x") != nil {
		t.Errorf("agreement %v", values)
	}
	if values := probed.Column("dead units"); len(values) != 2 {
		t.Errorf("dead units %v", values)
	}
	var text strings.Builder
	log.Rows[0][0] = math.NaN()
	if err := log.WriteJSONL(&text); err != nil || strings.Count(text.String(), "\n") != 4 || !strings.HasPrefix(text.String(), `{"step":3,`) ||
		strings.Count(text.String(), "null") != 1 {
		t.Errorf("%v\n%s", err, text.String())
	}
	loop = newLoop()
	meters.AttachProbe(loop, 1, probe{2})
	if _, err := loop.RunSteps(probe{20}, 2); err == nil || !strings.Contains(err.Error(), "more than one batch") {
		t.Errorf("two batches: %v", err)
	}
}

func TestMetersRefused(t *testing.T) {
	b := cgtest.Go(t)
	bad := meters.GroupShare("all", func(labels, _ []*graph.Node) *graph.Node { return labels[0] })
	for want, m := range map[string]meters.Meter{
		"no trainable variable lies there": meters.Coherence().In("nowhere"), "members of shape": bad,
		"the model has 1 hidden layers": meters.Dead(1),
	} {
		trainer := train.NewTrainer(b, model.NewStore(), net, loss.SparseCategoricalCrossEntropyLogits, optimizer.Adam().Done(), []metric.Interface{m}, nil)
		if _, err := trainer.TrainStep(batchOf(examples, 1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if text := meters.Dead().PrettyPrint(tensors.FromScalar(0.125)); text != "12.5%" {
		t.Errorf("shown as %q", text)
	}
}
