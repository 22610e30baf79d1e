// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"math"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"

	"github.com/gomlx/compute"
)

// signalsProblem is measuredProblem whose set is the first examples of a larger one.
func signalsProblem(t *testing.T, change func(*record.Spec)) run.Problem {
	t.Helper()
	p := measuredProblem(t, 160, change)
	set, err := p.Set.Take(100, p.Set.Test.Len())
	if err != nil {
		t.Fatal(err)
	}
	if p.Noise, err = datasets.NewLabelNoise(set.Train.Labels, p.Spec.Noise, 1); err != nil {
		t.Fatal(err)
	}
	p.Set, p.Measure = set, record.MeasureSignals
	return p
}

// signalsTwin measures as record.MeasureSignals says, written out, at the state's weights before update number step.
func signalsTwin(t *testing.T, p run.Problem, state map[string]run.Array, step int) map[string]float64 {
	t.Helper()
	net := newTwin(p, state)
	features := p.Set.Features()
	each := func(pixels, labels []uint8, i int) (g []float64, loss float64, guess int) {
		g = make([]float64, len(net.net.Params))
		loss, guess = net.net.AddGradient(&net.pass, floats(pixels[i*features:(i+1)*features]), int(labels[i]), g, 1)
		return g, loss, guess
	}
	norm2 := func(v []float64) (sum float64) {
		for _, x := range v {
			sum += x * x
		}
		return sum
	}
	n := len(p.Noise.Given)
	whole, energy := make([]float64, len(net.net.Params)), 0.0
	for i := range n {
		g, _, _ := each(p.Set.Train.Pixels, p.Noise.Given, i)
		energy += norm2(g) / float64(n)
		for k, v := range g {
			whole[k] += v / float64(n)
		}
	}
	values := map[string]float64{"gradient_norm2": norm2(whole), "example_norm2": energy, "coherence": float64(n) * norm2(whole) / energy}

	order, err := run.NewBatchOrder(p.Spec, n)
	if err != nil {
		t.Fatal(err)
	}
	var scaled [][]float64
	m, evidence := float64(p.Spec.Batch), 0.0
	for b := range record.SignalBatches {
		mean, squares := make([]float64, len(whole)), make([]float64, len(whole))
		var sum, sum2 float64
		for _, i := range order.Batch(step + b) {
			g, loss, _ := each(p.Set.Train.Pixels, p.Noise.Given, int(i))
			sum, sum2 = sum+loss, sum2+loss*loss
			for k, v := range g {
				mean[k] += v / m
				squares[k] += v * v
			}
		}
		ratio := 0.0
		for k := range mean {
			ratio += mean[k] * mean[k] / ((squares[k]-m*mean[k]*mean[k])/(m-1) + 1e-5)
			squares[k] = mean[k] / math.Sqrt(sum2/m-sum*sum/m/m)
		}
		evidence += 1 - m/float64(len(mean))*ratio
		scaled = append(scaled, squares)
	}
	values["evidence"] = evidence / record.SignalBatches
	for i := range scaled {
		for j := range i {
			apart := make([]float64, len(whole))
			for k := range apart {
				apart[k] = scaled[i][k] - scaled[j][k]
			}
			values["gradient_disparity"] += math.Sqrt(norm2(apart)) / 10
		}
	}

	split, noise, ok, err := run.Validation(p.Spec, p.Set)
	if err != nil {
		t.Fatal(err)
	}
	if ok {
		right := 0.0
		for i, label := range noise.Given {
			if _, _, guess := each(split.Pixels, noise.Given, i); guess == int(label) {
				right++
			}
		}
		values["validation_accuracy"] = right / float64(len(noise.Given))
	}
	return values
}

func guesses(p run.Problem, state map[string]run.Array) (list []int) {
	net, features := newTwin(p, state), p.Set.Features()
	for i, label := range p.Noise.Given {
		_, guess := net.net.Loss(&net.pass, floats(p.Set.Train.Pixels[i*features:(i+1)*features]), int(label))
		list = append(list, guess)
	}
	return list
}

// All signals against the net written out, at two steps; evaluating one twice gives the same twice.
func TestSignalsAgainstTwin(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		p := signalsProblem(t, func(s *record.Spec) { s.Batch = 20 })
		e := newSmall(t, b, p)
		advance(t, e, 1) // off ReLU's corner: biases are 0 at first
		var before []int
		for _, steps := range []int{0, 4} {
			if steps > 0 {
				advance(t, e, steps)
			}
			state := stateOf(t, e)
			want, now := signalsTwin(t, p, state, e.Step()), guesses(p, state)
			changes := 0.0
			for i := range before {
				if before[i] != now[i] {
					changes++
				}
			}
			if before != nil {
				want["label_changes"] = changes
			}
			for range 2 {
				got := evaluate(t, e)
				for name, v := range want {
					if x, ok := got.Extra[name]; !ok || !near(x, v) {
						t.Errorf("step %d: %s = %v, want %v", e.Step(), name, x, v)
					}
				}
				if _, ok := got.Extra["label_changes"]; ok != (before != nil) {
					t.Errorf("step %d: label_changes there: %v", e.Step(), ok)
				}
			}
			if before != nil && changes == 0 {
				t.Error("no prediction changed: the test tells nothing")
			}
			before = now
		}
	})
}

// What is in the record with gradients measured too, and where nothing lies behind the examples.
func TestSignalsBesides(t *testing.T) {
	p := signalsProblem(t, func(s *record.Spec) { s.Batch = 20 })
	alone := evaluate(t, newSmall(t, cgtest.Go(t), p)).Extra
	p.Measure = "gradients,signals"
	both := evaluate(t, newSmall(t, cgtest.Go(t), p)).Extra
	for _, name := range record.MeasureSignals.Columns() {
		if v, ok := both[name]; !ok || !near(v, alone[name]) {
			t.Errorf("%s = %v besides gradients, %v alone", name, v, alone[name])
		}
	}
	if _, ok := both["fp_layer_0"]; !ok {
		t.Error("no gradients besides signals")
	}
	if _, ok := alone["fp_layer_0"]; ok {
		t.Error("gradients without asking")
	}
	p.Set.Beyond = datasets.Split{}
	if _, ok := evaluate(t, newSmall(t, cgtest.Go(t), p)).Extra["validation_accuracy"]; ok {
		t.Error("a validation accuracy of nothing")
	}
}
