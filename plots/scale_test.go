// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"math"
	"strings"
	"testing"
)

func TestStepScale(t *testing.T) {
	s := StepScale{Gap: 0.5}
	// From 0 to 1000: half a decade, then three.
	for _, tc := range []struct{ step, want float64 }{
		{0, 0}, {0.5, 0.25 / 3.5}, {1, 0.5 / 3.5}, {10, 1.5 / 3.5}, {1000, 1}, {-4, 0},
	} {
		if got := s.Normalize(0, 1000, tc.step); math.Abs(got-tc.want) > 1e-12 {
			t.Errorf("step %v at %v, want %v", tc.step, got, tc.want)
		}
	}
	last := math.Inf(-1)
	for x := 0.0; x < 5; x += 0.01 {
		if got := s.Normalize(0, 5, x); got <= last {
			t.Fatalf("not increasing at %v", x)
		} else {
			last = got
		}
	}
	if got := s.Normalize(5, 5, 5); got != 0 {
		t.Errorf("empty range: got %v", got)
	}
}

func TestStepTicks(t *testing.T) {
	for _, tc := range []struct {
		min, max float64
		every    int
		want     string
	}{
		{0, 60000, 1, "0 1 10 100 1k 10k"},
		{0, 60000, 2, "0 1 100 10k"},
		{0, 10, 1, "0 1 2 5 10"},
		{1, 1e6, 1, "1 10 100 1k 10k 100k 1M"},
		{0, 0, 1, "0"},
		{0, 0.5, 1, "0"},
		{1e9, 1e12, 1, "1G 10G 100G 1e12"},
		{0, math.Inf(1), 1, "0"},
	} {
		var got []string
		for _, k := range (StepTicks{Every: tc.every}).Ticks(tc.min, tc.max) {
			if k.Value < tc.min || k.Value > tc.max {
				t.Errorf("tick %v outside [%v, %v]", k.Value, tc.min, tc.max)
			}
			if k.Label != "" {
				got = append(got, k.Label)
			}
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("[%v, %v] every %d: %q, want %q", tc.min, tc.max, tc.every, s, tc.want)
		}
	}
}

func TestLinearTicks(t *testing.T) {
	for _, tc := range []struct {
		min, max float64
		n        int
		want     string
	}{
		{0, 100, 4, "0 25 50 75 100"},
		{-1.2, 1.3, 3, "−1 0 1"},
		{0, 2.6, 5, "0 1 2"},
		{0, 1e300, 3, "0 5e299 1e300"},
		{1, 1, 3, ""}, {2, 1, 3, ""}, {0, 1, 0, ""},
		{math.NaN(), 1, 3, ""}, {math.Inf(-1), math.Inf(1), 3, ""},
		{1e-320, 2e-320, 3, "0"}, // beyond what a float64 can step through
	} {
		var got []string
		for _, k := range linearTicks(tc.min, tc.max, tc.n) {
			got = append(got, k.Label)
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("[%v, %v] by %d: %q, want %q", tc.min, tc.max, tc.n, s, tc.want)
		}
	}
}

func TestCompact(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.1 + 0.2: "0.3", -2.5: "−2.5", 1e-7: "1e−7", 123456789: "1.23e8", 77.5: "77.5"} {
		if got := compact(v); got != want {
			t.Errorf("compact(%v) = %q, want %q", v, got, want)
		}
	}
}
