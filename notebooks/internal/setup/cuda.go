// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/backend/plugin"
	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/status"
)

// gpuMachine is what is asked of a machine's GPUs, so that it can be tested without one.
type gpuMachine struct {
	gpus      func() int
	chosen    func() backend.Choice
	supported func(ctx context.Context) error
	describe  func() string
	ensure    func(ctx context.Context, o plugin.Options) (string, error)
}

var thisGPU = gpuMachine{
	gpus: backend.GPUs, chosen: backend.Describe, supported: plugin.CUDASupported, describe: plugin.CUDADescription,
	ensure: plugin.EnsureCUDA,
}

// cudaPlugin fetches the pinned CUDA plugin with NVIDIA's libraries where there is an NVIDIA GPU that it can use, and the
// user has no plugin for it and hasn't switched it off. Where it can't be used or had, that is one line, and the CPU goes
// on. An ended context is an error.
func cudaPlugin(ctx context.Context, python string, out *status.Printer, m gpuMachine) error {
	if backend.GPUOff() || m.gpus() == 0 || m.chosen().Name == "XLA on NVIDIA GPU" {
		return nil
	}
	goOn := func(err error) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		out.Note("going on with the CPU: %v (%s=off says no more of the GPU)", err, backend.EnvGPU)
		return nil
	}
	if err := m.supported(ctx); err != nil {
		return goOn(err)
	}
	defer proc.Guard()()
	if python == "" {
		var err error
		if python, err = withPip(ctx, out); err != nil {
			return goOn(err)
		}
	}
	out.Note("%s; %s=off leaves the GPU alone", m.describe(), backend.EnvGPU)
	step := out.Start("XLA CUDA plugin")
	defer step.Fail()
	_, err := m.ensure(ctx, plugin.Options{Python: python, Run: runPip, Progress: fetched(step)})
	if err != nil {
		step.Fail()
		return goOn(err)
	}
	step.Done()
	return nil
}

// fetched shows in a step how much of a plugin has come.
func fetched(step *status.Step) func(plugin.Progress) {
	return func(p plugin.Progress) {
		if p.Total > 0 {
			step.Detail("%s %.0f of %.0f MB", p.Stage, float64(p.Done)/1e6, float64(p.Total)/1e6)
		}
	}
}
