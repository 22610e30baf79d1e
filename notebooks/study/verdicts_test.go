// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit/claims"
	"coherentgradients/cgkit/record"
)

func TestClaimRuns(t *testing.T) {
	for _, mode := range []string{"", "quick", "full"} { // whatever the mode, the runs are those of the paper
		t.Setenv("CG_MODE", mode)
		specs := ClaimRuns("mnist")
		seen := map[string]bool{}
		for _, s := range specs {
			if s.Validate() != nil || seen[s.ID()] {
				t.Errorf("%s: %v, or twice", s.ID(), s.Validate())
			}
			seen[s.ID()] = true
		}
		// 25 cells and 16 more seeds; 5 levels and 6 more seeds; 4 runs on a part.
		if len(specs) != 25+16+5+6+4 {
			t.Errorf("%d runs in mode %q", len(specs), mode)
		}
	}
}

func TestEvaluationsOfSeeds(t *testing.T) {
	runs := []*record.Record{madeUpRecord(0.5, 1), madeUpRecord(0.5, 2), madeUpRecord(0.5, 3)}
	runs[1].Evaluations[3].TestAccuracy, runs[2].Evaluations[3].TestAccuracy = 0.9, 0.7
	e := evaluationsOfSeeds(runs)
	if lo := runs[0].Evaluations[3].TestAccuracy; e.TestAccuracy[3] != 0.7 || e.TestBand.Lo[3] != lo || e.TestBand.Hi[3] != 0.9 {
		t.Errorf("median %v, band %v to %v; want 0.7, %v to 0.9", e.TestAccuracy[3], e.TestBand.Lo[3], e.TestBand.Hi[3], lo)
	}
	if one := evaluationsOfSeeds(runs[:1]); one.TestBand.Lo != nil {
		t.Error("a band of one run")
	}
	if evaluationsOfSeeds(nil) != nil {
		t.Error("numbers of no run")
	}
}

func TestMechanism(t *testing.T) {
	plain, clamped := madeUpRecord(0.5, 1), madeUpRecord(0.5, 1)
	plain.Spec.C, clamped.Spec.C = 0, 2
	for i := range clamped.Evaluations {
		for _, r := range []*record.Record{plain, clamped} {
			r.Evaluations[i].Extra["energy_removed"], r.Evaluations[i].Extra["cosine"] = 0.25, 0.75
		}
	}
	f, err := mechanism([]*record.Record{plain, nil, clamped})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for _, row := range f.Data().Rows {
		text.WriteString(strings.Join(row, ",") + "\n")
	}
	if !strings.Contains(text.String(), "0.25") || !strings.Contains(text.String(), "0.75") {
		t.Errorf("what is removed at c = 2 is not in the figure:\n%.600s", &text)
	}
	if f, err := mechanism([]*record.Record{nil}); err != nil || !strings.Contains(f.Caption(), "No record") {
		t.Errorf("without a record: %v", err)
	}
	if _, err := fullBatch(nil); err != nil {
		t.Errorf("the full batch without a record: %v", err)
	}
}

func TestVerdictsFigure(t *testing.T) {
	t.Setenv("CG_DATASET", "")
	all := slices.Concat(claims.All(), claims.Later(), claims.Further())
	for _, c := range all {
		if short[c.ID] == "" || len(short[c.ID]) > 70 {
			t.Errorf("%s has the short form %q", c.ID, short[c.ID])
		}
	}
	f, err := judged([]*record.Record{nil, madeUpRecord(0.5, 1)})
	if err != nil || !strings.Contains(f.Caption(), fmt.Sprintf("%d not tested", len(all))) {
		t.Errorf("%v", err)
	}
	var b bytes.Buffer
	verdicts := claims.Judge(nil)
	if err := WriteVerdicts(&b, verdicts); err != nil || strings.Count(b.String(), "\n") != 2*len(verdicts) || !slices.ContainsFunc(verdicts, func(v claims.Verdict) bool { return strings.Contains(b.String(), v.Reason) }) {
		t.Errorf("%v:\n%s", err, &b)
	}
}
