// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExtract takes a small file out of small archives, good and bad.
func TestExtract(t *testing.T) {
	content := strings.Repeat("library ", 1000)
	good := member{name: "pkg/lib.so", size: int64(len(content)), hash: fmt.Sprintf("%x", sha256.Sum256([]byte(content)))}
	archive := filepath.Join(t.TempDir(), "a.whl")
	writeZip(t, archive, map[string]string{"pkg/lib.so": content, "pkg/other.so": "x", "../evil": "x"})
	text := filepath.Join(t.TempDir(), "text.whl")
	if err := os.WriteFile(text, []byte("not a zip"), 0o644); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()

	for _, c := range []struct {
		name string
		ctx  context.Context
		edit func(*member)
		want string // part of the error; "" for success
	}{
		{"as pinned", t.Context(), func(*member) {}, ""},
		{"another hash", t.Context(), func(m *member) { m.hash = strings.Repeat("0", 64) }, "not the pinned"},
		{"larger than pinned", t.Context(), func(m *member) { m.size-- }, "has 8000 bytes, not 7999"},
		{"absent", t.Context(), func(m *member) { m.name = "pkg/none.so" }, "has no pkg/none.so"},
		{"no archive", t.Context(), func(m *member) { m.archive = text }, "can't be opened"},
		{"interrupted", ended, func(*member) {}, context.Canceled.Error()},
	} {
		dir := t.TempDir()
		m := good
		m.archive = archive
		c.edit(&m)
		path := filepath.Join(dir, "out.so")
		err := m.extract(c.ctx, path, dir, func(Progress) {})
		left, _ := os.ReadDir(dir)
		if c.want == "" {
			if got, _ := os.ReadFile(path); err != nil || string(got) != content || len(left) != 1 {
				t.Errorf("%s: %v, %d bytes, %d files", c.name, err, len(got), len(left))
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || len(left) != 0 {
			t.Errorf("%s: error %v, want %q; %d files left", c.name, err, c.want, len(left))
		}
	}
}

func writeZip(t *testing.T, path string, files map[string]string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for name, text := range files {
		entry, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestGlibcFits(t *testing.T) {
	for answer, fits := range map[string]bool{
		"glibc 2.36\n": true, "glibc 2.27": true, "glibc 2.26": false, "glibc 2.17.1": false, "glibc 3.0": true, "musl": true, "": true, "glibc x": true,
	} {
		err := glibcFits(answer)
		if (err == nil) != fits || err != nil && !errors.Is(err, ErrUnsupported) {
			t.Errorf("glibcFits(%q) = %v", answer, err)
		}
	}
}

func TestPath(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	path, ok := Path()
	if ok || !strings.Contains(path, filepath.Join("cpu", libraryName)) {
		t.Errorf("Path in an empty cache = %q, %v", path, ok)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("cut short"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, ok := Path(); ok {
		t.Error("a file of the wrong size counts as the library")
	}
	if err := os.Truncate(path, librarySize); err != nil {
		t.Skipf("no sparse files here: %v", err)
	}
	if _, ok := Path(); !ok {
		t.Error("the library isn't found")
	}
}

// fakePip stands in for an interpreter whose pip says something and fails.
func fakePip(t *testing.T, says string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "python")
	if err := os.WriteFile(path, []byte("#!/bin/sh\ncase \"$1\" in -c) echo '{}'; exit;; esac\ncat <<'END'\n"+says+"\nEND\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEnsureExplainsFailures(t *testing.T) {
	if err := Supported(t.Context()); err != nil {
		t.Skip(err)
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for says, want := range map[string]string{
		"No module named pip": "has no pip",
		"NewConnectionError: x\nERROR: No matching distribution found for y": "can't be reached",
		"ERROR: THESE PACKAGES DO NOT MATCH THE HASHES":                      "isn't the pinned package",
	} {
		_, err := Ensure(t.Context(), Options{Python: fakePip(t, says)})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("pip says %q: %v, want %q", says, err, want)
		}
	}
	if _, err := Ensure(t.Context(), Options{Python: "/no/such/python"}); err == nil || !strings.Contains(err.Error(), "can't be started") {
		t.Errorf("no Python: %v", err)
	}
	path, _ := Path()
	left, _ := os.ReadDir(filepath.Dir(path))
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
