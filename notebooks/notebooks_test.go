// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"coherentgradients/notebooks/internal/ipynb"
	"coherentgradients/notebooks/internal/kernel"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/runner"
	"coherentgradients/notebooks/internal/setup/setuptest"
	"coherentgradients/notebooks/internal/status"
)

// committed is the names of the committed notebooks; the working folder of this test
// is theirs.
func committed(t *testing.T) []string {
	t.Helper()
	names, err := place.Names(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Skip("no notebooks yet")
	}
	return names
}

// TestCommitted: what is committed has all its outputs, no error, no machine's path,
// counts 1..n, the folded first cell that reaches the module, and is normalised.
func TestCommitted(t *testing.T) {
	for _, name := range committed(t) {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(name + ".ipynb")
			if err != nil {
				t.Fatal(err)
			}
			nb, err := ipynb.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range nb.Problems() {
				t.Error(p)
			}
			if got, folded := nb.FirstCode(); got != kernel.FirstCell || !folded {
				t.Errorf("the first code cell, folded %v, is\n%s\nnot folded\n%s", folded, got, kernel.FirstCell)
			}
			nb.Normalise(ipynb.Options{})
			again, err := nb.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(text, again) {
				t.Errorf("not normalised: go run ./notebooks run %s --update", name)
			}
		})
	}
}

// TestExecute executes every notebook in quick mode on the built-in data set, through
// real Jupyter and the real kernel; only the first one where CG_EXECUTED=1 says that
// this very checkout's have just been executed on real data.
func TestExecute(t *testing.T) {
	names := committed(t)
	if os.Getenv("CG_EXECUTED") == "1" {
		t.Logf("%d notebooks are left out, as they have just been executed (CG_EXECUTED=1)", len(names)-1)
		names = names[:1]
	}
	s, _ := setuptest.Session(t, true)
	out := t.TempDir()
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			err := runner.Run(t.Context(), s, runner.Job{
				Notebook: name + ".ipynb", Out: out, CellTimeout: 5 * time.Minute, Printer: status.New(t.Output()),
				// Runs of its own: whoever else executes notebooks on this machine meanwhile doesn't hold them.
				Extra: []string{"CG_MODE=quick", "CG_DATASET=glyphs", "CG_OUT=" + out, "CG_RUNS=" + filepath.Join(out, "runs")},
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, ending := range []string{".ipynb", ".html"} {
				if info, err := os.Stat(filepath.Join(out, name+ending)); err != nil || info.Size() == 0 {
					t.Errorf("%s%s: %v", name, ending, err)
				}
			}
		})
	}
}
