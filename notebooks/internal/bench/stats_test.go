// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"math"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(c.values); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.values, got, c.want)
		}
	}
	if !math.IsNaN(median(nil)) {
		t.Error("the median of nothing is a number")
	}
}

func TestRatioOfCommonRounds(t *testing.T) {
	a := []sample{{0, 100}, {1, 4}, {1, 6}, {2, 5}}
	b := []sample{{1, 1}, {2, 2}, {2, 3}, {7, 900}}
	if got := ratioOf(a, b); got != 2.5 { // rounds 1 and 2: medians 5 and 2
		t.Errorf("ratio %v, want 2.5", got)
	}
	if got := ratioOf(a[:1], b); !math.IsNaN(got) {
		t.Errorf("ratio without a common round: %v", got)
	}
}

func TestFit(t *testing.T) {
	l := fit([]float64{1, 2, 3, 4}, []float64{5, 7, 9, 11})
	if math.Abs(l.intercept-3) > 1e-12 || math.Abs(l.slope-2) > 1e-12 || math.Abs(l.r2-1) > 1e-12 {
		t.Errorf("a straight line: %+v", l)
	}
	// By hand: x̄ = 1, ȳ = 1; Sxx = 2, Sxy = 1, Syy = 2, so slope 1/2, intercept 1/2, R² = 1/4.
	if l = fit([]float64{0, 1, 2}, []float64{1, 0, 2}); l.slope != 0.5 || l.intercept != 0.5 || math.Abs(l.r2-0.25) > 1e-12 {
		t.Errorf("a bent one: %+v", l)
	}
	if l = fit([]float64{2, 2}, []float64{1, 3}); !math.IsNaN(l.slope) {
		t.Errorf("one x only: %+v", l)
	}
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		ms     float64
		way    string
		rounds int
		chunk  int
		want   plan
	}{
		{4, wayCall, 30, 0, plan{30, 2, 3}},
		{100, wayCall, 30, 0, plan{30, 1, 1}},
		{400, "sort", 30, 0, plan{30, 0, 1}},
		{2500, "sort", 30, 0, plan{24, 0, 1}},
		{60_000, "sort", 30, 0, plan{fewest, 0, 1}},
		{60_000, "sort", 2, 0, plan{2, 0, 1}},
		{4, wayLoop, 30, 64, plan{20, 0, 1}},
		{4, wayLoop, 1, 64, plan{1, 0, 1}},
		{140, wayLoop, 30, 1, plan{30, 1, 1}}, // pure Go: one step a call
	} {
		got := planFor(c.ms, c.way, c.rounds, c.chunk)
		if got != c.want {
			t.Errorf("%v ms, %s, %d rounds: %+v, want %+v", c.ms, c.way, c.rounds, got, c.want)
		}
		taken := 0
		for round := range c.rounds {
			if got.takesPart(round, c.rounds) {
				taken++
			}
		}
		if taken != got.rounds {
			t.Errorf("%+v takes part in %d of %d rounds", got, taken, c.rounds)
		}
	}
}
