// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"os"
	"strings"
	"testing"
)

// TestBenchMistakes: each is one line, and nothing is set up.
func TestBenchMistakes(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--steps", "0"}, "steps = 0: must be 1 to 1000"},
		{[]string{"--model", "cmn"}, "did you mean cnn?"},
		{[]string{"--model", "mlp"}, "leave --model out"},
		{[]string{"--model", "cnn", "--set", "cnn_width=3"}, `model "cnn" has none of that name`},
		{[]string{"--model", "cnn", "--curves"}, "of the paper's net"},
		{[]string{"--set", "cnn_hidden=3"}, "add --model"},
		{[]string{"--steps", "x", "--peers"}, "see go run ./notebooks bench --help"},
		{[]string{"--rules", "meen", "--peers"}, `unknown aggregator "meen": choose one of agra`},
		{[]string{"--rules", "winsorize:60"}, "choose 0 ≤ c < 50"},
		{[]string{"--rules", "median:3"}, "median takes no percentage"},
		{[]string{"--backend", "abacus:1", "--peers"}, `backend = "abacus:1": must begin with one of go, `},
		{[]string{"extra"}, "extra"},
		{[]string{"worker", "extra"}, "extra"},
	} {
		code, out, errs := call(append([]string{"bench"}, c.args...)...)
		if code != codeFailed || !strings.HasPrefix(errs, "error: ") || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 || out != "" {
			t.Errorf("%q: code %d, %q; want one line with %q", c.args, code, errs, c.want)
		}
	}
	if left, _ := os.ReadDir(cache); len(left) != 0 {
		t.Errorf("something was set up: %v", left)
	}
}

func TestBenchWorkerIsHidden(t *testing.T) {
	if _, out, _ := call("bench", "--help"); strings.Contains(out, "worker") || !strings.Contains(out, "--peers") {
		t.Errorf("help: %s", out)
	}
}
