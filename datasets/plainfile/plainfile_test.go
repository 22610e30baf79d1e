// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package plainfile

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A file is read up to its limit, through links; what is longer, and what is no file, is refused at once, in one line that
// names it.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(os.WriteFile(at("file"), []byte("12345"), 0o644), os.Symlink("file", at("link")), os.Mkdir(at("folder"), 0o755),
		syscall.Mkfifo(at("fifo"), 0o644), os.WriteFile(at("sparse"), nil, 0o644), os.Truncate(at("sparse"), 100<<30)); err != nil {
		t.Fatal(err)
	}
	if l, err := net.Listen("unix", at("socket")); err != nil {
		t.Fatal(err)
	} else {
		defer l.Close()
	}
	for _, c := range []struct {
		path  string
		limit int64
		words string // of the error; none: it is read
	}{
		{at("file"), 5, ""}, {at("link"), 5, ""}, {at("file"), 4, "larger than 4 B"}, {at("folder"), 5, "is a folder, not a file"},
		{at("fifo"), 5, "is a FIFO"}, {at("socket"), 5, "is a socket"}, {at("sparse"), 1 << 20, "larger than 1.0 MiB"}, {"/dev/zero", 4, "is a device"},
	} {
		data, err := Read(c.path, c.limit)
		switch {
		case c.words == "" && (err != nil || string(data) != "12345"):
			t.Errorf("%s: %q, %v", c.path, data, err)
		case c.words != "" && (err == nil || !strings.Contains(err.Error(), c.words) || !strings.Contains(err.Error(), c.path) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: error %v, want one with %q", c.path, err, c.words)
		}
	}
	if _, err := Read(at("absent"), 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
}

// Temporary names are told from those of other files, also of files whose own name ends in digits.
func TestIsTemp(t *testing.T) {
	for _, c := range []struct {
		name, target string
		want         bool
	}{
		{".a.json17", "a.json", true}, {".a.json", "a.json", false}, {"a.json17", "a.json", false}, {".a.json17x", "a.json", false},
		{".b.json17", "a.json", false}, {".run217", "run2", true}, {".run217", "run", true}, {".run2", "run2", false},
	} {
		if got := IsTemp(c.name, c.target); got != c.want {
			t.Errorf("%s for %s: %v", c.name, c.target, got)
		}
	}
}
