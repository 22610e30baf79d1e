// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
)

// printed is what a function writes to standard output.
func printed(t *testing.T, f func()) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdout
	os.Stdout = write
	defer func() { os.Stdout = old }()
	f()
	_ = write.Close()
	text, err := io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestAvailableTellsDamagedFromMissing: training is no remedy for a damaged record, as it is refused.
func TestAvailableTellsDamagedFromMissing(t *testing.T) {
	runs := t.TempDir()
	t.Setenv(place.EnvRuns, runs)
	t.Setenv(place.EnvOut, "")
	t.Setenv(place.EnvMode, string(place.Redraw))
	damaged, missing := record.DefaultSpec(), record.DefaultSpec()
	damaged.Dataset, damaged.Steps = "glyphs", 7
	missing.Dataset, missing.Steps = "glyphs", 8
	spec := filepath.Join(runs, damaged.ID(), "spec.json")
	if err := os.MkdirAll(filepath.Dir(spec), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(spec, []byte("half a"), 0o644); err != nil {
		t.Fatal(err)
	}
	said := printed(t, func() { Available(damaged, missing) })
	if !strings.Contains(said, "0 of 2 records found; train the rest") || !strings.Contains(said, "damaged: "+spec) || !strings.Contains(said, "move "+filepath.Dir(spec)+" away") {
		t.Errorf("said %q", said)
	}
	if said := printed(t, func() { Available(damaged) }); strings.Contains(said, "train the rest") {
		t.Errorf("of a damaged one alone it says %q", said)
	}
}
