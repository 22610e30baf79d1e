// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkError wants an error of one line with all the words, and none where there are no words.
func checkError(t *testing.T, err error, words []string) {
	t.Helper()
	if (err != nil) != (len(words) > 0) {
		t.Errorf("error %v, want one with %q", err, words)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q lacks %q, or has several lines", err, word)
		}
	}
}

func TestCheckWritable(t *testing.T) {
	dir := t.TempDir()
	checkError(t, CheckWritable(filepath.Join(dir, "a", "b")), nil)
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	checkError(t, CheckWritable(filepath.Join(dir, "file")), []string{"is a file", "name a folder"})
	checkError(t, CheckWritable(filepath.Join(dir, "file", "b")), []string{"is a file"})
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0o555); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 { // root may write anywhere
		checkError(t, CheckWritable(filepath.Join(closed, "x")), []string{"closed", "permission denied", "another folder"})
	}
	if _, err := os.Stat("/proc/self"); err == nil {
		checkError(t, CheckWritable("/proc/records"), []string{"/proc/records", "another folder"})
	}
}

func TestMakeFolder(t *testing.T) {
	dir := t.TempDir()
	undo, err := MakeFolder(filepath.Join(dir, "a", "b", "c"))
	checkError(t, err, nil)
	if err := os.WriteFile(filepath.Join(dir, "a", "kept"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	undo()
	if files, err := os.ReadDir(filepath.Join(dir, "a")); err != nil || len(files) != 1 {
		t.Errorf("left: %v, %v", files, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a", "b")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a/b is left: %v", err)
	}
	undo, err = MakeFolder(dir)
	checkError(t, err, nil)
	undo()
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("it removed what was there before: %v", err)
	}
	_, err = MakeFolder(filepath.Join(dir, "a", "kept", "x"))
	checkError(t, err, []string{"kept"})
}
