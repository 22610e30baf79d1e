// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package placetest helps tests that write files and read what errors say. It imports nothing of the project, so that
// any package's tests can use it.
package placetest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// CheckError wants no error, or one line that has all the words.
func CheckError(t *testing.T, err error, words []string) {
	t.Helper()
	if (err == nil) != (len(words) == 0) {
		t.Errorf("error %v, want words %q", err, words)
		return
	}
	for _, word := range words {
		if text := err.Error(); !strings.Contains(text, word) || strings.Contains(text, "\n") {
			t.Errorf("error %q lacks %q", text, word)
		}
	}
}

// WriteFile writes a file and makes its folders.
func WriteFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
