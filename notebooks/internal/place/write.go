// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"os"
	"path/filepath"
	"time"

	"coherentgradients/datasets/plainfile"

	"github.com/google/renameio/v2"
)

// staleAfter is the age at which a temporary file can't be another writer's any more: all files written here are small.
const staleAfter = time.Minute

// WriteFile writes a small file whole or not at all. A kill in between leaves a temporary file, but beside the file it
// was for and not in the user's temporary folder, where nobody would look for it; the next writing takes it away.
func WriteFile(path string, data []byte, perm os.FileMode) error {
	folder, name := filepath.Split(path)
	if folder == "" {
		folder = "."
	}
	removeStale(folder, name)
	return renameio.WriteFile(path, data, perm, renameio.WithTempDir(folder))
}

// removeStale removes what killed writers of a file left.
func removeStale(folder, name string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return // the writing says what is wrong
	}
	for _, e := range entries {
		if !plainfile.IsTemp(e.Name(), name) || !e.Type().IsRegular() {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > staleAfter {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}
