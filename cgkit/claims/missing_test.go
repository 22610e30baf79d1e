// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

func TestMissingRun(t *testing.T) {
	needs := map[string]where{
		"C1": f1(0.75), "C2": f1(1), "C3": f1(0), "C4": f1(0.25), "C5": f1(1), "C6": f1(0.5), "C7": f1(0.5), "C8": f1(0.75),
		"C9": f1(0.75), "C10": f1(0.25), "C11": f4(0.25, 4), "C12": f4(0, 1), "C13": f4(0.5, 8), "C14": f4(1, 4), "C15": sub(0.5, 6000),
	}
	for _, c := range All() {
		pick, ok := needs[c.ID]
		if !ok {
			t.Errorf("%s has no case", c.ID)
			continue
		}
		v := verdictOf(t, c.ID, without(world(1), pick))
		if v.Verdict != NotTested || !strings.Contains(v.Reason, "no finished run of mnist") || len(v.Checks) != 0 {
			t.Errorf("%s: %s: %s", c.ID, v.Verdict, v.Reason)
		}
	}
}

func TestMissingValue(t *testing.T) {
	needs := map[string][]string{
		"C3": {"pristine_learned", "corrupt_learned"}, "C4": {"pristine_learned"}, "C5": {"gradient_norm2", "example_norm2"},
		"C7": {"fp_sample", "fc_sample", "fp", "fc"}, "C8": {"fp_sample", "fc_sample", "fp", "fc"}, "C9": {"fp_sample"},
		"C10": {"ip_sample", "ic_sample", "ip", "ic"},
	}
	for id, names := range needs {
		for _, name := range names {
			records := world(1)
			for _, r := range records {
				for _, e := range r.Evaluations {
					delete(e.Extra, name)
				}
			}
			v := verdictOf(t, id, records)
			if v.Verdict != NotTested || !strings.Contains(v.Reason, name+" at step ") {
				t.Errorf("%s without %s: %s: %s", id, name, v.Verdict, v.Reason)
			}
		}
	}
}

// One value lacking in the middle must not go unnoticed, nor may a value that is no number.
func TestGapInAColumn(t *testing.T) {
	for name, spoil := range map[string]func(map[string]float64){
		"absent": func(m map[string]float64) { delete(m, "fp") },
		"NaN":    func(m map[string]float64) { m["fp"] = math.NaN() },
	} {
		records := world(1)
		edit(records, f1(0.5), func(e *record.Evaluation) {
			if e.Step == 300 {
				spoil(e.Extra)
			}
		})
		v := verdictOf(t, "C7", records)
		if v.Verdict != NotTested || !strings.Contains(v.Reason, "fp at step 300 of run mnist-n50-") {
			t.Errorf("%s: %s: %s", name, v.Verdict, v.Reason)
		}
	}
}

func TestFewNullWorlds(t *testing.T) {
	records := world(1)
	edit(records, f1(0.25), func(e *record.Evaluation) {
		for _, name := range []string{"fp_null_1", "fp_null_2", "fp_null_3", "fp_null_4"} {
			delete(e.Extra, name)
		}
	})
	if v := verdictOf(t, "C9", records); v.Verdict != NotTested || !strings.Contains(v.Reason, "null worlds") {
		t.Errorf("%s: %s", v.Verdict, v.Reason)
	}
}

func TestUnfinishedAndDivergedRuns(t *testing.T) {
	records := world(1)
	for _, r := range records {
		switch {
		case f1(0.5)(r.Spec):
			r.Evaluations = r.Evaluations[:20]
		case f4(1, 4)(r.Spec):
			r.Diverged = &record.Divergence{Step: 7, Reason: "training loss is NaN"}
		}
	}
	if v := verdictOf(t, "C1", records); v.Verdict != NotTested || !strings.Contains(v.Reason, "is not finished") {
		t.Errorf("C1: %s: %s", v.Verdict, v.Reason)
	}
	if v := verdictOf(t, "C14", records); v.Verdict != NotTested || !strings.Contains(v.Reason, "diverged") {
		t.Errorf("C14: %s: %s", v.Verdict, v.Reason)
	}
	// With another seed the claim is tested, and the run left out is named.
	if v := verdictOf(t, "C14", append(records, world(2)...)); v.Verdict != Holds || !strings.Contains(v.Reason, "Left out: mnist-n100-winsorize-c4-s1-") {
		t.Errorf("C14: %s: %s", v.Verdict, v.Reason)
	}
}

// A run on another basis must not be taken for one of the paper's.
func TestOnlyThePapersRuns(t *testing.T) {
	for name, change := range map[string]func(*record.Spec){
		"data": func(s *record.Spec) { s.Dataset = "fashion-" + s.Dataset },
		"init": func(s *record.Spec) { s.Init = record.InitXavier },
		"rate": func(s *record.Spec) { s.LearningRate = 0.01 },
		"net":  func(s *record.Spec) { s.Hidden = []int{100} },
	} {
		records := world(1)
		for _, r := range records {
			change(&r.Spec)
		}
		for _, v := range Judge(records) {
			if v.Verdict != NotTested {
				t.Errorf("%s, %s: %s", name, v.ID, v.Verdict)
			}
		}
	}
	records := world(1)
	for _, r := range records {
		r.Spec.Init = record.InitXavier
	}
	basis := Paper
	basis.Init = record.InitXavier
	for _, v := range papers(JudgeOn(basis, records)) {
		if v.Verdict != Holds {
			t.Errorf("xavier, %s: %s: %s", v.ID, v.Verdict, v.Reason)
		}
	}
}

func TestSeeds(t *testing.T) {
	records := append(append(world(1), world(2)...), world(3)...)
	edit(records, func(s record.Spec) bool { return f4(1, 2)(s) && s.Seed == 2 }, func(e *record.Evaluation) { e.TrainAccuracy = 0.6 })
	v := verdictOf(t, "C14", records)
	if v.Verdict != Holds || !strings.Contains(v.Reason, "Seeds disagree") || v.Checks[1].SeedsMet != 2 || v.Checks[1].Seeds != 3 {
		t.Errorf("%s: %s: %+v", v.Verdict, v.Reason, v.Checks)
	}
	if q := v.Measured["largest_train_accuracy_n100_c2"]; q.Median != 0.1 || q.Min != 0.1 || q.Max != 0.6 || q.Seeds != 3 {
		t.Errorf("%+v", q)
	}
	// Neither order nor copies nor holes matter.
	want, _ := encode(Judge(records))
	shuffled := append(slices.Clone(records), records[3], nil)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if got, _ := encode(Judge(shuffled)); !bytes.Equal(got, want) {
		t.Error("verdicts depend on the order of the records")
	}
}

// Of a setting tested with one seed only, the median stands for the others.
func TestUnequalSeeds(t *testing.T) {
	records := append(world(1), without(world(2), f1(0))...)
	if v := verdictOf(t, "C2", records); v.Verdict != Holds || v.Checks[0].Seeds != 2 || v.Checks[0].SeedsMet != 2 {
		t.Errorf("%s: %s: %+v", v.Verdict, v.Reason, v.Checks)
	}
	// A pair needs the same seed.
	full := without(world(1), sub(0, 100))
	mini := without(world(2), sub(0, 6000))
	if v := verdictOf(t, "C15", append(full, mini...)); v.Verdict != NotTested || !strings.Contains(v.Reason, "a seed with both") {
		t.Errorf("%s: %s", v.Verdict, v.Reason)
	}
}
