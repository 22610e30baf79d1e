// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"context"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"testing"

	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/datasets"

	"github.com/gomlx/compute"
)

// gradientTwin measures as record.MeasureGradients says, written out: float64, one example at a time, every gradient whole.
type gradientTwin struct {
	layers []coherence.Groups // by layer, of the sums over all examples
	total  [2][]float64       // Σ_e ‖∇ℓ_e‖² by group and layer
	rows   [][]float64        // sampled entries, with 1/N
}

func newGradientTwin(p run.Problem, state map[string]run.Array, sample *gradientSample) gradientTwin {
	state = maps.Clone(state)
	delete(state, stateContributions)
	net := newTwin(p, state)
	layers := net.net.Layers()
	var t gradientTwin
	var sums [2]map[string][]float64
	for group := range sums {
		sums[group] = map[string][]float64{}
		t.total[group] = make([]float64, layers)
	}
	features, n := p.Set.Features(), len(p.Noise.Given)
	for i := range n {
		group := 0
		if p.Noise.Corrupt(i) {
			group = 1
		}
		g := net.gradient(p.Set.Train.Pixels[i*features:(i+1)*features], p.Noise.Given[i])
		for name, values := range g {
			sum := sums[group][name]
			if sum == nil {
				sum = make([]float64, len(values))
				sums[group][name] = sum
			}
			for k, v := range values {
				sum[k] += v
			}
		}
		for l := range layers {
			for _, name := range []string{paramName(2 * l), paramName(2*l + 1)} {
				for _, v := range g[name] {
					t.total[group][l] += v * v
				}
			}
		}
		if slices.Contains(sample.examples, int32(i)) {
			var row []float64
			for l, entries := range sample.entries {
				for _, k := range entries {
					row = append(row, g[paramName(2*l)][k]/float64(n))
				}
			}
			t.rows = append(t.rows, row)
		}
	}
	for l := range layers {
		var g coherence.Groups
		for _, name := range []string{paramName(2 * l), paramName(2*l + 1)} {
			for k := range net.params[name] {
				var p, c float64
				if sums[0][name] != nil {
					p = sums[0][name][k]
				}
				if sums[1][name] != nil {
					c = sums[1][name][k]
				}
				g = g.Plus(coherence.Groups{PP: p * p, PC: p * c, CC: c * c})
			}
		}
		t.layers = append(t.layers, g)
	}
	return t
}

// values are what a record should hold at the first evaluation, at step 0.
func (t gradientTwin) values(sample *gradientSample, pristine, n int) map[string]float64 {
	v := map[string]float64{}
	corrupt := n - pristine
	var g coherence.Groups
	var all, totalP, totalC float64
	for l, layer := range t.layers {
		g = g.Plus(layer)
		totalP += t.total[0][l]
		totalC += t.total[1][l]
		v[fmt.Sprintf("coherence_layer_%d", l)] = layer.Norm2() / (t.total[0][l] + t.total[1][l])
		v[fmt.Sprintf("example_norm2_layer_%d", l)] = (t.total[0][l] + t.total[1][l]) / float64(n)
		if corrupt > 0 {
			v[fmt.Sprintf("fp_layer_%d", l)] = layer.Pristine() / layer.Norm2()
			v[fmt.Sprintf("coherence_pristine_layer_%d", l)] = layer.PP / t.total[0][l]
			v[fmt.Sprintf("coherence_corrupt_layer_%d", l)] = layer.CC / t.total[1][l]
			v[fmt.Sprintf("energy_share_pristine_layer_%d", l)] = t.total[0][l] / (t.total[0][l] + t.total[1][l])
			v[fmt.Sprintf("cosine_groups_layer_%d", l)] = layer.PC / math.Sqrt(layer.PP*layer.CC)
		}
	}
	all = totalP + totalC
	v["gradient_norm2"] = g.Norm2() / float64(n*n)
	v["example_norm2"] = all / float64(n)
	v["coherence"] = g.Norm2() / all
	if corrupt == 0 {
		return v
	}
	v["coherence_pristine"], v["coherence_corrupt"] = g.PP/totalP, g.CC/totalC
	v["energy_share_pristine"], v["cosine_groups"] = totalP/all, g.PC/math.Sqrt(g.PP*g.CC)
	v["fp"], v["fc"] = g.F()
	v["ip"], v["ic"] = g.Pristine()/float64(n*n)/float64(pristine), g.Corrupt()/float64(n*n)/float64(corrupt)
	for w, world := range sample.worlds {
		name := "_sample"
		if w > 0 {
			name = fmt.Sprintf("_null_%d", w)
		}
		s, _ := coherence.GroupsOfRows(t.rows, world)
		p, c := sample.sizes()
		fp, fc := s.F()
		v["fp"+name] = fp
		if w == 0 {
			v["fc"+name] = fc
		}
		v["ip"+name], v["ic"+name] = s.Pristine()/float64(p), s.Corrupt()/float64(c)
	}
	return v
}

