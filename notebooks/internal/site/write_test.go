// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree is the files below a folder, by path.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		found[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestWrite(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "a", "pages")
	old := &Site{Files: map[string][]byte{"index.html": []byte("old"), "gone.html": []byte("x"), "figures/1.png": []byte("y")}}
	now := &Site{Files: map[string][]byte{"index.html": []byte("new"), "figures/2.png": []byte("z")}}
	for _, s := range []*Site{old, now} {
		if err := s.Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{"index.html": "new", "figures/2.png": "z", Marker: markerHead + "figures/2.png\nindex.html\n"}
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
	if entries, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(entries) != 1 {
		t.Errorf("beside the pages lies %v, %v", entries, err)
	}

	// A folder that is there and empty is taken; so is one behind a link, which stays.
	empty, link := filepath.Join(parent, "empty"), filepath.Join(parent, "link")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(empty, link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	if err := now.Write(link); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if diff := cmp.Diff(want, tree(t, empty)); diff != "" {
		t.Error(diff)
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, prepare := range map[string]func(dir string) error{
		"holds mine.txt": func(dir string) error { return os.WriteFile(filepath.Join(dir, "mine.txt"), []byte("mine"), 0o644) },
		"holds CNAME": func(dir string) error {
			if err := (&Site{Files: map[string][]byte{"index.html": nil}}).Write(dir); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, "CNAME"), []byte("mine"), 0o644)
		},
		"holds .git": func(dir string) error { return os.Mkdir(filepath.Join(dir, ".git"), 0o755) },
		"is a file":  func(dir string) error { return os.WriteFile(dir+"x", nil, 0o644) },
	} {
		dir := t.TempDir()
		if err := prepare(dir); err != nil {
			t.Fatal(err)
		}
		before := tree(t, dir)
		target := dir
		if name == "is a file" {
			target = dir + "x"
		}
		err := (&Site{Files: map[string][]byte{"index.html": []byte("new")}}).Write(target)
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
			t.Errorf("%s: something was changed: %s", name, diff)
		}
	}
}
