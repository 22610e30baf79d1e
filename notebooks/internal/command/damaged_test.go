// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/study"
)

// tear cuts the last line of a record's evaluations, as an unlucky copy does.
func tear(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, "evaluations.jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text[:len(text)-30], 0o644); err != nil {
		t.Fatal(err)
	}
	// From the time before checksums, too, the end of a run leaves this.
	if err := os.WriteFile(filepath.Join(dir, "learned.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedRecords: no command takes a damaged record for a missing one, and none trains over it.
func TestDamagedRecords(t *testing.T) {
	runs, out := figuresOf(t)
	for _, spec := range append(study.ClaimRuns("glyphs"), study.LaterRuns("glyphs")...) {
		madeUp(t, runs, spec)
	}
	spec := study.Spec(0.5, 0)
	dir := filepath.Join(runs, spec.ID())
	tear(t, dir)
	before, err := os.ReadFile(filepath.Join(dir, "evaluations.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	reason := "evaluations.jsonl: line "
	remedy := "the record is damaged: move " + dir + " away"

	claimed := filepath.Join(t.TempDir(), "claims.json")
	for _, c := range []struct {
		args []string
		code int
		want []string
		not  string
	}{
		{[]string{"claims"}, codeFailed, []string{"damaged: ", fmt.Sprintf("1 of %d records can't be read", judgedRuns(t))}, "train the rest"},
		{[]string{"claims", "--out", claimed}, codeFailed, []string{"damaged: ", "is not written"}, "train the rest"},
		{[]string{"figures", "--out", out, "--formats", "csv"}, codeFailed,
			[]string{"damaged: ", "figure_4: 1 of 41 records can't be read", "drawn without", "plain_and_winsorized: 1 of 6 records can't be read", "left out", "error: 1 records can't be read"}, "are missing"},
		{[]string{"sweep", "--dataset", "glyphs", "--noise", "0.5", "--c", "0", "--dry-run"}, codeOK, []string{"  damaged: ", "1 runs, 1 damaged"}, "missing"},
		{[]string{"sweep", "--dataset", "glyphs", "--noise", "0.5", "--c", "0"}, codeFailed, []string{"  damaged: ", "error: 1 of 1 runs failed"}, "missing"},
		{[]string{"train", "--dataset", "glyphs", "--noise", "0.5"}, codeFailed, []string{"error: "}, "missing"},
	} {
		code, stdout, errs := call(c.args...)
		text := stdout + errs
		if code != c.code {
			t.Errorf("%q: code %d\n%s", c.args, code, text)
		}
		for _, word := range append(c.want, reason, remedy) {
			if !strings.Contains(text, word) {
				t.Errorf("%q says\n%s\nwithout %q", c.args, text, word)
			}
		}
		if strings.Contains(text, c.not) {
			t.Errorf("%q says %q:\n%s", c.args, c.not, text)
		}
	}
	if _, err := os.Stat(claimed); err == nil {
		t.Error("verdicts were written")
	}
	if after, err := os.ReadFile(filepath.Join(dir, "evaluations.jsonl")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the record was changed: %v", err)
	}
}

// TestOutNamesAPlace: an empty --out, as from a variable that is not set, is a mistake with every command that has it.
func TestOutNamesAPlace(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv(place.EnvRuns, "")
	for _, c := range New(nil, nil).Commands() {
		if c.Flags().Lookup("out") == nil {
			continue
		}
		for _, empty := range []string{"", " "} {
			code, stdout, errs := call(c.Name(), "--out", empty)
			if code != codeFailed || stdout != "" || errs != "error: --out \"\" names no place: name one, or leave --out away\n" {
				t.Errorf("%s: code %d, %q, %q", c.Name(), code, stdout, errs)
			}
		}
	}
	if left, _ := os.ReadDir(cache); len(left) != 0 {
		t.Errorf("something was set up: %v", left)
	}
}
