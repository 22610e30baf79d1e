// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"slices"
	"testing"
)

func TestSchedule(t *testing.T) {
	paper := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200, 300, 400, 500, 600, 700,
		800, 900, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000}
	for _, test := range []struct {
		steps int
		want  []int
	}{
		{0, []int{0}},
		{1, []int{0, 1}},
		{9, paper[:10]},
		{10, paper[:11]},
		{15, append(slices.Clone(paper[:11]), 15)},
		{100, paper[:20]},
		{60_000, paper},
		{60_001, append(slices.Clone(paper), 60_001)},
		{100_000, append(slices.Clone(paper), 70_000, 80_000, 90_000, 100_000)}, // and no 100,000 + 100,000 stride
	} {
		if got := Schedule(test.steps); !slices.Equal(got, test.want) {
			t.Errorf("Schedule(%d) = %v, want %v", test.steps, got, test.want)
		}
	}
	if got := Schedule(250_000); got[len(got)-2] != 240_000 {
		t.Errorf("after 100,000 it goes on by 10,000, got %v", got[len(got)-4:])
	}
}
