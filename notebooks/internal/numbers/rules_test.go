// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

// madeArm is a run of an arm in the first cell whose test accuracy has its best in the middle.
func madeArm(name string, seed int64, best float64) *record.Record {
	for _, a := range record.RuleArms() {
		if a.Name != name {
			continue
		}
		s := a.On(record.RuleCells("mnist")[0])
		s.Seed = seed
		r := &record.Record{Spec: s.Normalized()}
		for _, step := range s.Evaluated() {
			e := record.Evaluation{Step: step, TestAccuracy: 0.1}
			if step == 600 {
				e.TestAccuracy = best
			}
			r.Evaluations = append(r.Evaluations, e)
		}
		return r
	}
	return nil
}

func TestRuleNumbers(t *testing.T) {
	b := NewBook([]*record.Record{madeArm("sgd", 11, 0.8), madeArm("sgd", 12, 0.82), madeArm("agra", 11, 0.81), madeArm("agra", 12, 0.84),
		madeArm("clip", 11, 0.7), madeArm("sgd", 1, 0.99)})
	for what, want := range map[string]string{
		"best test rules arm=sgd cell=n50":    "81.0 % (80.0–82.0)", // and not seed 1
		"bestat test rules arm=agra cell=n50": "600",
		"fact largest_lead cell=n50":          "AGRA, by 1.5 points (1.0–2.0)",
		"fact rules_above cell=n50":           "1 of 2",
		"fact verdict_R1":                     "not tested",
	} {
		if got, err := b.Number(what); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", what, got, err, want)
		}
	}
	for what, want := range map[string]string{
		"best test rules arm=sgd cell=n51":    "there is no arm",
		"best test rules arm=median cell=n50": "no finished record",
		"fact largest_lead cell=fashion":      "no finished record",
	} {
		if _, err := b.Number(what); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
}
