// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package cgtest gives the tests of cgkit the backends of the machine they run on.
package cgtest

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/backend/plugin"

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

// XLA is the XLA backend. Where no plugin is installed the pinned one is fetched into the user's cache folder, once for all
// packages; where it can't be had the test is skipped with the reason.
func XLA(t testing.TB) compute.Backend {
	t.Helper()
	choice := backend.Describe()
	if choice.PureGo() && os.Getenv(backend.EnvBackend) == "" && os.Getenv(backend.EnvPluginPath) == "" {
		fetch()
		choice = backend.Describe()
		if choice.PureGo() && fetchFailed != nil {
			choice.Why += " (" + fetchFailed.Error() + ")"
		}
	}
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

// fetch gets the plugin, or notes why it can't, once a process.
var (
	fetchOnce   sync.Once
	fetchFailed error
)

func fetch() {
	fetchOnce.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
		defer cancel()
		_, fetchFailed = plugin.Ensure(ctx, plugin.Options{})
	})
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
