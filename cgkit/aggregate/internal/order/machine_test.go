// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import (
	"testing"

	"coherentgradients/cgkit/internal/xlaflags"

	"github.com/gomlx/compute/notimplemented"
)

// plugged is an XLA backend by the name of its plugin, and nothing else of one.
type plugged struct {
	notimplemented.Backend
	plugin string
}

func (p *plugged) Name() string       { return "xla" }
func (p *plugged) PluginName() string { return p.plugin }

func TestOnGPU(t *testing.T) {
	for name, want := range map[string]bool{
		"cuda": true, "/opt/jax/xla_cuda_plugin.so": true, "pjrt_c_api_cuda_v1_plugin.so": true, "rocm": true,
		"cpu": false, "/opt/cuda/pjrt_c_api_cpu_plugin.so": false, "/proc/self/fd/7/libpjrt_cpu.so": false, "": false,
	} {
		if got := onGPU(&plugged{plugin: name}); got != want {
			t.Errorf("plugin %q: on a GPU is %v", name, got)
		}
	}
	if onGPU(&notimplemented.Backend{}) {
		t.Error("a backend without a plugin is a GPU's")
	}
}

// On a CPU the choice depends on whether LLVM is tuned; on a GPU it does not, and is never one side after the other.
func TestMachines(t *testing.T) {
	cpu, gpu := &plugged{plugin: "cpu"}, &plugged{plugin: "cuda"}
	limits := func(k int) Limits { return Limits{Low: Bound{Index: k}, High: Bound{Index: k}} }
	for _, c := range []struct {
		m, k                 int
		plain, tuned, onGPU  Method
		sharedWhereItIsTuned bool
	}{
		{100, 8, Networks, Networks, Networks, false},
		{256, 3, Counting, Networks, Networks, false},
		{256, 10, Counting, Sides, Counting, false},
		{256, 20, Counting, Networks, Counting, true},
		{160, 48, Sides, Networks, Counting, true},
		{1000, 80, Counting, Counting, Counting, false},
	} {
		d := limits(c.k).Demand(c.m, Fast)
		for flags, want := range map[string]Method{"": c.plain, xlaflags.Add(""): c.tuned} {
			t.Setenv(xlaflags.Env, flags)
			if got := d.OnXLA(Automatic, cpu); got != want {
				t.Errorf("%d of %d, flags %q, on a CPU: %s, want %s", c.k, c.m, flags, got, want)
			}
			if got := d.Shared(Automatic, cpu); got != (c.sharedWhereItIsTuned && flags != "") {
				t.Errorf("%d of %d, flags %q, on a CPU: shared is %v", c.k, c.m, flags, got)
			}
			if got := d.OnXLA(Automatic, gpu); got != c.onGPU || d.Shared(Automatic, gpu) {
				t.Errorf("%d of %d, flags %q, on a GPU: %s, want %s, shared by nobody", c.k, c.m, flags, got, c.onGPU)
			}
		}
		for _, b := range []*plugged{cpu, gpu} {
			if got := d.OnXLA(Networks, b); got != Networks {
				t.Errorf("networks asked for on %s: %s", b.plugin, got)
			}
		}
	}
}
