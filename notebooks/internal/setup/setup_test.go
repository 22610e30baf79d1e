// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/notebooks/internal/status"
)

func TestCompilers(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	t.Setenv("CC", "")
	if err := CheckCompilers(); err == nil || !strings.Contains(err.Error(), "no go command is on PATH") {
		t.Errorf("an empty PATH: %v", err)
	}
	program(t, dir, "go")
	if err := CheckCompilers(); err == nil || !strings.Contains(err.Error(), "no C compiler (gcc) is on PATH") {
		t.Errorf("no C compiler: %v", err)
	}
	program(t, dir, "clang")
	if path, err := CCompiler(); err != nil || filepath.Base(path) != "clang" {
		t.Errorf("clang only: %q, %v", path, err)
	}
	t.Setenv("CC", "mycc")
	if _, err := CCompiler(); err == nil || !strings.Contains(err.Error(), "mycc") {
		t.Errorf("CC of a compiler that isn't there: %v", err)
	}
}

func program(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// TestPluginKeepsTheUsersChoice: with a backend chosen nothing is fetched or said.
func TestPluginKeepsTheUsersChoice(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("GOMLX_BACKEND", "go")
	var said bytes.Buffer
	if err := Plugin(t.Context(), "/no/such/python", status.New(&said)); err != nil || said.Len() != 0 {
		t.Errorf("error %v, said %q", err, said.String())
	}
	if left, _ := os.ReadDir(cache); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}
