// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coherentgradients/notebooks/internal/place/placetest"
)

func TestModuleRoot(t *testing.T) {
	root := filepath.Join(t.TempDir(), "a folder with spaces")
	deep := filepath.Join(root, "x", "y")
	mustDir(t, deep)
	placetest.WriteFile(t, filepath.Join(root, "go.mod"), "// comment\nmodule coherentgradients\n\ngo 1.26.5\n")
	placetest.WriteFile(t, filepath.Join(root, "x", "go.mod"), "module other\n")

	for _, from := range []string{root, deep} {
		if got, err := ModuleRoot(from); err != nil || got != root {
			t.Errorf("ModuleRoot(%q) = %q, %v; want %q", from, got, err, root)
		}
	}
	outside := t.TempDir()
	if _, err := ModuleRoot(outside); err == nil || !strings.Contains(err.Error(), "inside the checkout") {
		t.Errorf("ModuleRoot outside of the module: %v", err)
	}
}

func TestNames(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"03_b.ipynb", "00_a.ipynb", ".hidden.ipynb", "main.go"} {
		placetest.WriteFile(t, filepath.Join(dir, name), "{}")
	}
	mustDir(t, filepath.Join(dir, "99_folder.ipynb"))
	got, err := Names(dir)
	if want := []string{"00_a", "03_b"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("Names = %q, %v; want %q", got, err, want)
	}
}

func TestCacheNeedsAHome(t *testing.T) {
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	if dir, err := Cache(); err == nil || !strings.Contains(err.Error(), "HOME") {
		t.Errorf("Cache without HOME = %q, %v", dir, err)
	}
}

func TestOutput(t *testing.T) {
	base := t.TempDir()
	got, err := Output(filepath.Join(base, "new", "deep"))
	if err != nil || !filepath.IsAbs(got) {
		t.Fatalf("Output of a new folder: %q, %v", got, err)
	}
	if left, _ := os.ReadDir(got); len(left) != 0 {
		t.Errorf("the probe was left behind: %v", left)
	}
	file := filepath.Join(base, "file")
	placetest.WriteFile(t, file, "x")
	if _, err := Output(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("Output at a file: %v", err)
	}
	if _, err := Output(filepath.Join(file, "below")); err == nil {
		t.Error("Output below a file: no error")
	}
}

func mustDir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}
