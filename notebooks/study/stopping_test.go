// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"math"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/stopping"
	"coherentgradients/notebooks/internal/place"
)

// The cells of S1 are found among the committed records, said in one line, and seen by the rules as they are.
func TestStoppingCells(t *testing.T) {
	t.Setenv(place.EnvRuns, t.TempDir())
	t.Setenv(place.EnvMode, string(place.Redraw))
	t.Chdir("..")
	var cells []StoppingCell
	said := printed(t, func() { cells = StoppingCells() })
	found := 0
	for _, c := range cells {
		found += len(c.Records)
		for _, r := range c.Records {
			run := Signals(r)
			for _, rule := range stopping.Rules() {
				column := run.Column(rule.Needs)
				if len(column) != len(run.Steps) || math.IsNaN(column[len(column)-1]) {
					t.Errorf("%s: %s has %d values at %d steps", r.Spec.ID(), rule.Needs, len(column), len(run.Steps))
				}
			}
			if r.Spec.Noise != c.Noise.Share || r.Spec.Dataset != c.Dataset || !slices.Contains(record.StoppingSeeds, r.Spec.Seed) {
				t.Errorf("%s among those of %s", r.Spec.ID(), c.Text())
			}
		}
	}
	if len(cells) != 10 || found == 0 || !strings.Contains(said, " of 50 records found") || strings.Count(said, "\n") != 1 {
		t.Errorf("%d cells with %d records, said %q", len(cells), found, said)
	}
	if caption := BarsCaption("Points", cells).Caption; !strings.Contains(caption, "seed") {
		t.Errorf("caption %q", caption)
	}
}

// What quick mode trains is small, and can be.
func TestStoppingPlanQuick(t *testing.T) {
	t.Setenv(place.EnvMode, string(place.Quick))
	for _, dataset := range []string{"mnist", "glyphs"} {
		t.Setenv("CG_DATASET", dataset)
		plan := stoppingPlan()
		if len(plan) != 1 || len(plan[0].specs) != 1 {
			t.Fatalf("%s: %d cells", dataset, len(plan))
		}
		s := plan[0].specs[0]
		if err := s.Validate(); err != nil || !strings.HasPrefix(s.Dataset, dataset+"-") || s.Schedule != record.ScheduleEven {
			t.Errorf("%s: %v, %v", dataset, s, err)
		}
	}
}
