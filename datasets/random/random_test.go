// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package random

import (
	"slices"
	"testing"
)

// TestShuffleIsUniform looks at where each of five values ends up.
func TestShuffleIsUniform(t *testing.T) {
	const rounds = 20_000
	var at [5][5]float64
	source := Stream(1, "test", 0)
	for range rounds {
		x := []int32{0, 1, 2, 3, 4}
		Shuffle(source, x)
		for place, value := range x {
			at[value][place]++
		}
	}
	chi2, expected := 0.0, rounds/5.0
	for _, row := range at {
		for _, n := range row {
			chi2 += (n - expected) * (n - expected) / expected
		}
	}
	if chi2 > 39.25 { // 16 degrees of freedom, 0.1 %; the seed is fixed
		t.Errorf("χ² = %.1f: %v", chi2, at)
	}
}

func TestDistinct(t *testing.T) {
	for _, c := range []struct{ n, k, want int }{{10, 3, 3}, {3, 10, 3}, {5, 5, 5}, {1_600_000, 300, 300}, {0, 3, 0}} {
		got := Distinct(Stream(0, "test", 0), c.n, c.k)
		if len(got) != c.want || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != c.want {
			t.Errorf("%d of %d: %v", c.k, c.n, got)
		}
		if len(got) > 0 && (got[0] < 0 || int(got[len(got)-1]) >= c.n) {
			t.Errorf("%d of %d: out of range: %v", c.k, c.n, got)
		}
		if !slices.Equal(got, Distinct(Stream(0, "test", 0), c.n, c.k)) {
			t.Error("not the same again")
		}
	}
}
