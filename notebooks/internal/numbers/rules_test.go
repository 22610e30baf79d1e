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
			pristine, corrupt := float64(step)/1000, float64(step)/10_000
			e := record.Evaluation{Step: step, TestAccuracy: 0.1, PristineAccuracy: &pristine, CorruptAccuracy: &corrupt}
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
		"fact verdict_E1":                     "not tested",

		"fact at_pristine step arm=agra cell=n50 reach=0.9":    "900",
		"fact at_pristine corrupt arm=agra cell=n50 reach=0.9": "9.0 %",
		"fact at_pristine test arm=sgd cell=n50 reach=99":      "never",
		"fact at_pristine step arm=sgd cell=n50 reach=99":      "never",
	} {
		if got, err := b.Number(what); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", what, got, err, want)
		}
	}
	for what, want := range map[string]string{
		"best test rules arm=sgd cell=n51":    "there is no arm",
		"best test rules arm=median cell=n50": "no finished record",
		"fact largest_lead cell=fashion":      "no finished record",
		"fact verdict_X1":                     "no claim",
		"fact at_pristine step cell=n50":      "say fact at_pristine",
	} {
		if _, err := b.Number(what); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
}

// A name for runs of a notebook does not take those with other claims' seeds.
func TestNumbersOfTheirSeeds(t *testing.T) {
	var records []*record.Record
	for i, seed := range []int64{record.CarrySeeds[0], 99} {
		s := record.CarriedFashion(0.25, 0, "")
		s.Seed = seed
		records = append(records, &record.Record{Spec: s, Evaluations: []record.Evaluation{{Step: s.Steps, TestAccuracy: 0.5 + float64(i)/10}}})
	}
	if got, err := NewBook(records).Number("final test clothes n=25"); err != nil || got != "50.0 % (one seed)" {
		t.Errorf("%q, %v", got, err)
	}
}

// Numbers of the runs that are evaluated after every epoch: with noise, and without it n=0.
func TestEpochNumbers(t *testing.T) {
	var records []*record.Record
	for i, n := range []float64{0, 0.5} {
		s := record.Stopping(record.StoppingSets()[1], n, "")
		s.Seed = record.StoppingSeeds[0]
		r := &record.Record{Spec: s.Normalized()}
		for k, step := range r.Spec.Evaluated() {
			e := record.Evaluation{Step: step, Extra: map[string]float64{"example_norm2": 10}}
			if k == 3+i {
				e.TestAccuracy = 0.9
			}
			if step > 3000 {
				e.Extra["example_norm2"] = 25
			}
			r.Evaluations = append(r.Evaluations, e)
		}
		records = append(records, r)
	}
	b := NewBook(records)
	for what, want := range map[string]string{
		"fact stopping_best_epochs": "4", "fact stopping_best_epochs n=0": "3", "fact turn_by_epoch n=50 cell=fashion": "2.50 (one seed)",
	} {
		if got, err := b.Number(what); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", what, got, err, want)
		}
	}
	for what, want := range map[string]string{"fact turn_by_epoch n=50 cell=mnist": "no finished record", "fact turn_by_epoch n=50": "say fact", "fact turn_by_epoch n=50 cell=x": "say fact"} {
		if _, err := b.Number(what); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	if _, err := NewBook(nil).Number("fact stopping_best_epochs"); err == nil {
		t.Error("epochs of no run")
	}
}
