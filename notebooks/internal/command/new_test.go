// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coherentgradients/notebooks/internal/ipynb"
	"coherentgradients/notebooks/internal/runner"
	"coherentgradients/notebooks/internal/setup/setuptest"
	"coherentgradients/notebooks/internal/status"
)

// inCheckout makes a checkout with one notebook and works in it.
func inCheckout(t *testing.T) (folder string) {
	t.Helper()
	root := t.TempDir()
	folder = filepath.Join(root, "notebooks")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"go.mod": "module coherentgradients\n", "notebooks/00_a.ipynb": "{}"} {
		if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(root)
	return folder
}

// TestNew: a notebook is made where run finds it by name and nobody else does, once.
func TestNew(t *testing.T) {
	folder := inCheckout(t)
	code, stdout, stderr := call("new", "my_net.ipynb", "--no-lab")
	file := filepath.Join(folder, "mine", "my_net.ipynb")
	if code != codeOK || strings.TrimSpace(stdout) != file {
		t.Fatalf("new: %d, %q, %q", code, stdout, stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ipynb.Parse(text); err != nil || !strings.Contains(string(text), `study.Show(figure, \"my_net\")`) || strings.Contains(string(text), templateTitle) {
		t.Errorf("the notebook: %v, %s", err, text)
	}
	for args, want := range map[string]string{
		"new my_net":  "there is a notebook my_net already",
		"new MY_NET":  "there is a notebook my_net already",
		"new 00_a":    "there is a notebook 00_a already",
		"new ../x":    "can't be a notebook's name",
		"new -- -x":   "can't be a notebook's name",
		"new":         "one name is needed",
		"new a b":     "one name is needed",
		"lab my_nett": "did you mean my_net?",
		"lab mine/my": "is a path",
	} {
		if code, _, stderr := call(strings.Fields(args)...); code != codeFailed || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: %d, %q; want one line with %q", args, code, stderr, want)
		}
	}
	if now, _ := os.ReadFile(file); string(now) != string(text) {
		t.Error("the notebook was replaced")
	}
	out := t.TempDir()
	all, err := runFlags{jobs: autoJobs, out: out}.check(nil)
	if err != nil || !slices.Equal(all.names, []string{"00_a"}) {
		t.Errorf("run without a name: %q, %v", all.names, err)
	}
	own, err := runFlags{jobs: autoJobs, out: out}.check([]string{"my_net"})
	if err != nil || !slices.Equal(own.names, []string{"my_net"}) || own.there.file("my_net") != "mine/my_net.ipynb" {
		t.Errorf("run my_net: %+v, %v", own, err)
	}
}

// TestTemplate: the notebook that new makes runs as it stands, and leaves its figure.
func TestTemplate(t *testing.T) {
	s, _ := setuptest.Session(t, true)
	folder := inCheckout(t)
	file, err := newNotebook(folder, "my_net")
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	err = runner.Run(t.Context(), s, runner.Job{
		Notebook: file, Out: out, CellTimeout: 5 * time.Minute, Printer: status.New(t.Output()),
		Extra: []string{"CG_MODE=quick", "CG_DATASET=glyphs", "CG_OUT=" + out, "CG_RUNS=" + filepath.Join(out, "runs")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, ending := range []string{"pdf", "tex", "csv"} {
		if info, err := os.Stat(filepath.Join(out, "figures", "my_net."+ending)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", ending, err)
		}
	}
}
