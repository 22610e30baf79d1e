// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package hygiene

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestUserModule: the Go program that environment.md shows to users of cgkit builds in a module of its own, which knows
// this one by a replace line, and trains, in pure Go and from the module cache alone.
func TestUserModule(t *testing.T) {
	if testing.Short() {
		t.Skip("it links a program of its own")
	}
	manual, err := os.ReadFile(filepath.Join(root, "environment.md"))
	if err != nil {
		t.Fatal(err)
	}
	programs := regexp.MustCompile("(?s)```go\n(package main\n.*?)```").FindAllSubmatch(manual, -1)
	if len(programs) != 1 {
		t.Fatalf("environment.md shows %d programs, want one", len(programs))
	}
	cmd := goInModule(t, outside(t, programs[0][1]), "run", ".")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go run: %v:\n%s", err, out)
	}
	losses := regexp.MustCompile(`step +\d+: loss ([0-9.]+)`).FindAllSubmatch(out, -1)
	if !strings.Contains(string(out), "pure Go") || len(losses) < 2 {
		t.Fatalf("it printed, without the backend or two losses:\n%s", out)
	}
	first, _ := strconv.ParseFloat(string(losses[0][1]), 64)
	last, _ := strconv.ParseFloat(string(losses[len(losses)-1][1]), 64)
	if !(last < first/2) {
		t.Errorf("its loss went from %v to %v:\n%s", first, last, out)
	}
}

// TestOwnModelInAnotherModule: a program outside trains a net of its own with records. It is killed five times, wherever it
// is, and its record ends as that of a run left alone, to the bit.
func TestOwnModelInAnotherModule(t *testing.T) {
	if testing.Short() {
		t.Skip("it links a program of its own")
	}
	text, err := os.ReadFile(filepath.Join("testdata", "ownmodel", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	dir := outside(t, text)
	if out, err := goInModule(t, dir, "build", "-o", "ownmodel", ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v:\n%s", err, out)
	}
	program := func(folder string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "ownmodel"), folder)
		cmd.Env = append(os.Environ(), "GOMLX_BACKEND=go")
		cmd.Stderr = os.Stderr
		return cmd
	}
	alone, killed := t.TempDir(), t.TempDir()
	if out, err := program(alone).Output(); err != nil || !strings.Contains(string(out), "60 steps, train accuracy") {
		t.Fatalf("%v:\n%s", err, out)
	}
	for _, steps := range []int{3, 8, 1, 14, 9} { // into this session
		cmd := program(killed)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(out); steps > 0 && lines.Scan(); {
			steps--
		}
		if steps > 0 {
			t.Error("it ended before it could be killed")
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	if out, err := program(killed).Output(); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	seconds := regexp.MustCompile(`"seconds":[^,}]*`)
	var texts []string
	for _, folder := range []string{alone, killed} {
		found, err := filepath.Glob(filepath.Join(folder, "glyphs-400-own-n25-winsorize-c10-s1-*", "evaluations.jsonl"))
		if err != nil || len(found) != 1 {
			t.Fatalf("records %v, %v", found, err)
		}
		text, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, seconds.ReplaceAllString(string(text), ""))
	}
	if texts[0] != texts[1] || strings.Count(texts[0], "\n") < 15 {
		t.Errorf("killed five times it ends as\n%s\nleft alone as\n%s", texts[1], texts[0])
	}
}

// outside makes a module that knows this one by a replace line, of one program.
func outside(t *testing.T, program []byte) (dir string) {
	t.Helper()
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	checkout, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	// This module's own requirements, as `go mod tidy` would add them: so Go need not look up what else there is.
	mod := regexp.MustCompile(`(?m)^module .*$`).ReplaceAll(ours, []byte("module example.com/mine"))
	mod = regexp.MustCompile(`(?ms)^tool (\(.*?^\)|[^(\n]*)$`).ReplaceAll(mod, nil)
	mod = fmt.Appendf(mod, "\nrequire %s v0.0.0\n\nreplace %s => %q\n", module, module, checkout)
	dir = t.TempDir()
	for name, text := range map[string][]byte{"main.go": program, "go.mod": mod, "go.sum": sums} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// goInModule is a go command in such a module, in pure Go and from the module cache alone.
func goInModule(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOSUMDB=off", "GOWORK=off", "GOMLX_BACKEND=go",
		"XDG_CACHE_HOME="+t.TempDir(), "GOCACHE="+goEnv(t, "GOCACHE")) // no plugin of anybody's
	return cmd
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
