// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"coherentgradients/cgkit/record"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
)

var remembering = []string{"rolling-median", "rolling-mean", "median-of-batches"}

// Seven steps of each rule that remembers, against the same written out in float64: the gradients of three batches, the
// middle one or the mean of each coordinate, and no update where the rule waits.
func TestRulesThatRememberAgainstSlowTwin(t *testing.T) {
	for _, name := range remembering {
		cgtest.Each(t, func(t *testing.T, b compute.Backend) {
			p := smallProblem(t, func(s *record.Spec) { s.Aggregator = name })
			e := newSmall(t, b, p)
			var history []map[string][]float64
			for step := range 7 {
				before, err := e.State()
				if err != nil {
					t.Fatal(err)
				}
				history = append(history, newTwin(p, before).mean(e.order.Batch(step)))
				mustAdvance(t, e, 1)
				after, err := e.State()
				if err != nil {
					t.Fatal(err)
				}
				ready := step >= 2
				if name == "median-of-batches" {
					ready = step%3 == 2
				}
				for i := range 2 * (len(p.Spec.Hidden) + 1) {
					w, old := after[paramName(i)].Data.([]float32), before[paramName(i)].Data.([]float32)
					if !ready {
						if !slices.Equal(w, old) {
							t.Fatalf("step %d moved %s", step, paramName(i))
						}
						continue
					}
					for j := range w {
						var three []float64
						for _, g := range history[step-2:] {
							three = append(three, g[paramName(i)][j])
						}
						slices.Sort(three)
						direction := three[1]
						if name == "rolling-mean" {
							direction = (three[0] + three[1] + three[2]) / 3
						}
						if d := math.Abs(float64(w[j]) - (float64(old[j]) - p.Spec.LearningRate*direction)); !(d < 2e-6) {
							t.Fatalf("step %d: %s[%d] = %v, off by %v", step, paramName(i), j, w[j], d)
						}
					}
				}
			}
		})
	}
}

// mean is the mean gradient of the examples with the given indices.
func (t *slow) mean(batch []int32) map[string][]float64 {
	features := t.p.Set.Features()
	sum := map[string][]float64{}
	for _, e := range batch {
		for name, g := range t.gradient(t.p.Set.Train.Pixels[int(e)*features:(int(e)+1)*features], t.p.Noise.Given[e]) {
			if sum[name] == nil {
				sum[name] = make([]float64, len(g))
			}
			for j, v := range g {
				sum[name][j] += v / float64(len(batch))
			}
		}
	}
	return sum
}

// A run goes on from a state in the middle of three batches as if it had never stopped, to the last bit.
func TestMemoryGoesThroughStates(t *testing.T) {
	b := cgtest.Go(t)
	for _, name := range remembering {
		p := smallProblem(t, func(s *record.Spec) { s.Aggregator = name })
		whole, cut := newSmall(t, b, p), newSmall(t, b, p)
		mustAdvance(t, whole, 10)
		mustAdvance(t, cut, 4)
		state, err := cut.State()
		if err != nil {
			t.Fatal(err)
		}
		resumed := newSmall(t, b, p)
		if err := resumed.Restore(4, state); err != nil {
			t.Fatal(err)
		}
		mustAdvance(t, resumed, 6)
		want, _ := whole.State()
		if got, err := resumed.State(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the resumed run ends differently (%v)", name, err)
		}
		if err := newSmall(t, b, smallProblem(t, nil)).Restore(4, state); err == nil {
			t.Errorf("%s: its state was taken by plain SGD", name)
		}
		for array := range state {
			if strings.HasPrefix(array, "optimizers/cgkit/") {
				delete(state, array)
				break
			}
		}
		if err := newSmall(t, b, p).Restore(4, state); err == nil {
			t.Errorf("%s: a state without what the rule remembers was taken", name)
		}
	}
}
