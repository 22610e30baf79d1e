// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"

	"github.com/gomlx/compute"
)

// near says whether a measured value is what float64 makes of it.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-4*(1e-3+math.Abs(want)) }

func advance(t *testing.T, e run.Engine, n int) float64 {
	t.Helper()
	loss, err := e.Advance(context.Background(), n)
	if err != nil {
		t.Fatal(err)
	}
	return loss
}

func stateOf(t *testing.T, e run.Engine) map[string]run.Array {
	t.Helper()
	state, err := e.State()
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// Dead units, active units, logits, updates and batch losses, against the net written out. Some units are killed by a
// bias far below 0.
func TestHealthAgainstTwin(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		p := measuredProblem(t, 100, func(s *record.Spec) { s.Batch = 20 })
		p.Measure = record.MeasureHealth
		e := newSmall(t, b, p)
		state := stateOf(t, e)
		dead := []int{2, 1}
		for l, n := range dead {
			biases := state[paramName(2*l+1)].Data.([]float32)
			for k := range n {
				biases[2*k] = -1e3
			}
		}
		if err := e.Restore(0, state); err != nil {
			t.Fatal(err)
		}
		first := evaluate(t, e)
		if _, ok := first.Value("update_max"); ok {
			t.Error("an update at step 0")
		}
		var largest, last, sum float64
		const steps = 7
		for range steps {
			before := newTwin(p, stateOf(t, e))
			sum += advance(t, e, 1)
			after := newTwin(p, stateOf(t, e))
			last = 0
			for name, w := range after.params {
				for i, v := range w {
					last += (v - before.params[name][i]) * (v - before.params[name][i])
				}
			}
			last = math.Sqrt(last)
			largest = max(largest, last)
		}
		for _, got := range []record.Evaluation{evaluate(t, e), evaluate(t, e)} { // twice the same
			for name, want := range map[string]float64{"update_max": largest, "update_last": last, "batch_loss": sum / steps} {
				if v := got.Extra[name]; !near(v, want) {
					t.Errorf("%s = %v, want %v", name, v, want)
				}
			}
			net := newTwin(p, stateOf(t, e))
			features, n := p.Set.Features(), len(p.Noise.Given)
			alive := [][]bool{make([]bool, p.Spec.Hidden[0]), make([]bool, p.Spec.Hidden[1])}
			active := make([]float64, 2)
			logit := 0.0
			for i := range n {
				net.net.Logits(&net.pass, floats(p.Set.Train.Pixels[i*features:(i+1)*features]))
				values := net.pass.Values()
				for l := range alive {
					for k, v := range values[l+1] {
						if v > 0 {
							alive[l][k] = true
							active[l] += 1 / float64(n*len(alive[l]))
						}
					}
				}
				for _, v := range values[3] {
					logit = max(logit, math.Abs(v))
				}
			}
			for l := range alive {
				none := 0
				for _, any := range alive[l] {
					if !any {
						none++
					}
				}
				if none < dead[l] {
					t.Fatalf("layer %d: %d dead, %d were killed", l, none, dead[l])
				}
				if v, want := got.Extra[fmt.Sprintf("dead_layer_%d", l)], float64(none)/float64(len(alive[l])); v != want {
					t.Errorf("dead in layer %d: %v, want %v", l, v, want)
				}
				if v := got.Extra[fmt.Sprintf("active_layer_%d", l)]; !near(v, active[l]) {
					t.Errorf("active in layer %d: %v, want %v", l, v, active[l])
				}
			}
			if v := got.Extra["logit_max"]; !near(v, logit) {
				t.Errorf("largest logit %v, want %v", v, logit)
			}
		}
		advance(t, e, 1) // from here on it is counted anew
		if got := evaluate(t, e); !(got.Extra["update_max"] == got.Extra["update_last"]) {
			t.Errorf("after one update the largest is %v and the last %v", got.Extra["update_max"], got.Extra["update_last"])
		}
	})
}

// What is followed of updates changes no bit of them.
func TestHealthChangesNothing(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		var want map[string]run.Array
		for _, measure := range []record.Measure{"", "gradients,clamping,health,signals"} {
			p := measuredProblem(t, 100, func(s *record.Spec) { s.Batch, s.Aggregator, s.C = 20, "winsorize", 10 })
			p.Measure = measure
			e := newSmall(t, b, p)
			for range 3 {
				evaluate(t, e)
				advance(t, e, 5)
			}
			state := stateOf(t, e)
			for _, name := range []string{stateHealth, stateClamping, stateContributions, stateSignals} {
				if _, ok := state[name]; ok != (measure != "") {
					t.Errorf("measure %q: %s in the state: %v", measure, name, ok)
				}
				delete(state, name)
			}
			if want == nil {
				want = state
			} else if !reflect.DeepEqual(state, want) {
				t.Error("measuring changes the run")
			}
		}
	})
}

// Whose gradients are clamped, against sorting.
func TestClampingAgainstTwin(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		p := measuredProblem(t, 100, func(s *record.Spec) { s.Batch, s.Aggregator, s.C = 20, "winsorize", 10 })
		p.Measure = record.MeasureClamping
		e := newSmall(t, b, p)
		got := evaluate(t, e).Extra
		net := newTwin(p, stateOf(t, e))
		order, err := run.NewBatchOrder(p.Spec, 100)
		if err != nil {
			t.Fatal(err)
		}
		counts, sizes := map[string]float64{}, map[string]float64{}
		features := p.Set.Features()
		for step := range record.ClampingBatches {
			var gradients []map[string][]float64
			batch := order.Batch(step)
			for _, i := range batch {
				gradients = append(gradients, net.gradient(p.Set.Train.Pixels[int(i)*features:(int(i)+1)*features], p.Noise.Given[i]))
			}
			for k := range 6 {
				name := paramName(k)
				for c := range net.params[name] {
					var column []float64
					for _, g := range gradients {
						column = append(column, g[name][c])
					}
					sorted := slices.Sorted(slices.Values(column))
					low, high := sorted[int(math.RoundToEven(p.Spec.C/100*19))], sorted[int(math.RoundToEven((100-p.Spec.C)/100*19))]
					for i, v := range column {
						group := "_pristine"
						if p.Noise.Corrupt(int(batch[i])) {
							group = "_corrupt"
						}
						for _, of := range []string{"", fmt.Sprintf("_layer_%d", k/2)} {
							for _, g := range []string{"", group} {
								sizes[g+of]++
								if v < low {
									counts["clamped_low"+g+of]++
								}
								if v > high {
									counts["clamped_high"+g+of]++
								}
							}
						}
					}
				}
			}
		}
		if len(sizes) != 12 {
			t.Fatalf("groups %v", sizes)
		}
		for of, size := range sizes {
			for _, side := range []string{"clamped_low", "clamped_high"} {
				v, ok := got[side+of]
				// A value whose neighbour in order differs by less than float32 tells apart may be counted on either
				// side.
				if want := counts[side+of] / size; !ok || math.Abs(v-want) > 2e-3 {
					t.Errorf("%s = %v, want %v", side+of, v, want)
				}
			}
		}
		if got["clamped_low_pristine"] == got["clamped_low_corrupt"] {
			t.Error("the groups are clamped alike: the test tells nothing")
		}
	})
}
