// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"coherentgradients/cgkit/internal/recordtest"
)

// checkError wants an error of one line with all the words, and none where there are no words.
func TestCheckWritable(t *testing.T) {
	dir := t.TempDir()
	recordtest.CheckError(t, CheckWritable(filepath.Join(dir, "a", "b")), nil)
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	recordtest.CheckError(t, CheckWritable(filepath.Join(dir, "file")), []string{"is a file", "name a folder"})
	recordtest.CheckError(t, CheckWritable(filepath.Join(dir, "file", "b")), []string{"is a file"})
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0o555); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 { // root may write anywhere
		recordtest.CheckError(t, CheckWritable(filepath.Join(closed, "x")), []string{"closed", "permission denied", "another folder"})
	}
	if _, err := os.Stat("/proc/self"); err == nil {
		recordtest.CheckError(t, CheckWritable("/proc/records"), []string{"/proc/records", "another folder"})
	}
}

func TestMakeFolder(t *testing.T) {
	dir := t.TempDir()
	undo, err := MakeFolder(filepath.Join(dir, "a", "b", "c"))
	recordtest.CheckError(t, err, nil)
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
	recordtest.CheckError(t, err, nil)
	undo()
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("it removed what was there before: %v", err)
	}
	_, err = MakeFolder(filepath.Join(dir, "a", "kept", "x"))
	recordtest.CheckError(t, err, []string{"kept"})
}
