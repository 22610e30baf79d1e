// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// WriteFile takes away what a killed writer of the same file left, and nothing else.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-time.Hour)
	for name, stale := range map[string]bool{".a.json12": true, ".a.json34": false, ".a.jsonx1": true, ".a.json": true, ".b.json12": true} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if stale {
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := WriteFile(filepath.Join(dir, "a.json"), []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{".a.json", ".a.json34", ".a.jsonx1", ".b.json12", "a.json"}; !slices.Equal(names, want) {
		t.Errorf("left: %q, want %q", names, want)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "a.json")); err != nil || string(text) != "new" {
		t.Errorf("written: %q, %v", text, err)
	}
	if err := WriteFile(filepath.Join(dir, "none", "a.json"), nil, 0o600); err == nil {
		t.Error("a file was written into a folder that isn't there")
	}
}
