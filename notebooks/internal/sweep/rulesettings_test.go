// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"strings"
	"testing"
)

// A rule's settings go with every rule of the block, and with none that was not named.
func TestRuleSettings(t *testing.T) {
	specs, err := Grid{{Aggregator: []string{"krum", "gaf"}}}.With(Block{RuleSettings: map[string]string{"f": "20"}}).Specs()
	if err != nil || len(specs) != 2 {
		t.Fatalf("%d specs, %v", len(specs), err)
	}
	for _, s := range specs {
		if s.RuleSettings["f"] != "20" {
			t.Errorf("%s: settings %v", s.Aggregator, s.RuleSettings)
		}
	}
	if _, err := (Grid{{RuleSettings: map[string]string{"f": "20"}}}).Specs(); err == nil || !strings.Contains(err.Error(), "without an aggregator") {
		t.Errorf("settings of no rule: %v", err)
	}
}
