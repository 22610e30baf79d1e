// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package cgtest gives the tests of cgkit the backends of the machine they run on.
package cgtest

import (
	"os"
	"testing"

	"coherentgradients/cgkit/backend"

	"github.com/gomlx/compute"
)

// EnvRequireXLA makes a missing XLA plugin a failure, for machines that are known to have one.
const EnvRequireXLA = "CG_REQUIRE_XLA"

// Each runs test on the pure-Go backend, and on XLA where a plugin is installed.
func Each(t *testing.T, test func(t *testing.T, b compute.Backend)) {
	t.Helper()
	t.Run("go", func(t *testing.T) { test(t, open(t, "go")) })
	t.Run("xla", func(t *testing.T) { test(t, XLA(t)) })
}

// XLA is the XLA backend; where there is no plugin the test is skipped with the reason.
func XLA(t testing.TB) compute.Backend {
	t.Helper()
	choice := backend.Describe()
	if choice.PureGo() {
		if os.Getenv(EnvRequireXLA) != "" {
			t.Fatalf("no XLA, and $%s is set: %s", EnvRequireXLA, choice)
		}
		t.Skipf("no XLA: %s", choice)
	}
	b, _, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Go is the pure-Go backend.
func Go(t testing.TB) compute.Backend { t.Helper(); return open(t, "go") }

func open(t testing.TB, config string) compute.Backend {
	t.Helper()
	b, err := backend.OpenConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
