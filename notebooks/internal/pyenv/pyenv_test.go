// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package pyenv

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLock holds the lock to what the environment promises: every requirement exact
// and hashed, and no package index named.
func TestLock(t *testing.T) {
	text := string(lock)
	if m := regexp.MustCompile(`(?m)^--|https?://`).FindString(text); m != "" {
		t.Errorf("the lock names a package index: %q", m)
	}
	blocks := strings.Split(strings.ReplaceAll(strings.TrimSpace(text), "\\\n", " "), "\n")
	if len(blocks) < 50 {
		t.Errorf("only %d requirements", len(blocks))
	}
	for _, b := range blocks {
		if !regexp.MustCompile(`^[a-z0-9-]+==\S+`).MatchString(b) || !strings.Contains(b, "--hash=sha256:") {
			t.Errorf("not an exact, hashed requirement: %.60s", b)
		}
	}
	if Locked("jupyterlab") == "" || Locked("nbclient") == "" || Locked("no-such-package") != "" {
		t.Errorf("Locked: %q, %q, %q", Locked("jupyterlab"), Locked("nbclient"), Locked("no-such-package"))
	}
}

func TestChoose(t *testing.T) {
	fit := answer{Path: "/p/3.12", Version: "3.12.1", Major: 3, Minor: 12, Venv: true}
	bare := fit
	bare.Venv = false
	old := answer{Path: "/p/3.8", Version: "3.8.18", Major: 3, Minor: 8, Venv: true}
	for _, c := range []struct {
		name  string
		found []answer
		want  string // the path, or part of the error
	}{
		{"the fit one after an old one", []answer{old, fit}, "/p/3.12"},
		{"none at all", nil, "no Python 3 is on PATH"},
		{"too old", []answer{old}, "Python 3.8.18 doesn't fit, versions 3.10 to 3.14 do"},
		{"no venv module", []answer{old, bare}, "Python 3.12.1 has no venv module"},
	} {
		p, err := choose(c.found)
		got := p.Path
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestFindPython(t *testing.T) {
	dir := t.TempDir()
	fake := func(name, answer string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+answer+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Setenv("PATH", dir)
	t.Setenv(PythonVariable, "")

	fake("python3", "echo 'no such version' >&2; exit 127") // a version manager's stand-in
	fake("python3.9", `echo '{"path":"/old","version":"3.9.1","major":3,"minor":9,"venv":true}'`)
	if _, err := FindPython(t.Context()); err == nil || !strings.Contains(err.Error(), "no Python 3 is on PATH") {
		t.Errorf("broken python3 only: %v", err)
	}
	fake("python3.11", `echo '{"path":"/good","version":"3.11.7","major":3,"minor":11,"venv":true}'`)
	if p, err := FindPython(t.Context()); err != nil || p.Path != "/good" || p.Version != "3.11.7" {
		t.Errorf("python3.11 behind a broken python3: %+v, %v", p, err)
	}
	t.Setenv(PythonVariable, filepath.Join(dir, "python3.9"))
	if _, err := FindPython(t.Context()); err == nil || !strings.Contains(err.Error(), "3.9.1 doesn't fit") {
		t.Errorf("a chosen old Python: %v", err)
	}
	t.Setenv(PythonVariable, "/no/such/python")
	if _, err := FindPython(t.Context()); err == nil || !strings.Contains(err.Error(), "CG_PYTHON=/no/such/python") {
		t.Errorf("a chosen missing Python: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := FindPython(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
}

func TestFind(t *testing.T) {
	cache := t.TempDir()
	if _, ok := Find(cache); ok {
		t.Error("found in an empty folder")
	}
	env := Env{Dir: dir(cache)}
	if err := os.MkdirAll(filepath.Dir(env.Python()), 0o755); err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(cache, "base-python")
	if err := os.WriteFile(base, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(base, env.Python()); err != nil {
		t.Fatal(err)
	}
	if _, ok := Find(cache); ok {
		t.Error("a half-made environment was found")
	}
	text := `{"lock":"` + LockHash() + `","python":"3.12.1","base":"x"}`
	if err := os.WriteFile(filepath.Join(env.Dir, markerName), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if e, ok := Find(cache); !ok || e.Version != "3.12.1" || e.Dir != env.Dir {
		t.Errorf("a complete environment: %+v, %v", e, ok)
	}
	if err := os.Remove(base); err != nil {
		t.Fatal(err)
	}
	if _, ok := Find(cache); ok {
		t.Error("an environment whose base Python is gone was found")
	}
}

func TestDoing(t *testing.T) {
	for line, want := range map[string]string{
		"Collecting jupyterlab==4.6.6 (from -r x)":     "collecting jupyterlab",
		"  Downloading jupyterlab-4.6.6-py3-none.whl ": "downloading jupyterlab-4.6.6-py3-none.whl",
		"Installing collected packages: a, b":          "unpacking",
		"Requirement already satisfied":                "",
	} {
		if got := doing(line); got != want {
			t.Errorf("doing(%q) = %q, want %q", line, got, want)
		}
	}
}
