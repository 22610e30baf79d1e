// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	cpu := map[string]string{"cpu": "/lib/cpu.so"}
	both := map[string]string{"cpu": "/lib/cpu.so", "cuda": "/lib/cuda.so"}
	for _, c := range []struct {
		name      string
		env       map[string]string
		installed map[string]string
		gpu       bool
		pinned    string
		config    string
		why       string
	}{
		{name: "the user's word comes first", env: map[string]string{EnvBackend: "go"}, installed: both, gpu: true, config: "go", why: "$GOMLX_BACKEND"},
		{name: "the user's folder", env: map[string]string{EnvPluginPath: "/p"}, installed: cpu, pinned: "/pin/cpu/x.so", config: "xla:cpu", why: "$PJRT_PLUGIN_LIBRARY_PATH"},
		{name: "an empty folder of the user", env: map[string]string{EnvPluginPath: "/p"}, pinned: "/pin/cpu/x.so", config: "go", why: "holds no PJRT plugin"},
		{name: "GPU before CPU", installed: both, gpu: true, config: "xla:cuda", why: "GPU"},
		{name: "CUDA plugin without a GPU", installed: both, config: "xla:cpu", why: "installed"},
		{name: "GPU without its plugin", installed: cpu, gpu: true, config: "xla:cpu", why: "installed"},
		{name: "installed before pinned", installed: cpu, pinned: "/pin/cpu/x.so", config: "xla:cpu", why: "installed"},
		{name: "pinned", pinned: "/pin/cpu/x.so", config: "xla:/pin/cpu/x.so", why: "pinned"},
		{name: "auto-install only when asked for", env: map[string]string{EnvAutoInstall: "1"}, config: "xla:cpu", why: "download"},
		{name: "nothing", config: "go", why: "no XLA plugin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := choose(machine{
				env:       func(name string) string { return c.env[name] },
				installed: func() map[string]string { return c.installed },
				gpu:       func() bool { return c.gpu },
				pinned:    func() (string, bool) { return c.pinned, c.pinned != "" },
				platform:  "linux/amd64",
			})
			if got.Config != c.config || !strings.Contains(got.String(), c.why) || strings.Contains(got.String(), "\n") {
				t.Errorf("chose %q (%s), want %q with %q", got.Config, got, c.config, c.why)
			}
			if got.PureGo() && c.env[EnvBackend] == "" && got.Hint == "" {
				t.Error("pure Go by default, and no hint how to get XLA")
			}
		})
	}
}

func TestInstalledPluginsFollowTheSearchPath(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pjrt_c_api_cpu_plugin.so"), []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(EnvBackend, "")
	t.Setenv(EnvPluginPath, dir)
	if got := Describe(); got.Plugin != filepath.Join(dir, "pjrt_c_api_cpu_plugin.so") {
		t.Errorf("plugin %q", got.Plugin)
	}
	if sum := FileHash(filepath.Join(dir, "pjrt_c_api_cpu_plugin.so")); len(sum) != 64 {
		t.Errorf("hash %q", sum)
	}
}

func TestOpenExplains(t *testing.T) {
	for _, config := range []string{"xla:/nowhere/cpu/plugin.so", "abacus"} {
		_, err := OpenConfig(config)
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), config) || !strings.Contains(err.Error(), "GOMLX_BACKEND=go") {
			t.Errorf("%s: error %v", config, err)
		}
	}
}

func TestXLAFlags(t *testing.T) {
	for _, c := range []struct {
		user         string
		wide, pinned bool
		want         []string
		not          string
	}{
		{"", false, false, nil, "xla"},
		{"", true, false, []string{"--xla_cpu_prefer_vector_width=512"}, "backend"},
		{"--xla_cpu_prefer_vector_width=256 --mine", true, true, []string{"width=256 --mine --xla_backend_extra_options=-inline-threshold="}, "512"},
		{"--xla_backend_extra_options=-mine", true, true, []string{"options=-mine --xla_cpu_prefer_vector_width=512"}, "inline"},
	} {
		got := xlaFlags(c.user, c.wide, c.pinned)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%+v: flags %q", c, got)
			}
		}
		if strings.Contains(got, c.not) || !strings.HasPrefix(got, c.user) {
			t.Errorf("%+v: flags %q", c, got)
		}
	}
}
