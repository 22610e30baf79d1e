// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"testing"

	"coherentgradients/cgkit/record"
)

// seededRuns are records without evaluations: of each noise and c, seeds from 1 to a number.
func seededRuns(counts map[[2]float64]int) (list []*record.Record) {
	for at, n := range counts {
		for seed := range n {
			s := record.DefaultSpec()
			s.Noise, s.C, s.Seed = at[0], at[1], int64(seed)+1
			if s.C > 0 {
				s.Aggregator = "winsorize"
			}
			list = append(list, &record.Record{Spec: s})
		}
	}
	return append(list, nil)
}

// Captions say of how many seeds each curve is.
func TestCurvesOf(t *testing.T) {
	for want, counts := range map[string]map[[2]float64]int{
		"no seed":     {},
		"one seed, 1": {{0, 0}: 1, {0.5, 2}: 1},
		"each curve is the median of 3 seeds, with their range as a band":                                            {{0, 0}: 3, {0.5, 0}: 3},
		"curves are the median of 3 seeds, with their range as a band, at 0, 50 % noise, and one seed at 75 % noise": {{0, 0}: 3, {0.5, 0}: 3, {0.75, 0}: 1},
		"curves are the median of 5 seeds, with their range as a band, at 50 % noise (c = 0, 2), of 2 at 0 % noise, and one seed at 25 % noise and 50 % noise (c = 4)": {
			{0.5, 0}: 5, {0.5, 2}: 5, {0.5, 4}: 1, {0.25, 0}: 1, {0, 0}: 2, {0, 2}: 2},
	} {
		for range 5 { // maps have no order
			if got := CurvesOf(seededRuns(counts)); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	}
	other := seededRuns(map[[2]float64]int{{0, 0}: 1, {0.5, 0}: 1})
	other[0].Spec.Seed = 7
	if got := CurvesOf(other); got != "one seed for each curve" {
		t.Error(got)
	}
}
