// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package disk

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/recordtest"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestFolder: what is read belongs together, whatever takes the folder's name meanwhile, and lies in it.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "at")
	for _, name := range []string{"at", "other"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name, "file"), name)
	}
	folder, err := OpenFolder(at)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	if folder.Moved() || !folder.Has("file") || folder.Has("absent") {
		t.Error("moved, or without its file")
	}
	if err := errors.Join(os.Rename(at, at+".old"), os.Rename(filepath.Join(dir, "other"), at)); err != nil {
		t.Fatal(err)
	}
	if text, err := folder.ReadFile("file", 10); err != nil || string(text) != "at" || !folder.Moved() {
		t.Errorf("%q, %v", text, err)
	}
	write(t, filepath.Join(dir, "secret"), "x")
	if err := os.Symlink("../secret", filepath.Join(at+".old", "out")); err != nil {
		t.Fatal(err)
	}
	if text, err := folder.ReadFile("out", 10); err == nil {
		t.Errorf("a link led out of the folder: %q", text)
	}
}

func TestWriteAtomic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for _, text := range []string{"old", "new"} {
		if err := WriteBytes(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	boom := errors.New("boom")
	if err := WriteAtomic(path, func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return boom }); !errors.Is(err, boom) {
		t.Errorf("%v", err)
	}
	text, err := os.ReadFile(path)
	entries, _ := os.ReadDir(dir)
	if err != nil || string(text) != "new" || len(entries) != 1 {
		t.Errorf("%q, %v, %v", text, err, entries)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o044 == 0 && os.Getuid() != 0 {
		t.Errorf("mode %v: others can't read it", info.Mode())
	}
	err = WriteBytes(filepath.Join(dir, "absent", "file"), nil)
	recordtest.CheckError(t, err, []string{filepath.Join("absent", "file") + ":"})
	if strings.Contains(err.Error(), ".file") {
		t.Errorf("a temporary name: %v", err)
	}
}

// TestProbe leaves nothing, takes over what a killed one left, and touches nothing of others.
func TestProbe(t *testing.T) {
	dir := t.TempDir()
	for name, probe := range map[string]func(string) error{"by the system": OS{}.Probe, "by name": probeNamed} {
		write(t, filepath.Join(dir, probeName), "")
		if err := errors.Join(probe(dir), probeNamed(dir)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 0 {
			t.Errorf("%s: left behind %v", name, entries)
		}
	}
	if err := os.Symlink(filepath.Join(t.TempDir(), "new"), filepath.Join(dir, probeName)); err != nil {
		t.Fatal(err)
	}
	recordtest.CheckError(t, probeNamed(dir), []string{probeName, "a symbolic link"})
	nowhere := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("nowhere", nowhere); err != nil {
		t.Fatal(err)
	}
	recordtest.CheckError(t, CheckWritable(nowhere), []string{"leads nowhere"})
}
