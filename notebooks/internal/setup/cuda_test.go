// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/backend/plugin"
	"coherentgradients/notebooks/internal/status"
)

// What becomes of a machine with a GPU: what is fetched, and what is said.
func TestCUDAPlugin(t *testing.T) {
	cpu, gpu := backend.Choice{Name: "XLA on CPU"}, backend.Choice{Name: "XLA on NVIDIA GPU"}
	old := fmt.Errorf("%w: NVIDIA's driver is version 535: update the driver", plugin.ErrNoGPU)
	for _, c := range []struct {
		name      string
		env       string
		gpus      int
		chosen    backend.Choice
		supported error
		failed    error
		fetched   bool
		say       []string // in this order
	}{
		{name: "a GPU", gpus: 1, chosen: cpu, fetched: true, say: []string{"2.5 GB to download", "CG_GPU=off"}},
		{name: "none", chosen: cpu},
		{name: "switched off", env: "off", gpus: 1, chosen: cpu},
		{name: "its plugin is there", gpus: 1, chosen: gpu},
		{name: "an old driver", gpus: 1, chosen: cpu, supported: old, say: []string{"going on with the CPU", "version 535: update the driver"}},
		{name: "no network", gpus: 1, chosen: cpu, failed: errors.New("the package index can't be reached"), fetched: true,
			say: []string{"2.5 GB to download", "going on with the CPU: the package index can't be reached"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(backend.EnvGPU, c.env)
			var said bytes.Buffer
			fetched := false
			err := cudaPlugin(t.Context(), "python3", status.New(&said), gpuMachine{
				gpus: func() int { return c.gpus }, chosen: func() backend.Choice { return c.chosen },
				supported: func(context.Context) error { return c.supported },
				describe:  func() string { return "XLA CUDA plugin: 2.5 GB to download" },
				ensure: func(_ context.Context, o plugin.Options) (string, error) {
					fetched = true
					if !strings.Contains(said.String(), "2.5 GB") {
						t.Error("it is fetched before its size is said")
					}
					o.Progress(plugin.Progress{Stage: "downloading", Done: 1e6, Total: 2e6})
					return "", c.failed
				},
			})
			if err != nil || fetched != c.fetched {
				t.Errorf("error %v, fetched %v", err, fetched)
			}
			rest := said.String()
			for _, want := range c.say {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("it said %q, without %q", said.String(), want)
				}
				rest = after
			}
			if len(c.say) == 0 && said.Len() > 0 {
				t.Errorf("it said %q", said.String())
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var said bytes.Buffer
	t.Setenv(backend.EnvGPU, "")
	err := cudaPlugin(ctx, "python3", status.New(&said), gpuMachine{
		gpus: func() int { return 1 }, chosen: func() backend.Choice { return cpu },
		supported: func(ctx context.Context) error { return ctx.Err() },
	})
	if !errors.Is(err, context.Canceled) || said.Len() > 0 {
		t.Errorf("interrupted: %v, said %q", err, said.String())
	}
}
