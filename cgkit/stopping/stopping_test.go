// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package stopping

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

var nan = math.NaN()

func steps(n int, every float64) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = every * float64(i)
	}
	return list
}

func TestRules(t *testing.T) {
	at := func(keep, stop int) Choice { return Choice{Keep: keep, Stop: stop, Stopped: true} }
	for _, c := range []struct {
		name      string
		got, want Choice
	}{
		{"trough", Trough{}.Of(steps(9, 300), []float64{9, 4, 3, 2, 3, 5, 6, 7, 8}), at(2, 8)}, // medians 4 3 3 3 5 6 7
		{"a single outlier is none", Trough{}.Of(steps(7, 300), []float64{9, 4, 4, 99, 4, 4, 4}), never(7)},
		{"before step 300 nothing counts", Trough{}.Of(steps(9, 100), []float64{1, 1, 1, 9, 8, 7, 7, 7, 7}), never(9)},
		{"from the start", Trough{From: -1}.Of(steps(9, 100), []float64{1, 1, 1, 9, 8, 7, 7, 7, 7}), at(1, 4)},
		{"three times", Trough{Factor: 3}.Of(steps(8, 300), []float64{9, 2, 2, 5, 5, 7, 7, 7}), at(1, 6)},
		{"exactly twice is no stop", Trough{}.Of(steps(8, 300), []float64{9, 2, 2, 4, 4, 4, 4, 4}), never(8)},
		{"not measured", Trough{}.Of(steps(4, 300), []float64{nan, nan, nan, nan}), never(4)},
		{"empty", Trough{}.Of(nil, nil), Choice{Keep: -1, Stop: -1}},
		{"rises", Rises([]float64{5, 6, 4, 5, 5, 6, 1}, 3), at(5, 5)},
		{"too few rises", Rises([]float64{5, 6, 4, 5, 5}, 3), never(5)},
		{"first low", FirstLow([]float64{nan, 9, 6, 3, 4, 5, 4, 9}, 3), at(5, 6)}, // means 6, 4.3, 4, 4.3
		{"no low", FirstLow([]float64{nan, 9, 6, 3, 2}, 3), never(5)},
		{"above", FirstAbove([]float64{nan, -1, 0, 0.1, 5}, 0), at(3, 3)},
		{"flat", Flat(steps(5, 100), []float64{9, 9, 6, 4, 3.99}, 200, 0.01), at(4, 4)},
		{"a rise is flat too", Flat(steps(4, 100), []float64{9, 6, 7, 4}, 0, 0.01), at(2, 2)},
		{"patience", Patience([]float64{nan, 1, 3, 2, 3, 9}, 2), at(2, 4)},
		{"patience has none yet", Patience([]float64{1, 3, 2, 4, 3}, 2), Choice{Keep: 3, Stop: 4}},
		{"patience without values", Patience(nil, 2), Choice{Keep: -1, Stop: -1}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, c.got, c.want)
		}
	}
	if got := Medians([]float64{5, 1, 2, 9, 3}); !slices.Equal(got, []float64{5, 1, 2, 2, 3}) {
		t.Errorf("medians %v", got)
	}
}

// troughTwin is the rule of Trough, slowly: all medians first.
func troughTwin(steps, values []float64) Choice {
	n := len(steps)
	for stop := 1; stop+1 < n; stop++ { // the evaluation whose median may be too large
		keep, least := -1, math.Inf(1)
		median := 0.0
		for i := 1; i <= stop; i++ {
			if steps[i] < 300 {
				continue
			}
			three := slices.Sorted(slices.Values(values[i-1 : i+2]))
			median = three[1]
			if median < least {
				keep, least = i, median
			}
		}
		if keep >= 0 && median > 2*least {
			return Choice{Keep: keep, Stop: stop + 1, Stopped: true}
		}
	}
	return Choice{Keep: n - 1, Stop: n - 1}
}

// Rules look at no evaluation after the one at which they stop, keep none after it, and the trough is what its twin says.
func TestRulesLookAtThePast(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	stopped := map[string]int{}
	for range 300 {
		n := 1 + draw.IntN(30)
		columns := map[string][]float64{}
		for _, r := range Rules() {
			column := make([]float64, n)
			for i := range column {
				column[i] = math.Exp(2 * draw.NormFloat64())
			}
			columns[r.Needs] = column
		}
		run := Run{Steps: steps(n, 60), Right: 2, Column: func(name string) []float64 { return columns[name] }}
		if got, want := (Trough{}).Of(run.Steps, columns["coherence"]), troughTwin(run.Steps, columns["coherence"]); got != want {
			t.Fatalf("%v: %+v, want %+v", columns["coherence"], got, want)
		}
		for _, r := range Rules() {
			whole := r.Of(run)
			if whole.Keep > whole.Stop || whole.Keep < 0 || whole.Stop >= n {
				t.Fatalf("%s: %+v of %d", r.Name, whole, n)
			}
			if !whole.Stopped {
				continue
			}
			stopped[r.Name]++
			part := Run{Steps: run.Steps[:whole.Stop+1], Right: 2, Column: func(name string) []float64 { return columns[name][:whole.Stop+1] }}
			if got := r.Of(part); got != whole {
				t.Errorf("%s: %+v with all evaluations, %+v without those after the stop", r.Name, whole, got)
			}
		}
	}
	if len(stopped) != len(Rules()) {
		t.Errorf("rules that ever stopped: %v", stopped)
	}
}
