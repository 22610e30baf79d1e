// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/run"
)

// What the library can't know is added in one line, and nothing else is changed.
func TestExplain(t *testing.T) {
	for _, c := range []struct {
		err  error
		want []string
	}{
		{&run.MissingError{ID: "mnist-x"}, []string{"no finished record of mnist-x", "run --quick", "--full"}},
		{fmt.Errorf("figure 4: %w", &run.MissingError{ID: "mnist-x", Missing: 2, Of: 3}), []string{"figure 4", "2 of 3", "run --quick"}},
		{&run.LockError{ID: "mnist-x", Err: errors.New("no file locks")}, []string{"can't lock mnist-x", "--out", "$CG_RUNS"}},
		{&backend.OpenError{Choice: backend.Choice{Name: "XLA"}, Err: errors.New("no\nluck")}, []string{"backend XLA", "no", "notebooks doctor"}},
		{errors.New(" something else\n"), []string{"something else"}},
	} {
		got := Explain(c.err)
		for _, word := range c.want {
			if !strings.Contains(got, word) || strings.Contains(got, "\n") {
				t.Errorf("%q lacks %q", got, word)
			}
		}
	}
	if got := Backend(backend.Choice{Name: "pure Go", Why: "so", Hint: backend.HintFetch}); !strings.Contains(got, "go run ./notebooks lab") {
		t.Errorf("%q", got)
	}
	// GoNB 0.11.4 panics where two colons stand before what looks like a compiler's message.
	if got := Explain(errors.New("model: built: main.go:18: no shape")); got != "model: built: line 18 of main.go: no shape" {
		t.Errorf("%q", got)
	}
	if got := Explain(errors.New("x")); got != "x" {
		t.Errorf("%q", got)
	}
}