func measuredProblem(t *testing.T, examples int, change func(*record.Spec)) run.Problem {
	t.Helper()
	p := smallProblem(t, change)
	set, err := datasets.NewGlyphs(context.Background(), examples, 50, 3)
	if err != nil {
		t.Fatal(err)
	}
	if p.Noise, err = datasets.NewLabelNoise(set.Train.Labels, p.Spec.Noise, 1); err != nil {
		t.Fatal(err)
	}
	p.Set, p.Measure = set, record.MeasureGradients
	return p
}

func evaluate(t *testing.T, e run.Engine) record.Evaluation {
	t.Helper()
	got, err := e.Evaluate(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestGradientsAgainstSlowTwin(t *testing.T) {
	for _, c := range []struct {
		name     string
		examples int
		change   func(*record.Spec)
		xlaOnly  bool
	}{
		{"two hidden layers", 300, nil, false},
		{"no noise", 100, func(s *record.Spec) { s.Noise = 0 }, false},
		{"a small layer, a small set", 60, func(s *record.Spec) { s.Hidden = []int{6} }, false},
		// Several slabs of each group, the last of them filled up.
		{"linear, several slabs", 2 * measureMany * 5 / 4, func(s *record.Spec) { s.Hidden = nil }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			cgtest.Each(t, func(t *testing.T, b compute.Backend) {
				if c.xlaOnly && b.Name() != "xla" {
					t.Skip("slow there")
				}
				p := measuredProblem(t, c.examples, c.change)
				e := newSmall(t, b, p)
				state, err := e.State()
				if err != nil {
					t.Fatal(err)
				}
				// Biases off 0: an example that no unit of a layer answers to would put the next layer on ReLU's corner, where
				// conventions differ.
				for l := range len(p.Spec.Hidden) + 1 {
					biases := state[paramName(2*l+1)].Data.([]float32)
					for k := range biases {
						biases[k] = float32(0.01 * math.Sin(float64(7*k+l+1)))
					}
				}
				if err := e.Restore(0, state); err != nil {
					t.Fatal(err)
				}
				got := evaluate(t, e).Extra
				sample := e.gradients.sample
				want := newGradientTwin(p, state, sample).values(sample, p.Noise.PristineCount(), c.examples)
				for name, v := range want {
					if g, ok := got[name]; !ok || !(math.Abs(g-v) <= 2e-5*(math.Abs(v)+1e-12)) {
						t.Errorf("%s = %v (%v), want %v", name, g, ok, v)
					}
				}
				for name := range got {
					if _, ok := want[name]; !ok && name != "pristine_learned" && name != "corrupt_learned" {
						t.Errorf("%s = %v is not expected", name, got[name])
					}
				}
			})
		})
	}
}

// Late in training the two groups nearly cancel. What is left must still be right.
func TestGradientsWhereTheyCancel(t *testing.T) {
	p := measuredProblem(t, 400, func(s *record.Spec) { s.Hidden, s.Batch, s.LearningRate = nil, 400, 0.5 })
	e := newSmall(t, cgtest.XLA(t), p)
	mustAdvance(t, e, 1000)
	state, err := e.State()
	if err != nil {
		t.Fatal(err)
	}
	got := evaluate(t, e).Extra
	sample := e.gradients.sample
	want := newGradientTwin(p, state, sample).values(sample, p.Noise.PristineCount(), 400)
	if want["coherence"] > 0.1*want["coherence_pristine"] {
		t.Fatalf("they don't cancel: m-coherence %v, of pristine ones %v", want["coherence"], want["coherence_pristine"])
	}
	for _, name := range []string{"fp", "fc", "gradient_norm2", "coherence", "coherence_pristine", "fp_sample"} {
		if math.Abs(got[name]-want[name]) > 1e-3*math.Abs(want[name]) {
			t.Errorf("%s = %v, want %v", name, got[name], want[name])
		}
	}
	if math.Abs(got["fp"]+got["fc"]-1) > 1e-9 {
		t.Errorf("f^p + f^c = %v", got["fp"]+got["fc"])
	}
}

// A measured run is the same run, and its contributions add up over the first steps, through a state as well.
func TestMeasuringChangesNothingElse(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		p := measuredProblem(t, 200, nil)
		plainProblem := p
		plainProblem.Measure = ""
		plain, whole := newSmall(t, b, plainProblem), newSmall(t, b, p)
		var e run.Engine = newSmall(t, b, p)
		var ip float64
		for step := range 11 {
			want, measured, cut := evaluate(t, plain), evaluate(t, whole), evaluate(t, e)
			if step == 3 {
				evaluate(t, e) // again, which must add nothing
			}
			if !reflect.DeepEqual(measured, cut) {
				t.Fatalf("step %d: the resumed engine measures %v, the other %v", step, cut, measured)
			}
			g := measured.Extra["gradient_norm2"] * measured.Extra["fp"] / float64(p.Noise.PristineCount())
			ip += g
			got, ok := measured.Extra["ip"]
			if ok != (step < 10) || ok && math.Abs(got-ip) > 1e-9*ip {
				t.Errorf("step %d: ip = %v, %v; the sum so far is %v", step, got, ok, ip)
			}
			for _, name := range slices.Collect(maps.Keys(measured.Extra)) {
				if _, ok := want.Extra[name]; !ok {
					delete(measured.Extra, name)
				}
			}
			if !reflect.DeepEqual(measured, want) {
				t.Errorf("step %d: %+v when measured, else %+v", step, measured, want)
			}
			if step == 4 { // on through a state, into an engine that was not asked to measure
				state, err := e.State()
				if err != nil {
					t.Fatal(err)
				}
				next := newSmall(t, b, plainProblem)
				if err := next.Restore(e.Step(), state); err != nil {
					t.Fatal(err)
				}
				e = next
			}
			mustAdvance(t, plain, 1)
			mustAdvance(t, whole, 1)
			mustAdvance(t, e, 1)
		}
		a, _ := plain.State()
		z, _ := e.State()
		delete(z, stateContributions)
		if !reflect.DeepEqual(a, z) {
			t.Error("measuring changed the weights")
		}
	})
}

