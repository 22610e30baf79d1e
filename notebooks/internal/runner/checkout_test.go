// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package runner

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coherentgradients/notebooks/internal/kernel"
	"coherentgradients/notebooks/internal/setup/setuptest"
	"coherentgradients/notebooks/internal/status"
)

// notebookOf writes a notebook of these code cells.
func notebookOf(t *testing.T, path string, sources ...string) {
	t.Helper()
	var cells []map[string]any
	for _, source := range sources {
		metadata := map[string]any{}
		if source == kernel.FirstCell {
			metadata["jupyter"] = map[string]any{"source_hidden": true}
		}
		cells = append(cells, map[string]any{
			"cell_type": "code", "id": "c" + string(rune('a'+len(cells))), "metadata": metadata, "execution_count": nil, "outputs": []any{},
			"source": source,
		})
	}
	text, err := json.Marshal(map[string]any{"nbformat": 4, "nbformat_minor": 5, "metadata": map[string]any{}, "cells": cells})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// checkoutOf makes a checkout whose package says where it is.
func checkoutOf(t *testing.T, root, says string) {
	t.Helper()
	for name, text := range map[string]string{
		"go.mod": "module coherentgradients\n\ngo 1.26\n", "hello/hello.go": "package hello\n\nfunc Say() string { return \"" + says + "\" }\n",
		"notebooks/mine/keep": "",
	} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const sayHello = "import \"coherentgradients/hello\"\n\n%%\nprint(hello.Say())"

// TestCheckouts: a notebook with no set-up cell, wherever it lies, imports from its session's checkout, whatever
// others there are; one with the cell does so with a kernel that knows none, or says that it lies in no checkout.
func TestCheckouts(t *testing.T) {
	s, _ := setuptest.Session(t, false)
	base := t.TempDir()
	var page string
	execute := func(sources ...string) (executed string, err error) {
		t.Helper()
		folder := filepath.Dir(sources[0])
		notebook := filepath.Join(t.TempDir(), "small.ipynb")
		notebookOf(t, notebook, sources[1:]...)
		out := t.TempDir()
		err = Run(t.Context(), s, Job{
			Notebook: notebook, Folder: folder, Out: out, CellTimeout: 2 * time.Minute, Printer: status.New(t.Output()),
		})
		page = read(t, filepath.Join(out, "small.html"))
		return read(t, filepath.Join(out, "small.ipynb")), err
	}
	one, two := filepath.Join(base, "a 'first' folder"), filepath.Join(base, "second")
	checkoutOf(t, one, "from the first")
	checkoutOf(t, two, "from the second")
	for root, want := range map[string]string{one: "from the first", two: "from the second"} {
		if err := kernel.Know(s.Env.Data(), s.Data(), root); err != nil {
			t.Fatal(err)
		}
		if text, err := execute(filepath.Join(base, "x"), sayHello); err != nil || !strings.Contains(text, want) {
			t.Errorf("a new notebook: %v; no %q in %s", err, want, text)
		}
	}
	// A user's own kernel.
	if err := kernel.Know(s.Env.Data(), s.Data(), "no,checkout"); err != nil {
		t.Fatal(err)
	}
	if text, err := execute(filepath.Join(one, "notebooks", "mine", "x"), kernel.FirstCell, sayHello); err != nil || !strings.Contains(text, "from the first") {
		t.Errorf("the set-up cell: %v in %s", err, text)
	}
	if strings.Count(page, "<summary>folded cell</summary>") != 1 {
		t.Error("the page doesn't fold the set-up cell, and it alone")
	}
	if text, err := execute(filepath.Join(base, "x"), kernel.FirstCell, sayHello); err == nil || !strings.Contains(text, "is in no checkout of the project") {
		t.Errorf("the set-up cell outside of a checkout: %v in %s", err, text)
	}
}
