// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"math"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"

	"github.com/gomlx/compute"
)

// scored is what the net written out gives each example at one state: margin, ‖p − y‖, ‖∇ℓ‖², the cosine with the others
// of its class, and the rival.
func scored(p run.Problem, state map[string]run.Array) (values [totalsOf][]float64, rivals []uint8) {
	net := newTwin(p, state)
	features := p.Set.Features()
	var gradients [][]float64
	for i, label := range p.Noise.Given {
		pixels := p.Set.Train.Pixels[i*features : (i+1)*features]
		net.net.Logits(&net.pass, floats(pixels))
		logits := net.pass.Values()[len(p.Spec.Hidden)+1]
		rival, sum := -1, 0.0
		for k, v := range logits {
			sum += math.Exp(v)
			if k != int(label) && (rival < 0 || v > logits[rival]) {
				rival = k
			}
		}
		off := 0.0
		for k, v := range logits {
			d := math.Exp(v) / sum
			if k == int(label) {
				d--
			}
			off += d * d
		}
		values[totalMargin] = append(values[totalMargin], logits[label]-logits[rival])
		values[totalEL2N] = append(values[totalEL2N], math.Sqrt(off))
		rivals = append(rivals, uint8(rival))
		gradients = append(gradients, inOrder(net, p, i))
	}
	dot := func(a, b []float64) (sum float64) {
		for i := range a {
			sum += a[i] * b[i]
		}
		return sum
	}
	for i, g := range gradients {
		others := make([]float64, len(g))
		for j, h := range gradients {
			if j != i && p.Noise.Given[j] == p.Noise.Given[i] {
				for k, v := range h {
					others[k] += v
				}
			}
		}
		values[totalNorm2] = append(values[totalNorm2], dot(g, g))
		values[totalCosine] = append(values[totalCosine], dot(g, others)/math.Sqrt(dot(g, g)*dot(others, others)))
	}
	return values, rivals
}

// inOrder is the gradient of an example, all parameters in one order.
func inOrder(net *slow, p run.Problem, i int) []float64 {
	features := p.Set.Features()
	byName := net.gradient(p.Set.Train.Pixels[i*features:(i+1)*features], p.Noise.Given[i])
	var all []float64
	for k := range 2 * (len(p.Spec.Hidden) + 1) {
		all = append(all, byName[paramName(k)]...)
	}
	return all
}

// The scores are means over updates of what the net written out gives, a value counting for the updates since the
// evaluation before; evaluating twice counts once, and training is not changed.
func TestExamplesAgainstTwin(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		p := measuredProblem(t, 60, func(s *record.Spec) { s.Batch, s.Steps = 20, 7 })
		p.Measure = record.MeasureExamples
		e := newSmall(t, b, p)
		evaluate(t, e)
		var want [totalsOf][]float64
		for i := range want {
			want[i] = make([]float64, 60)
		}
		var margins []float64
		var rivals []uint8
		best, at := -1.0, 0
		var last record.Evaluation
		for _, updates := range []int{1, 4, 2} {
			advance(t, e, updates)
			last = evaluate(t, e)
			again := evaluate(t, e)
			for name, v := range last.Extra {
				if again.Extra[name] != v {
					t.Errorf("evaluated again, %s is %v, before %v", name, again.Extra[name], v)
				}
			}
			now, others := scored(p, stateOf(t, e))
			for row := range want {
				for i, v := range now[row] {
					want[row][i] += float64(updates) / 7 * v
				}
			}
			if last.TestAccuracy > best {
				best, at, margins, rivals = last.TestAccuracy, e.Step(), now[totalMargin], others
			}
		}
		got := e.Examples()
		if got.Step != 7 || got.Stop != at || got.Len() != 60 {
			t.Fatalf("step %d, stop %d (want %d), %d examples", got.Step, got.Stop, at, got.Len())
		}
		for row, list := range [totalsOf][]float32{got.AUM, got.EL2N, got.SelfInfluence, got.Alignment} {
			for i, v := range list {
				if d := math.Abs(float64(v) - want[row][i]); d > 1e-3*(0.1+math.Abs(want[row][i])) {
					t.Errorf("row %d, example %d: %v, want %v", row, i, v, want[row][i])
				}
			}
		}
		for i, v := range got.MarginAtStop {
			if d := math.Abs(float64(v) - margins[i]); d > 1e-3*(0.1+math.Abs(margins[i])) || got.Rival[i] != rivals[i] {
				t.Errorf("at the stop, example %d: %v with rival %d, want %v with %d", i, v, got.Rival[i], margins[i], rivals[i])
			}
			if got.Corrupt(i) != p.Noise.Corrupt(i) {
				t.Errorf("example %d: corrupt %v", i, got.Corrupt(i))
			}
		}
		for _, score := range record.ExampleScores() {
			suspicion, err := got.Suspicion(score)
			if err != nil {
				t.Fatal(err)
			}
			if v, ok := last.Extra["missed_"+score]; !ok || math.Abs(v-record.Missed(suspicion, got.Corrupt)) > 1e-5 {
				t.Errorf("missed_%s is %v", score, v)
			}
			if v, ok := last.Extra["precision_"+score+"_50"]; !ok || math.Abs(v-record.PrecisionAt(suspicion, got.Corrupt, 0.5)) > 1e-5 {
				t.Errorf("precision_%s_50 is %v", score, v)
			}
		}
		plain := p
		plain.Measure = ""
		other := newSmall(t, b, plain)
		advance(t, other, 7)
		a, z := stateOf(t, e), stateOf(t, other)
		for name := range z {
			if isParameter(name) && !equalData(a[name], z[name]) {
				t.Errorf("measuring changes %s", name)
			}
		}
	})
}

func equalData(a, b run.Array) bool {
	x, y := a.Data.([]float32), b.Data.([]float32)
	for i := range x {
		if x[i] != y[i] {
			return false
		}
	}
	return len(x) == len(y)
}

// A model that is no dense net is scored too, and a set with a target is refused.
func TestExamplesOfOtherModels(t *testing.T) {
	b := cgtest.XLA(t)
	p := measuredProblem(t, 40, func(s *record.Spec) { s.Batch, s.Model, s.Hidden = 20, "cnn", nil })
	p.Spec = p.Spec.Normalized()
	p.Measure = record.MeasureExamples
	e := newSmall(t, b, p)
	evaluate(t, e)
	advance(t, e, 1)
	evaluate(t, e)
	var low, high float32
	for i, v := range e.Examples().Alignment {
		if i == 0 {
			low, high = v, v
		}
		low, high = min(low, v), max(high, v)
	}
	if !(low >= -1 && high <= 1 && low < high) {
		t.Errorf("alignment from %v to %v", low, high)
	}
	p.Spec.Model, p.Spec.Hidden = "", []int{4}
	set := *p.Set
	set.Classes, set.Train.Labels, set.Train.Targets, set.Test.Labels, set.Test.Targets = 0, nil, make([]float32, 40), nil, make([]float32, 50)
	noise, err := datasets.NoiseOf(set.Train, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	p.Spec.Noise, p.Set, p.Noise = 0, &set, noise
	if _, err := On(b)(context.Background(), p); err == nil || !strings.Contains(err.Error(), "leave examples out") {
		t.Errorf("a set with a target: %v", err)
	}
}
