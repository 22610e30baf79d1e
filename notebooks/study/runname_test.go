// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"slices"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// TestRunNames: c alone tells runs of one rule apart, and where there are several each says which it is.
func TestRunNames(t *testing.T) {
	run := func(rule string, c float64) *record.Record {
		s := Spec(0.5, c)
		s.Aggregator = rule
		return &record.Record{Spec: s.Normalized()}
	}
	for _, c := range []struct {
		runs []*record.Record
		want []string
		auto bool
	}{
		{[]*record.Record{run("winsorize", 0), run("winsorize", 2)}, []string{"c = 0", "c = 2"}, false},
		{[]*record.Record{run("winsorize", 0), run("winsorize", 2), run("trimmed-mean", 2)}, []string{"plain SGD", "winsorize, c = 2", "trimmed-mean, c = 2"}, true},
		{[]*record.Record{run("winsorize", 0), run("winsorize", 2), run("trimmed-mean", 4)}, []string{"plain SGD", "winsorize, c = 2", "trimmed-mean, c = 4"}, true},
		{[]*record.Record{run("mean", 0), run("median", 0)}, []string{"plain SGD", "median"}, true},
		{[]*record.Record{run("mean", 0), run("trimmed-mean", 2)}, []string{"plain SGD", "trimmed-mean, c = 2"}, true},
		{[]*record.Record{run("winsorize", 2), run("median", 0)}, []string{"winsorize, c = 2", "median"}, true},
	} {
		var got []string
		for _, r := range c.runs {
			got = append(got, runName(r, c.runs))
			if auto := runRole(r, c.runs) == plots.Auto; auto != c.auto {
				t.Errorf("%q: a colour of its own %v, want %v", got[len(got)-1], auto, c.auto)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
