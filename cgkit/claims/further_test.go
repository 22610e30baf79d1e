// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

// collapseWorld is a run of W1 or W2 that collapses at a step, or not where that is 0.
func collapseWorld(s record.Spec, seed int64, at int) *record.Record {
	s.Seed = seed
	r := &record.Record{Spec: s}
	for _, step := range s.Evaluated() {
		e := record.Evaluation{Step: step, TrainAccuracy: 0.7, TestAccuracy: 0.9, Extra: map[string]float64{
			"dead_layer_0": 0.1, "dead_layer_1": 0.2, "dead_layer_2": 0.3, "logit_max": 20 + float64(step)/20,
			"clamped_low_pristine": 0.01, "clamped_high_pristine": 0.01, "clamped_low_corrupt": 0.03, "clamped_high_corrupt": 0.04,
		}}
		if step > 0 {
			e.Extra["update_max"] = 0.02
		}
		if at > 0 && step >= at {
			e.TrainAccuracy, e.TestAccuracy, e.Extra["dead_layer_1"] = 0.1, 0.1, 1
		}
		if at > 0 && step == at {
			e.Extra["update_max"] = 0.5
		}
		r.Evaluations = append(r.Evaluations, e)
	}
	return r
}

// furtherWorld is one in which W1 and W2 hold.
func furtherWorld(seed int64) []*record.Record {
	records := []*record.Record{collapseWorld(record.Collapse("mnist"), seed, 8000)}
	for i, r := range record.Remedies("mnist") {
		at := 0
		if i < 3 {
			at = 9000
		}
		records = append(records, collapseWorld(r.Spec, seed, at))
	}
	return records
}

func furtherVerdict(t *testing.T, id string, records []*record.Record) Verdict {
	t.Helper()
	for _, v := range JudgeFurther(records) {
		if v.ID == id {
			return v
		}
	}
	t.Fatalf("no verdict on %s", id)
	return Verdict{}
}

func TestFurtherClaims(t *testing.T) {
	for _, id := range []string{"W1", "W2"} {
		if v := furtherVerdict(t, id, append(furtherWorld(6), furtherWorld(7)...)); v.Verdict != Holds {
			t.Errorf("%s: %s: %s\n%v", id, v.Verdict, v.Reason, v.Measured)
		}
		if v := furtherVerdict(t, id, nil); v.Verdict != NotTested {
			t.Errorf("%s without records: %s", id, v.Verdict)
		}
	}
	each := func(change func(e *record.Evaluation)) func([]*record.Record) {
		return func(list []*record.Record) {
			for i := range list[0].Evaluations {
				change(&list[0].Evaluations[i])
			}
		}
	}
	remedy := func(i, at int) func([]*record.Record) {
		return func(list []*record.Record) { list[1+i] = collapseWorld(record.Remedies("mnist")[i].Spec, 6, at) }
	}
	for _, c := range []struct {
		id, name string
		edit     func([]*record.Record)
		want     string
		unmet    string
	}{
		{"W1", "no collapse", each(func(e *record.Evaluation) { e.TrainAccuracy = 0.7 }), DoesNotHold, "the training accuracy ends"},
		{"W1", "no dead layer", each(func(e *record.Evaluation) { e.Extra["dead_layer_1"] = 0.9 }), DoesNotHold, "hidden layer are dead"},
		{"W1", "small logits", each(func(e *record.Evaluation) { e.Extra["logit_max"] = 50 }), HoldsInPart, "|logit|"},
		{"W1", "no kick", each(func(e *record.Evaluation) { e.Extra["update_max"] = 0.02 }), HoldsInPart, "the largest update"},
		{"W1", "clamped alike", each(func(e *record.Evaluation) { e.Extra["clamped_high_corrupt"] = 0 }), HoldsInPart, "twice the share"},
		{"W1", "not measured", each(func(e *record.Evaluation) { delete(e.Extra, "logit_max") }), NotTested, "logit_max"},
		{"W2", "float64 helps", remedy(0, 0), DoesNotHold, "float64"},
		{"W2", "the cap does not", remedy(5, 5000), DoesNotHold, "shortened"},
		{"W2", "Glorot helps", remedy(1, 0), HoldsInPart, "Glorot"},
		{"W2", "the rate helps", remedy(2, 0), HoldsInPart, "half"},
		{"W2", "the batch does not", remedy(3, 5000), HoldsInPart, "batches"},
		{"W2", "decay does not", remedy(4, 5000), HoldsInPart, "decay"},
	} {
		records := furtherWorld(6)
		c.edit(records)
		if v := furtherVerdict(t, c.id, records); v.Verdict != c.want || !strings.Contains(v.Reason, c.unmet) {
			t.Errorf("%s, %s: %s (%s), want %s", c.id, c.name, v.Verdict, v.Reason, c.want)
		}
	}
}
