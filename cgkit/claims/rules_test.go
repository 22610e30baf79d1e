// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

// ruleRun makes up a run: it learns until the step half of its length, and then memorises.
func ruleRun(s record.Spec, best, end, corrupt, loss float64) *record.Record {
	r := &record.Record{Spec: s}
	for _, step := range s.Evaluated() {
		e := record.Evaluation{Step: step, TrainAccuracy: 0.1, TestAccuracy: 0.1, TrainLoss: 2.4, Extra: map[string]float64{}}
		wrong := 0.0
		switch {
		case step >= s.Steps:
			e.TrainAccuracy, e.TestAccuracy, wrong, e.TrainLoss = 1, end, corrupt, loss
		case step >= 1000:
			e.TrainAccuracy, e.TestAccuracy, e.TrainLoss = 0.5, best, loss
		}
		if s.Noise > 0 {
			e.CorruptAccuracy = &wrong
		}
		e.Overfit = corrupt / 2
		r.Evaluations = append(r.Evaluations, e)
	}
	return r
}

// rulesWorld is one in which C16, C17, R1 and R2 hold.
func rulesWorld(seed int64) (records []*record.Record) {
	for _, s := range record.RuleRuns("mnist") {
		if s.Seed != seed {
			continue
		}
		best, end, corrupt, loss := 0.85, 0.6, 0.98, 0.5
		switch {
		case s.Aggregator == "rolling-median" || s.Aggregator == "median-of-batches":
			best, end, corrupt = 0.84, 0.8, 0.2
		case s.Augment != "":
			best = 0.88
		}
		if s.Aggregator == "rolling-median" && s.Momentum > 0 {
			loss = 2
		}
		records = append(records, ruleRun(s, best, end, corrupt, loss))
	}
	return records
}

func TestRuleClaims(t *testing.T) {
	ids := []string{"C16", "C17", "R1", "R2"}
	for _, id := range ids {
		if v := furtherVerdict(t, id, append(rulesWorld(11), rulesWorld(12)...)); v.Verdict != Holds {
			t.Errorf("%s: %s: %s\n%v", id, v.Verdict, v.Reason, v.Measured)
		}
		if v := furtherVerdict(t, id, nil); v.Verdict != NotTested {
			t.Errorf("%s without records: %s", id, v.Verdict)
		}
	}
	// what picks the runs of an arm, in the cells named or in all.
	type pick func(s record.Spec) bool
	rule := func(name, dataset string) pick {
		return func(s record.Spec) bool {
			return s.Aggregator == name && s.Momentum == 0 && s.Augment == "" && s.LearningRate == 0.1 && strings.HasPrefix(s.Dataset, dataset)
		}
	}
	corrupt := func(share float64) func(*record.Evaluation) {
		return func(e *record.Evaluation) { *e.CorruptAccuracy = min(*e.CorruptAccuracy*share/0.2, 1) }
	}
	best := func(by float64) func(*record.Evaluation) {
		return func(e *record.Evaluation) { e.TestAccuracy += by }
	}
	loss := func(l float64) func(*record.Evaluation) {
		return func(e *record.Evaluation) {
			if e.Step > 0 {
				e.TrainLoss = l
			}
		}
	}
	steady := func(name string, rate float64) pick {
		return func(s record.Spec) bool {
			return s.Aggregator == name && s.Steps == 1000 && (rate == 0 || s.LearningRate == rate)
		}
	}
	for _, c := range []struct {
		id, name string
		of       pick
		edit     func(*record.Evaluation)
		want     string
		unmet    string
	}{
		{"C16", "RM3 memorises", rule("rolling-median", ""), corrupt(0.6), DoesNotHold, "RM3 memorises"},
		{"C16", "RM3 does so in one cell alone", rule("rolling-median", "fashion"), corrupt(0.6), Holds, ""},
		{"C16", "M3 memorises", rule("median-of-batches", ""), corrupt(0.6), DoesNotHold, "M3 with equal updates"},
		{"C16", "RM3's gap stays", rule("rolling-median", ""), func(e *record.Evaluation) { e.Overfit = 0.4 }, HoldsInPart, "RM3's gap"},
		{"C16", "M3's gap stays", rule("median-of-batches", ""), func(e *record.Evaluation) { e.Overfit = 0.4 }, HoldsInPart, "so is that of M3"},
		{"C17", "the mean helps too", rule("rolling-mean", ""), corrupt(0.1), DoesNotHold, "RA3 memorises"},
		{"C17", "the median does not", rule("rolling-median", ""), corrupt(0.6), DoesNotHold, "what RA3 does"},
		{"R1", "a rule is better", rule("agra", "mnist"), best(0.02), DoesNotHold, "on MNIST"},
		{"R1", "on clothes", rule("gaf", "fashion"), best(0.02), DoesNotHold, "nor on Fashion"},
		{"R1", "by little", rule("agra", "mnist"), best(0.004), Holds, ""},
		{"R1", "momentum is better", func(s record.Spec) bool { return s.Aggregator == "mean" && s.Momentum > 0 && s.Steps > 1000 }, best(0.02), HoldsInPart, "with momentum"},
		{"R1", "shifting is not", func(s record.Spec) bool { return s.Augment != "" }, best(-0.03), HoldsInPart, "the control"},
		{"R2", "stable", steady("rolling-median", 0), loss(0.6), DoesNotHold, "RM3's training loss"},
		{"R2", "unstable at one rate", steady("rolling-median", 0.01), loss(0.6), Holds, ""},
		{"R2", "plain SGD does not learn", steady("mean", 0), loss(3), DoesNotHold, "RM3's training loss"},
		{"R2", "the mean is not stable", steady("rolling-mean", 0.1), loss(2), HoldsInPart, "RA3's"},
		{"R2", "nor is RM3 by itself", rule("rolling-median", "mnist"), loss(2), HoldsInPart, "without momentum"},
	} {
		records := rulesWorld(11)
		edited := 0
		for _, r := range records {
			if c.of(r.Spec) {
				edited++
				for i := range r.Evaluations {
					if c.id == "C16" || c.id == "C17" {
						if r.Spec.Noise == 0 {
							continue
						}
					}
					c.edit(&r.Evaluations[i])
				}
			}
		}
		if v := furtherVerdict(t, c.id, records); edited == 0 || v.Verdict != c.want || !strings.Contains(v.Reason, c.unmet) {
			t.Errorf("%s, %s (%d runs): %s (%s), want %s", c.id, c.name, edited, v.Verdict, v.Reason, c.want)
		}
	}
}

// TestDivergedRules: a run that diverged counts by what it was before, and as unstable.
func TestDivergedRules(t *testing.T) {
	records := rulesWorld(11)
	for _, r := range records {
		if r.Spec.Aggregator == "rolling-median" && r.Spec.Momentum > 0 || r.Spec.Aggregator == "agra" {
			r.Evaluations = r.Evaluations[:20]
			r.Diverged = &record.Divergence{Step: 95}
		}
	}
	for _, id := range []string{"R1", "R2"} {
		if v := furtherVerdict(t, id, records); v.Verdict != Holds {
			t.Errorf("%s: %s: %s", id, v.Verdict, v.Reason)
		}
	}
}
