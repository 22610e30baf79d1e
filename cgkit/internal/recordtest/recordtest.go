// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package recordtest gives tests of records lines, folders and a check of errors.
package recordtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// CheckError wants no error, or one line that has all the words.
func CheckError(t *testing.T, err error, words []string) {
	t.Helper()
	if len(words) == 0 {
		if err != nil {
			t.Errorf("unexpected error: %v", err)
		}
		return
	}
	if err == nil {
		t.Errorf("no error, want one with %q", words)
		return
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error of several lines: %v", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q lacks %q", err, word)
		}
	}
}

// Lines of a record of one step.
const (
	Line0 = `{"step":0,"train_accuracy":0.1,"test_accuracy":0.1,"train_loss":2.3,"test_loss":2.3,"overfit":0,"pristine_accuracy":0.1,"corrupt_accuracy":null,"seconds":0}`
	Line1 = `{"step":1,"train_accuracy":0.2,"test_accuracy":0.3,"train_loss":2.2,"test_loss":2.2,"overfit":0,"pristine_accuracy":0.2,"corrupt_accuracy":null,"seconds":1,"clamped_share":0.5}`
)

// WriteFile writes a file and makes its folder.
func WriteFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// WriteRecord makes a record's folder by hand, of a spec as its file has it.
func WriteRecord(t *testing.T, folder, id, spec, evaluations string) string {
	t.Helper()
	dir := filepath.Join(folder, id)
	WriteFile(t, filepath.Join(dir, "spec.json"), spec)
	WriteFile(t, filepath.Join(dir, "evaluations.jsonl"), evaluations)
	return dir
}
