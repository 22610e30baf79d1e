// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

// missedBy is what each score misses in a world where L1 holds.
func missedBy() map[string]float64 {
	return map[string]float64{record.ScoreAUM: 0.05, record.ScoreEL2N: 0.06, record.ScoreSelfInfluence: 0.07, record.ScoreAlignment: 0.2,
		record.ScoreFirst: 0.3, record.ScoreKept: 0.1, record.ScoreStop: 0.06}
}

// examplesWorld is one in which C18 and L1 hold, but for what edit changes.
func examplesWorld(seed int64, edit func(s record.Spec, e *record.Evaluation)) []*record.Record {
	var specs []record.Spec
	for _, set := range record.ExampleSets() {
		for _, kind := range record.WrongKinds() {
			specs = append(specs, record.WrongLabels(set, kind))
		}
		for _, trained := range []string{record.Easy, record.Hard} {
			for _, tested := range []string{record.Easy, record.Hard} {
				s := record.EasyHard(set, trained, tested, seed)
				s.Data = "0123456789abcdef"
				specs = append(specs, s)
			}
		}
	}
	var records []*record.Record
	for _, s := range specs {
		s.Seed = seed
		s = s.Normalized()
		r := &record.Record{Spec: s}
		for _, step := range s.Evaluated() {
			e := record.Evaluation{Step: step, TrainAccuracy: 1, Extra: map[string]float64{}}
			switch {
			case strings.Contains(s.Dataset, "easy-on-easy"):
				e.TestAccuracy = 0.99
			case strings.Contains(s.Dataset, "hard-on-easy"):
				e.TestAccuracy = 0.95
			default:
				e.TestAccuracy = 0.8
			}
			if step > 0 && s.Noise > 0 {
				for score, missed := range missedBy() {
					e.Extra["missed_"+score] = missed
				}
				if step == 100 {
					e.TestAccuracy = 0.9
				}
				if step > 100 { // whatever the scores do later
					e.Extra["missed_"+record.ScoreAlignment] = 0.3
				}
			}
			if edit != nil {
				edit(s, &e)
			}
			r.Evaluations = append(r.Evaluations, e)
		}
		records = append(records, r)
	}
	return records
}

// L2 is about the step with the best test accuracy, 100 here, and about AUM at the end.
func TestClaimAboutTheStop(t *testing.T) {
	late := func(change func(record.Spec, *record.Evaluation)) func(record.Spec, *record.Evaluation) {
		return func(s record.Spec, e *record.Evaluation) {
			if e.Step > 100 && s.Noise > 0 {
				for _, score := range record.ExampleScores() {
					e.Extra["missed_"+score] = 0.4
				}
			}
			if change != nil && e.Step == 100 && s.NoiseKind == "" && s.Dataset == "fashion-mnist-6000" {
				change(s, e)
			}
		}
	}
	set := func(score string, missed float64) func(record.Spec, *record.Evaluation) {
		return late(func(_ record.Spec, e *record.Evaluation) { e.Extra["missed_"+score] = missed })
	}
	world := func(edit func(record.Spec, *record.Evaluation)) []*record.Record {
		return append(examplesWorld(12, edit), examplesWorld(13, edit)...)
	}
	if v := furtherVerdict(t, "L2", world(late(nil))); v.Verdict != Holds || v.Checks[0].Seeds != 2 {
		t.Errorf("%s: %s\n%v", v.Verdict, v.Reason, v.Measured)
	}
	if v := furtherVerdict(t, "L2", examplesWorld(11, late(nil))); v.Verdict != NotTested {
		t.Errorf("by the seed that was looked at: %s", v.Verdict)
	}
	for name, c := range map[string]struct {
		edit  func(record.Spec, *record.Evaluation)
		want  string
		unmet string
	}{
		"alignment is better":      {set(record.ScoreAlignment, 0.04), DoesNotHold, "alignment"},
		"the end is as good":       {nil, DoesNotHold, "AUM at the end"},
		"self-influence is better": {set(record.ScoreSelfInfluence, 0.04), HoldsInPart, "self-influence"},
		"learned first is better":  {set(record.ScoreFirst, 0.04), HoldsInPart, "first step"},
		"learned last is better":   {set(record.ScoreKept, 0.04), HoldsInPart, "stays so"},
		"EL2N is much better":      {set(record.ScoreEL2N, 0.03), HoldsInPart, "EL2N"},
		"one margin is better":     {set(record.ScoreStop, 0.04), HoldsInPart, "margin there alone"},
		"it finds few": {late(func(_ record.Spec, e *record.Evaluation) {
			for name := range e.Extra {
				e.Extra[name] += 0.16
			}
		}), HoldsInPart, "≤ 20 %"},
	} {
		if v := furtherVerdict(t, "L2", world(c.edit)); v.Verdict != c.want || !strings.Contains(v.Reason, c.unmet) {
			t.Errorf("%s: %s (%s), want %s", name, v.Verdict, v.Reason, c.want)
		}
	}
}

