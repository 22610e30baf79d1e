// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package fetchtest helps tests that fetch by the go command.
package fetchtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// OwnModuleCache gives a test a module cache of its own, which is empty and goes with the test.
func OwnModuleCache(t *testing.T) {
	t.Helper()
	cache := filepath.Join(t.TempDir(), "mod")
	t.Setenv("GOMODCACHE", cache)
	t.Cleanup(func() { // the go command leaves folders that can't be written
		_ = filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				return os.Chmod(path, 0o755)
			}
			return nil
		})
	})
}
