// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// One run from the shell shows how far it is, and how it ended, on standard error.
func TestTrainShowsProgress(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "go")
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	before := os.Stderr
	os.Stderr = file
	code, _, errs := call("train", "--dataset", "glyphs-100", "--hidden", "8", "--steps", "3", "--out", t.TempDir())
	os.Stderr = before
	if code != codeOK {
		t.Fatal(errs)
	}
	shown, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"glyphs-100-n0-mean-c0-s1-", ": 3 steps, train accuracy "} {
		if !strings.Contains(string(shown), want) {
			t.Errorf("no %q in %q", want, shown)
		}
	}
}