func TestExampleClaims(t *testing.T) {
	for _, id := range []string{"C18", "L1"} {
		if v := furtherVerdict(t, id, append(examplesWorld(11, nil), examplesWorld(12, nil)...)); v.Verdict != Holds || v.Checks[0].Seeds != 2 {
			t.Errorf("%s: %s: %s\n%v", id, v.Verdict, v.Reason, v.Measured)
		}
		if v := furtherVerdict(t, id, nil); v.Verdict != NotTested {
			t.Errorf("%s without records: %s", id, v.Verdict)
		}
	}
	// In one of the data sets, as one is enough.
	test := func(set string, accuracy float64) func(record.Spec, *record.Evaluation) {
		return func(s record.Spec, e *record.Evaluation) {
			if strings.HasPrefix(s.Dataset, "fashion-mnist-6000-"+set) {
				e.TestAccuracy = accuracy
			}
		}
	}
	missed := func(score string, share float64) func(record.Spec, *record.Evaluation) {
		return func(s record.Spec, e *record.Evaluation) {
			if e.Step > 0 && s.NoiseKind == record.NoisePairFlip && s.Dataset == "mnist-6000" {
				e.Extra["missed_"+score] = share
			}
		}
	}
	for _, c := range []struct {
		id, name string
		edit     func(record.Spec, *record.Evaluation)
		want     string
		unmet    string
	}{
		{"C18", "hard ones do as well", test("hard-on-hard", 0.98), DoesNotHold, "trained and tested on easy examples"},
		{"C18", "the gaps are alike", func(s record.Spec, e *record.Evaluation) {
			if strings.Contains(s.Dataset, "hard-on-hard") {
				e.TrainAccuracy = 0.8
			}
		}, DoesNotHold, "the gap between"},
		{"C18", "easy ones are as hard for nets of hard ones", test("hard-on-easy", 0.81), HoldsInPart, "trained on hard examples are right about easy ones"},
		{"C18", "nets of easy ones lose nothing", test("easy-on-hard", 0.97), HoldsInPart, "lose ≥ 5 points"},
		{"C18", "the content is not said", nil, NotTested, "no finished run of mnist-6000"},
		{"L1", "EL2N is better", missed(record.ScoreEL2N, 0.04), DoesNotHold, "than EL2N"},
		{"L1", "self-influence is better", missed(record.ScoreSelfInfluence, 0.04), DoesNotHold, "and self-influence"},
		{"L1", "alignment is better", missed(record.ScoreAlignment, 0.04), DoesNotHold, "alignment"},
		{"L1", "learned and kept is better", missed(record.ScoreKept, 0.04), HoldsInPart, "stays so"},
		{"L1", "first learned is better", missed(record.ScoreFirst, 0.04), HoldsInPart, "the first step"},
		{"L1", "the stop is better", missed(record.ScoreStop, 0.04), HoldsInPart, "the margin at the stop"},
		{"L1", "it finds few", func(s record.Spec, e *record.Evaluation) {
			for name := range e.Extra {
				e.Extra[name] += 0.16
			}
		}, HoldsInPart, "≤ 20 %"},
		{"L1", "not measured", func(s record.Spec, e *record.Evaluation) { delete(e.Extra, "missed_alignment") }, NotTested, "missed_alignment"},
	} {
		records := examplesWorld(11, c.edit)
		if c.edit == nil {
			for _, r := range records {
				r.Spec.Data = ""
			}
		}
		if v := furtherVerdict(t, c.id, records); v.Verdict != c.want || !strings.Contains(v.Reason, c.unmet) {
			t.Errorf("%s, %s: %s (%s), want %s", c.id, c.name, v.Verdict, v.Reason, c.want)
		}
	}
}
