// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"os"
	"path/filepath"
	"testing"

	"coherentgradients/notebooks/internal/place/placetest"
)

// A file is read up to its limit; what is longer, and what is no file, is refused without being read.
func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	placetest.WriteFile(t, path, "12345")
	if text, err := ReadFile(path, 5); err != nil || string(text) != "12345" {
		t.Errorf("%q, %v", text, err)
	}
	if link := filepath.Join(dir, "link"); os.Symlink(path, link) == nil {
		if text, err := ReadFile(link, 5); err != nil || string(text) != "12345" {
			t.Errorf("through a link: %q, %v", text, err)
		}
	}
	_, err := ReadFile(path, 4)
	placetest.CheckError(t, err, []string{path, "longer than 4 B"})
	_, err = ReadFile(dir, 5)
	placetest.CheckError(t, err, []string{dir, "no file"})
	if err := os.Truncate(path, 100<<30); err == nil { // sparse
		_, err = ReadFile(path, 1<<20)
		placetest.CheckError(t, err, []string{"longer than 1.0 MiB"})
	}
}
