// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"coherentgradients/cgkit/claims"
	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/study"
)

// allClaims is how many claims there are.
func allClaims() int { return len(claims.All()) + len(claims.Later()) + len(claims.Further()) }

// judgedRuns is how many runs the claims ask for on the synthetic set. Those of papers after the first are on data sets
// of their own, so that there may be records of them.
func judgedRuns(t *testing.T) int {
	_, _, asked, _ := study.Judge(&record.Store{Write: t.TempDir()}, "glyphs")
	return asked
}

// TestClaimsTellsHowToTrain: the commands that are named for what is missing make the first seed of every run that the
// claims are judged by.
func TestClaimsTellsHowToTrain(t *testing.T) {
	figuresOf(t)
	_, _, errs := call("claims")
	made := map[string]bool{}
	for _, m := range regexp.MustCompile(`--paper (\S+)`).FindAllStringSubmatch(errs, -1) {
		specs, err := sweepFlags{paper: m[1]}.specs()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range specs {
			s.Seed = 0
			made[s.ID()] = true
		}
	}
	for _, s := range append(study.ClaimRuns("mnist"), study.LaterRuns("mnist")...) {
		if s.Seed = 0; !made[s.ID()] {
			t.Errorf("nothing that is named makes %s", s.ID())
		}
	}
}

func TestClaims(t *testing.T) {
	runs, _ := figuresOf(t)
	code, stdout, errs := call("claims")
	if code != codeOK || strings.Count(stdout, claims.NotTested) < len(claims.All())+len(claims.Later()) || !strings.Contains(errs, fmt.Sprintf(" of %d records found", judgedRuns(t))) {
		t.Errorf("without records: code %d, %q, %q", code, stdout, errs)
	}
	for _, spec := range append(study.ClaimRuns("glyphs"), study.LaterRuns("glyphs")...) {
		madeUp(t, runs, spec)
	}
	path := filepath.Join(t.TempDir(), "claims.json")
	if code, stdout, errs := call("claims", "--out", path); code != codeOK || stdout != "" || errs != "" {
		t.Errorf("code %d, %q, %q", code, stdout, errs)
	}
	verdicts, err := claims.Read(path)
	if err != nil || len(verdicts) != allClaims() {
		t.Fatalf("%d verdicts, %v", len(verdicts), err)
	}
	// Every made-up run ends with all examples learned, so all labels are memorised whatever c is.
	for _, v := range verdicts {
		if v.ID == "C11" && v.Verdict != claims.DoesNotHold {
			t.Errorf("C11 %s: %s", v.Verdict, v.Reason)
		}
	}
	if code, _, errs := call("claims", "--out", filepath.Join(path, "x.json")); code != codeFailed || !strings.Contains(errs, "is not a folder") {
		t.Errorf("an impossible file: code %d, %q", code, errs)
	}
}