func TestMeasuringFromTheMiddleIsRefused(t *testing.T) {
	p := measuredProblem(t, 100, nil)
	plain := p
	plain.Measure = ""
	state, err := newSmall(t, cgtest.Go(t), plain).State()
	if err != nil {
		t.Fatal(err)
	}
	e := newSmall(t, cgtest.Go(t), p)
	if err := e.Restore(5, state); err == nil {
		t.Error("a run begun without measuring went on with it")
	}
	state[stateContributions] = run.Array{Shape: []int{3}, Data: make([]float64, 3)}
	if err := newSmall(t, cgtest.Go(t), p).Restore(5, state); err == nil {
		t.Error("a table of another size was taken")
	}
	// Without the first steps there is no i^p.
	late := newSmall(t, cgtest.Go(t), p)
	mustAdvance(t, late, 3)
	extra := evaluate(t, late).Extra
	if _, ok := extra["ip"]; ok {
		t.Error("ip at step 3 although steps 0 to 2 were not evaluated")
	}
	if _, ok := extra["fp"]; !ok {
		t.Error("no fp")
	}
}

func TestMeasuringCanBeInterrupted(t *testing.T) {
	e := newSmall(t, cgtest.Go(t), measuredProblem(t, 100, nil))
	ctx, cancel := context.WithCancel(context.Background())
	evaluate(t, e)
	cancel()
	if err := e.measureGradients(ctx, map[string]float64{}); err == nil {
		t.Error("no error although the context had ended")
	}
}

// The short measure has the same numbers as the long one, to seven digits, and nothing else; a state says which of the
// two a run was begun with.
func TestCoherenceAlone(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		p := measuredProblem(t, 100, nil)
		all := evaluate(t, newSmall(t, b, p)).Extra
		p.Measure = record.MeasureCoherence
		e := newSmall(t, b, p)
		got := evaluate(t, e).Extra
		p.Measure = ""
		plain := evaluate(t, newSmall(t, b, p)).Extra
		want := []string{"gradient_norm2", "example_norm2", "coherence", "coherence_pristine", "coherence_corrupt"}
		for l := range len(p.Spec.Hidden) + 1 {
			want = append(want, fmt.Sprintf("coherence_layer_%d", l), fmt.Sprintf("example_norm2_layer_%d", l))
		}
		for _, name := range want {
			if v, ok := got[name]; !ok || math.Abs(v-all[name]) > 1e-6*math.Abs(all[name]) {
				t.Errorf("%s is %v, the long measure has %v", name, v, all[name])
			}
		}
		if len(got) != len(want)+len(plain) {
			t.Errorf("%v is more than is asked", got)
		}
		if !record.MeasureCoherence.In(&record.Record{Spec: p.Spec, Evaluations: []record.Evaluation{{Extra: got}}}) {
			t.Error("a record does not know its measure")
		}
		state, err := e.State()
		if err != nil {
			t.Fatal(err)
		}
		resumed := newSmall(t, b, p) // which is not told
		if err := resumed.Restore(0, state); err != nil {
			t.Fatal(err)
		}
		if again := evaluate(t, resumed).Extra; !maps.Equal(again, got) {
			t.Errorf("goes on with %v, begun with %v", again, got)
		}
	})
}
