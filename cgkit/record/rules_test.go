// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import "testing"

func TestRuleRuns(t *testing.T) {
	seen := map[string]bool{}
	bySeed := map[int64]int{}
	for _, s := range RuleRuns("mnist") {
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", s.ID(), err)
		}
		if seen[s.ID()] {
			t.Errorf("%s twice", s.ID())
		}
		seen[s.ID()] = true
		bySeed[s.Seed]++
	}
	for _, seed := range RuleSeeds {
		if bySeed[seed] == 0 || bySeed[seed] != bySeed[RuleSeeds[0]] {
			t.Errorf("runs by seed: %v", bySeed)
		}
	}
	t.Logf("%d runs", len(seen))
	for _, c := range RuleCells("mnist") {
		if want := map[string]float64{"n50": 0.55, "n25": 0.775, "pairs25": 0.75, "fashion": 0.55, "n0": 1}[c.Name]; c.Right() != want {
			t.Errorf("%s: %v of the labels are right, want %v", c.Name, c.Right(), want)
		}
	}
}
