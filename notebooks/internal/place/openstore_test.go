// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place/placetest"
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
	open := func(out string) *record.Store {
		t.Helper()
		s, err := OpenStore(out)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	check := func(got, want *record.Store) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	check(open(""), &record.Store{Folders: []string{runs}, Write: runs})
	check(open("there"), &record.Store{Folders: []string{"there"}, Write: "there"})

	module := t.TempDir()
	results := filepath.Join(module, "notebooks", "results")
	placetest.WriteFile(t, filepath.Join(module, "go.mod"), "// a comment\nmodule coherentgradients\n\ngo 1.26\n")
	placetest.WriteFile(t, filepath.Join(results, "README.md"), "")
	t.Setenv("GONB_DIR", filepath.Join(module, "notebooks"))
	check(open(""), &record.Store{Folders: []string{results, runs}, Write: runs})
	t.Setenv("GONB_DIR", "")
	t.Chdir(filepath.Join(module, "notebooks"))
	t.Setenv(EnvRuns, "runs")
	check(open(""), &record.Store{Folders: []string{results, "runs"}, Write: "runs"})
	t.Setenv(EnvOut, "out")
	check(open(""), &record.Store{Folders: []string{results, "runs"}, Write: "runs", Collect: "out/records"})
	check(open("there"), &record.Store{Folders: []string{"there"}, Write: "there"})
	if entries, _ := os.ReadDir("."); len(entries) != 1 {
		t.Errorf("OpenStore made something: %v", entries)
	}
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
	placetest.CheckError(t, err, []string{`CG_MODE = "slow"`, "quick", "redraw", "full"})
}
