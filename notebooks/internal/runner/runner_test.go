// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coherentgradients/notebooks/internal/ipynb"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/setup/setuptest"
	"coherentgradients/notebooks/internal/status"
)

// foreign makes the environment of a user whose Go and Python are set for other things.
func foreign(t *testing.T) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a [folder], 'with' \"quotes\" ü*?")
	temp := filepath.Join(dir, "tmp")
	if err := os.MkdirAll(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"env":     "GOFLAGS=-mod=mod\nGO111MODULE=off\nCGO_ENABLED=0\nGOOS=plan9\n", // as "go env -w" writes them
		"go.work": "go 1.26\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cache, err := exec.Command("go", "env", "GOMODCACHE", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	folders := strings.Split(string(cache), "\n")
	for _, entry := range []string{
		"TMPDIR=" + temp, "GOENV=" + filepath.Join(dir, "env"), "GOMODCACHE=" + folders[0], "GOCACHE=" + folders[1],
		"GOFLAGS=", "GOWORK=" + filepath.Join(dir, "go.work"), "GOBIN=relative", "PYTHONHOME=/no/such/folder", "PYTHONINSPECT=1", "VIRTUAL_ENV=/no/such/folder",
	} {
		name, value, _ := strings.Cut(entry, "=")
		t.Setenv(name, value)
	}
}

// TestReal executes notebooks through real Jupyter and the real kernel, in an environment that is set for other things.
func TestReal(t *testing.T) {
	foreign(t)
	s, root := setuptest.Session(t, false)
	job := func(t *testing.T, name string) Job {
		return Job{
			Notebook: filepath.Join("testdata", name+".ipynb"), Folder: place.Notebooks(root), Out: t.TempDir(),
			CellTimeout: 5 * time.Minute, Printer: status.New(t.Output()),
		}
	}

	t.Run("a notebook that works", func(t *testing.T) {
		j := job(t, "tiny")
		j.Extra = []string{"CG_MODE=quick", "CG_OUT=" + j.Out}
		before := read(t, j.Notebook)
		if err := Run(t.Context(), s, j); err != nil {
			t.Fatal(err)
		}
		if read(t, j.Notebook) != before {
			t.Error("the notebook itself was changed")
		}
		nb, err := ipynb.Read(filepath.Join(j.Out, "tiny.ipynb"))
		if err != nil {
			t.Fatal(err)
		}
		nb.Normalise(ipynb.Options{Paths: map[string]string{root: "."}})
		text, err := nb.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"mode quick", "64 digits", "<b>shown</b>", "in ./notebooks"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("the executed notebook has no %q", want)
			}
		}
		if problems := nb.Problems(); len(problems) != 0 {
			t.Errorf("problems: %q", problems)
		}
		if got := read(t, filepath.Join(j.Out, "figures", "tiny.txt")); got != "made by a cell" {
			t.Errorf("the cell's file: %q", got)
		}
		page := read(t, filepath.Join(j.Out, "tiny.html"))
		if !strings.Contains(page, "<math ") || strings.Contains(page, "tex-formula") || !strings.Contains(page, "64 digits") {
			t.Error("the page lacks the formula or the output")
		}
		for _, foreign := range []string{"src=\"http", "cdnjs", "import mermaid"} {
			if strings.Contains(page, foreign) {
				t.Errorf("the page needs something from elsewhere: %s", foreign)
			}
		}
	})

	t.Run("a cell that panics", func(t *testing.T) {
		j := job(t, "panics")
		err := Run(t.Context(), s, j)
		var failed *CellError
		if !errors.As(err, &failed) || failed.Notebook != "panics" || failed.Cell != 3 || failed.Of != 4 {
			t.Fatalf("error %v, want a failure of cell 3 of 4", err)
		}
		if !strings.Contains(err.Error(), "index out of range") || strings.Count(err.Error(), "\n") > messageLines {
			t.Errorf("message: %v", err)
		}
		text := read(t, filepath.Join(j.Out, "panics.ipynb"))
		if !strings.Contains(text, "before\\n") || strings.Contains(text, "never reached\\n\"\n     ]") {
			t.Error("the executed notebook isn't executed up to the failing cell")
		}
	})

	t.Run("a cell that doesn't compile", func(t *testing.T) {
		err := Run(t.Context(), s, job(t, "wrong"))
		var failed *CellError
		if !errors.As(err, &failed) || failed.Cell != 2 || !strings.Contains(err.Error(), "undefined") {
			t.Errorf("error %v, want undefined in cell 2", err)
		}
	})

	t.Run("interrupted", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		j := job(t, "sleeps")
		j.Printer = status.New(cancelAt{"cell 1/1", cancel})
		if err := Run(ctx, s, j); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
	})

	t.Run("a cell that takes too long", func(t *testing.T) {
		j := job(t, "sleeps")
		j.CellTimeout = time.Second
		err := Run(t.Context(), s, j)
		if err == nil || !strings.Contains(err.Error(), "took longer than 1") {
			t.Errorf("error %v", err)
		}
	})
}

