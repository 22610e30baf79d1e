// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cleanEnv sets the variables that the package reads to nothing, and the cache folder to a new one, which it returns.
func cleanEnv(t *testing.T) (cache string) {
	t.Helper()
	cache = t.TempDir()
	for _, name := range []string{EnvRuns, EnvOut, EnvMode, "GONB_DIR"} {
		t.Setenv(name, "")
	}
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Chdir(t.TempDir())
	return cache
}

func TestOpenStore(t *testing.T) {
	cache := cleanEnv(t)
	if dir, err := os.UserCacheDir(); err != nil || dir != cache {
		t.Skip("the cache folder is not set by XDG_CACHE_HOME here")
	}
	runs := filepath.Join(cache, "coherentgradients", "runs")
	open := func(out string) *Store {
		t.Helper()
		s, err := OpenStore(out)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	check := func(got, want *Store) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	check(open(""), &Store{Folders: []string{runs}, Write: runs})
	check(open("there"), &Store{Folders: []string{"there"}, Write: "there"})

	module := t.TempDir()
	results := filepath.Join(module, "notebooks", "results")
	writeFile(t, filepath.Join(module, "go.mod"), "// a comment\nmodule coherentgradients\n\ngo 1.26\n")
	writeFile(t, filepath.Join(results, "README.md"), "")
	t.Setenv("GONB_DIR", filepath.Join(module, "notebooks"))
	check(open(""), &Store{Folders: []string{results, runs}, Write: runs})
	t.Setenv("GONB_DIR", "")
	t.Chdir(filepath.Join(module, "notebooks"))
	t.Setenv(EnvRuns, "runs")
	check(open(""), &Store{Folders: []string{results, "runs"}, Write: "runs"})
	t.Setenv(EnvOut, "out")
	check(open(""), &Store{Folders: []string{results, "runs"}, Write: "runs", Collect: "out/records"})
	check(open("there"), &Store{Folders: []string{"there"}, Write: "there"})
	if entries, _ := os.ReadDir("."); len(entries) != 1 {
		t.Errorf("OpenStore made something: %v", entries)
	}
}

func TestStoreFind(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	one := with(func(s *Spec) { s.Steps = 1 })
	s := &Store{Folders: []string{first}, Write: second + "/"}
	find := func() *Record {
		t.Helper()
		r, err := s.Find(one)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := find(); r != nil {
		t.Errorf("found %v", r)
	}
	writeRecord(t, first, one, line0+"\n")
	if r := find(); r != nil {
		t.Errorf("an unfinished record outside of Write: %v", r.Dir)
	}
	writeRecord(t, second, one, line0+"\n")
	if r := find(); r == nil || r.Finished() || filepath.Dir(r.Dir) != second {
		t.Errorf("want the unfinished one in Write, got %v", r)
	}
	writeRecord(t, second, one, line0+"\n"+line1+"\n")
	if r := find(); r == nil || !r.Complete() || filepath.Dir(r.Dir) != second {
		t.Errorf("want the finished one in Write, got %v", r)
	}
	writeRecord(t, first, one, line0+"\n"+line1+"\n")
	if r := find(); r == nil || filepath.Dir(r.Dir) != first {
		t.Errorf("want the first finished one, got %v", r)
	}
}

func TestStoreCheck(t *testing.T) {
	spec := fakeSpec(10)
	opt := fakeOptions(t, &hooks{})
	folder := opt.Store.Write
	finished, err := opt.Store.Check(spec)
	if finished || err != nil {
		t.Errorf("an empty folder: %v, %v", finished, err)
	}
	mustRun(t, spec, opt)
	if finished, err = opt.Store.Check(spec); !finished || err != nil {
		t.Errorf("a finished record: %v, %v", finished, err)
	}
	writeFile(t, filepath.Join(folder, spec.ID(), specName), "{}")
	_, err = opt.Store.Check(spec)
	checkError(t, err, []string{spec.ID(), "format"})
	_, err = (&Store{Write: filepath.Join(folder, spec.ID(), specName)}).Check(spec)
	checkError(t, err, []string{"is a file; name a folder"})
}

func TestCurrentMode(t *testing.T) {
	for text, want := range map[string]Mode{"": Interactive, "quick": Quick, "redraw": Redraw, "full": Full} {
		t.Setenv(EnvMode, text)
		if got, err := CurrentMode(); got != want || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	t.Setenv(EnvMode, "slow")
	_, err := CurrentMode()
	checkError(t, err, []string{`CG_MODE = "slow"`, "quick", "redraw", "full"})
}
