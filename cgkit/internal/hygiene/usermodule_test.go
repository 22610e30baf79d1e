// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package hygiene

import (
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
	dir := t.TempDir()
	for name, text := range map[string][]byte{
		"main.go": programs[0][1],
		"go.mod":  mod,
		"go.sum":  sums,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOSUMDB=off", "GOWORK=off", "GOMLX_BACKEND=go",
		"XDG_CACHE_HOME="+t.TempDir(), "GOCACHE="+goEnv(t, "GOCACHE")) // no plugin of anybody's
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

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