// TestKernelThatDoesNotStart: its own reason is told, in one line.
func TestKernelThatDoesNotStart(t *testing.T) {
	s, root := setuptest.Session(t, false)
	for says, want := range map[string]string{
		"go: modules disabled by GO111MODULE=off; see 'go help modules'": ": go: modules disabled by GO111MODULE=off; see 'go help modules'",
		"E1125 17:24:38.123456   12345 main.go:12] no room":              ": no room",
		"": "",
	} {
		data, out := filepath.Join(t.TempDir(), "data"), t.TempDir()
		program := filepath.Join(t.TempDir(), "gonb")
		spec, err := json.Marshal(map[string]any{"argv": []string{program, "{connection_file}"}, "display_name": "Go", "language": "go"})
		if err != nil {
			t.Fatal(err)
		}
		for path, text := range map[string]string{
			program: "#!/bin/sh\ncat >&2 <<'END'\n" + says + "\nEND\nexit 1\n",
			filepath.Join(data, "kernels", "gonb", "kernel.json"): string(spec),
		} {
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o755)); err != nil {
				t.Fatal(err)
			}
		}
		err = Run(t.Context(), s, Job{
			Notebook: filepath.Join("testdata", "tiny.ipynb"), Folder: place.Notebooks(root), Out: out, Printer: status.New(t.Output()),
			Extra: []string{"JUPYTER_DATA_DIR=" + data, "JUPYTER_PATH=" + data},
		})
		if err == nil || !strings.HasPrefix(err.Error(), "tiny: the GoNB kernel didn't start") || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("a kernel that says %q: %v", says, err)
		}
		if left, _ := os.ReadDir(out); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func TestBecause(t *testing.T) {
	for text, want := range map[string]string{
		"": "",
		"I1125 17:24:38.1 12 main.go:12] GoNB: all is well":                                                     "",
		"E1125 17:24:38.123456 12345 goexec.go:257] Failed to run `go mod init x`:\ngo: modules disabled\nmore": ": go: modules disabled",
		"go: creating new go.mod: module x\nF1125 17:24:38.123456   12345 main.go:1] no room":                   ": no room",
		"Traceback\nAssertionError:": "",
	} {
		if got := because(text); got != want {
			t.Errorf("because(%q) = %q, want %q", text, got, want)
		}
	}
}

// cancelAt calls cancel when a text is written to it.
type cancelAt struct {
	text   string
	cancel func()
}

func (c cancelAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.text) {
		c.cancel()
	}
	return len(p), nil
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestListen(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		enc := json.NewEncoder(w)
		for _, e := range []event{
			{Event: "start", Cells: 3}, {Event: "cell", Cell: 2, Line: "x"}, {Event: "text", Text: "half"},
			{Event: "error", Cell: 2, Name: "ERROR", Value: "exit status 2", Lines: []string{"# pkg", "panic: x", "", "goroutine 1 [running]:", "exit status 2", "a", "b", "c", "d", "e", "f"}},
		} {
			_ = enc.Encode(e)
		}
		_, _ = io.WriteString(w, "not an event\n")
		_ = w.Close()
	}()
	l := listen("name", r, nil)
	want := "name: cell 2 of 3 failed: panic: x\n    exit status 2\n    a\n    b\n    c\n    d\n    e"
	if l.ended || l.failure == nil || l.failure.Error() != want {
		t.Errorf("heard %+v, want failure %q", l, want)
	}
}
