// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

// papers leaves out the verdicts on claims added later.
func papers(verdicts []Verdict) []Verdict { return verdicts[:len(All())] }

// laterWorld makes up the records that the later claims ask for, in which they hold.
func laterWorld() []*record.Record {
	var records []*record.Record
	for _, s := range FirstSteps(Paper) {
		r := figure1World(s.Noise, s.Seed)
		r.Spec.Steps = firstSteps
		r.Evaluations = r.Evaluations[:firstSteps+1]
		for _, e := range r.Evaluations {
			for k := range 6 {
				e.Extra[fmt.Sprintf("ip_null_%d", k+1)], e.Extra[fmt.Sprintf("ic_null_%d", k+1)] = 1+0.01*float64(k), 1
			}
		}
		records = append(records, r)
	}
	for _, n := range []float64{0.25, 0.75} {
		for _, c := range clamped[2:] {
			r := figure4World(n, c, 2)
			for i := range r.Evaluations {
				low := 0.01
				r.Evaluations[i].CorruptAccuracy = &low
			}
			records = append(records, r)
		}
	}
	return records
}

func TestLater(t *testing.T) {
	// Seeds that had been looked at don't count.
	seen := func() []*record.Record {
		records := laterWorld()
		for _, r := range records {
			r.Spec.Seed = 1
		}
		return records
	}
	for _, c := range []struct {
		id, what string
		change   func(*record.Record)
		want     string
	}{
		{"C10a", "as made up", func(*record.Record) {}, Holds},
		{"C11a", "as made up", func(*record.Record) {}, Holds},
		{"C10a", "one null world as large, in every run at 50 %", func(r *record.Record) {
			if r.Spec.Noise == 0.5 && r.Spec.Steps == firstSteps {
				r.Evaluations[9].Extra["ip_null_3"] = 2 * r.Evaluations[9].Extra["ic_null_3"]
			}
		}, DoesNotHold},
		{"C10a", "the same in three of seven runs", func(r *record.Record) {
			if r.Spec.Noise == 0.5 && r.Spec.Steps == firstSteps && r.Spec.Seed < 7 {
				r.Evaluations[9].Extra["ip_null_3"] = 2 * r.Evaluations[9].Extra["ic_null_3"]
			}
		}, Holds},
		{"C10a", "null worlds that spread", func(r *record.Record) {
			for k := range 6 {
				r.Evaluations[9].Extra[fmt.Sprintf("ip_null_%d", k+1)] = 1 + 0.19*float64(k)
			}
		}, HoldsInPart},
		{"C11a", "one cell memorises", func(r *record.Record) {
			if high := 0.12; r.Spec.Noise == 0.75 && r.Spec.C == 2 {
				r.Evaluations[len(r.Evaluations)-1].CorruptAccuracy = &high
			}
		}, HoldsInPart},
		{"C11a", "a constant guess does not memorise", func(r *record.Record) {
			high := 0.112
			r.Evaluations[len(r.Evaluations)-1].CorruptAccuracy = &high
			r.Evaluations[len(r.Evaluations)-1].TestAccuracy = 0.114
		}, Holds},
		{"C11a", "all cells memorise", func(r *record.Record) {
			high := 0.5
			r.Evaluations[len(r.Evaluations)-1].CorruptAccuracy = &high
		}, DoesNotHold},
	} {
		records := laterWorld()
		for _, r := range records {
			c.change(r)
		}
		if v := verdictOf(t, c.id, records); v.Verdict != c.want {
			t.Errorf("%s, %s: %s: %s", c.id, c.what, v.Verdict, v.Reason)
		}
		if v := verdictOf(t, "C10a", laterWorld()[1:]); v.Verdict != NotTested || !strings.Contains(v.Reason, "seed 4 of ") {
			t.Errorf("without seed 4: %s: %s", v.Verdict, v.Reason)
		}
		if v := verdictOf(t, c.id, seen()); v.Verdict != NotTested {
			t.Errorf("%s by seeds that had been looked at: %s", c.id, v.Verdict)
		}
	}
	for _, c := range Later() {
		cores := 0
		for _, k := range c.Conditions {
			if k.Core {
				cores++
			}
		}
		if cores == 0 || cores == len(c.Conditions) || !strings.Contains(Markdown(), "| "+c.ID+" | new; ") {
			t.Errorf("%s has %d core conditions, or no reason in the list of changes", c.ID, cores)
		}
	}
}

// TestDecidingNumbers: the number shown decides, whatever the claim: on the right side of its limit exactly where the
// condition is met, and each condition that is not met says why in a sentence.
func TestDecidingNumbers(t *testing.T) {
	spoilt := append(world(1), laterWorld()...)
	edit(spoilt, func(record.Spec) bool { return true }, func(e *record.Evaluation) {
		e.TrainAccuracy, e.TestAccuracy = 1-e.TrainAccuracy, 1-e.TestAccuracy
		e.TrainLoss = -e.TrainLoss
	})
	for name, records := range map[string][]*record.Record{"as claimed": append(world(1), laterWorld()...), "spoilt": spoilt} {
		for _, v := range Judge(records) {
			for _, c := range v.Checks {
				p := part{number: func(value) float64 { return c.Number.Median }, sign: c.Sign, limit: c.Limit}
				if got := p.met(medians); got != c.Met || c.What == "" {
					t.Errorf("%s, %s: %q is met: %v; %s = %v %s %v", name, v.ID, c.Text, c.Met, c.What, c.Number.Median, c.Sign, c.Limit)
				}
				if (len(c.Missed) > 0) == c.Met {
					t.Errorf("%s, %s: %q is met: %v, but %q", name, v.ID, c.Text, c.Met, c.Missed)
				}
			}
		}
	}
}
