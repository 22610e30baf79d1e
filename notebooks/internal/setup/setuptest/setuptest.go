// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package setuptest gives tests a real Jupyter session, or a reason why there is none.
package setuptest

import (
	"os"
	"testing"

	"coherentgradients/notebooks/internal/jupyter"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/setup"
	"coherentgradients/notebooks/internal/status"
)

// Session sets up what is missing, in the user's cache folder as the command would, and
// returns a session that is closed at the test's end, with the module's root. Tests of
// several packages at once share the set-up: file locks keep them apart.
//
// Where it can't be set up (no Python, no network) the test is skipped with the reason,
// or fails if the variable CI is "true". With -short it is skipped. The XLA plugin is
// part of it only if the test computes (plugin).
func Session(t *testing.T, plugin bool) (s *jupyter.Session, root string) {
	t.Helper()
	if testing.Short() {
		t.Skip("real Jupyter is left out by -short")
	}
	root, err := place.Here()
	if err != nil {
		t.Fatal(err)
	}
	s, err = setup.Jupyter(t.Context(), setup.Options{Root: root, NoPlugin: !plugin, Printer: status.New(t.Output())})
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("Jupyter can't be set up, and CI=true: %v", err)
		}
		t.Skipf("Jupyter can't be set up: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the Jupyter session: %v", err)
		}
	})
	return s, root
}
