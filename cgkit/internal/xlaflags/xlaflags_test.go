// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package xlaflags

import "testing"

func TestTuned(t *testing.T) {
	for flags, want := range map[string]bool{
		"": false, "--xla_cpu_prefer_vector_width=512": false, "--xla_backend_extra_options=-inline-threshold=1000000": false,
		Add(""): true, Add("--mine"): true, Add("--xla_backend_extra_options=-mine"): false,
	} {
		t.Setenv(Env, flags)
		if got := Tuned(); got != want {
			t.Errorf("flags %q: tuned is %v", flags, got)
		}
	}
}
