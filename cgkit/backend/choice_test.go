// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
)

func TestChoose(t *testing.T) {
	cpu := []installed{{"cpu", "/lib/cpu.so"}}
	both := []installed{{"cpu", "/lib/cpu.so"}, {"cuda", "/lib/cuda.so"}}
	two := []installed{{"mycpu", "/lib/b.so"}, {"cpu_v2", "/lib/c.so"}}
	for _, c := range []struct {
		name      string
		env       map[string]string
		installed []installed
		gpu       bool
		pinned    string
		cuda      string
		config    string
		why       string
	}{
		{name: "the user's word comes first", env: map[string]string{EnvBackend: "go"}, installed: both, gpu: true, config: "go", why: "$GOMLX_BACKEND"},
		{name: "the user's folder", env: map[string]string{EnvPluginPath: "/p"}, installed: cpu, pinned: "/pin/cpu/x.so", config: "xla:/lib/cpu.so", why: "$PJRT_PLUGIN_LIBRARY_PATH"},
		{name: "an empty folder of the user", env: map[string]string{EnvPluginPath: "/p"}, pinned: "/pin/cpu/x.so", config: "go", why: "holds no PJRT plugin"},
		{name: "GPU before CPU", installed: both, gpu: true, config: "xla:/lib/cuda.so", why: "GPU"},
		{name: "CUDA plugin without a GPU", installed: both, config: "xla:/lib/cpu.so", why: "installed"},
		{name: "GPU without its plugin", installed: cpu, gpu: true, config: "xla:/lib/cpu.so", why: "installed"},
		{name: "installed before pinned", installed: cpu, pinned: "/pin/cpu/x.so", config: "xla:/lib/cpu.so", why: "installed"},
		{name: "pinned", pinned: "/pin/cpu/x.so", config: "xla:/pin/cpu/x.so", why: "pinned"},
		{name: "auto-install only when asked for", env: map[string]string{EnvAutoInstall: "1"}, config: "xla:cpu", why: "download"},
		{name: "two of a kind", installed: two, config: "xla:/lib/b.so", why: "the first of 2: /lib/b.so"},
		{name: "two of the user's folder", env: map[string]string{EnvPluginPath: "/p"}, installed: two, config: "xla:/lib/b.so", why: "the first of 2: /lib/b.so"},
		{name: "one of each kind", env: map[string]string{EnvPluginPath: "/p"}, installed: both, config: "xla:/lib/cuda.so", why: "plugin cuda"},
		{name: "the user's name, of which go-xla would take any that begins with it", env: map[string]string{EnvBackend: "xla:cpu,tf32=false"}, installed: two, config: "xla:/lib/c.so,tf32=false", why: "/lib/c.so"},
		{name: "no name at all", env: map[string]string{EnvBackend: "xla"}, installed: two, config: "xla:/lib/b.so", why: "/lib/b.so"},
		{name: "no name and a GPU's plugin without a GPU", env: map[string]string{EnvBackend: "xla"}, installed: both, config: "xla:/lib/cpu.so", why: "/lib/cpu.so"},
		{name: "a name that is not there", env: map[string]string{EnvBackend: "xla:tpu"}, installed: two, config: "xla:tpu", why: "xla:tpu"},
		{name: "the pinned CUDA plugin", gpu: true, cuda: "/pin/nvidia/cuda.so", pinned: "/pin/cpu/x.so", config: "xla:/pin/nvidia/cuda.so", why: "a GPU and the pinned plugin"},
		{name: "an installed one before it", gpu: true, installed: both, cuda: "/pin/nvidia/cuda.so", config: "xla:/lib/cuda.so", why: "its plugin"},
		{name: "no GPU for it", cuda: "/pin/nvidia/cuda.so", pinned: "/pin/cpu/x.so", config: "xla:/pin/cpu/x.so", why: "pinned"},
		{name: "the GPU switched off", env: map[string]string{EnvGPU: "Off"}, gpu: true, installed: both, cuda: "/pin/nvidia/cuda.so", config: "xla:/lib/cpu.so", why: "installed"},
		{name: "switched off in the user's folder", env: map[string]string{EnvGPU: "0", EnvPluginPath: "/p"}, gpu: true, installed: both, config: "xla:/lib/cpu.so", why: "plugin cpu"},
		{name: "switched off, and no name at all", env: map[string]string{EnvGPU: "no", EnvBackend: "xla"}, gpu: true, installed: both, config: "xla:/lib/cpu.so", why: "/lib/cpu.so"},
		{name: "asked for by name, switched off or not", env: map[string]string{EnvGPU: "off", EnvBackend: "xla:cuda,tf32=false"}, gpu: true, cuda: "/pin/nvidia/cuda.so", config: "xla:/pin/nvidia/cuda.so,tf32=false", why: "/pin/nvidia/cuda.so"},
		{name: "a GPU and its plugins by version", env: map[string]string{EnvBackend: "xla:cuda"}, gpu: true, installed: []installed{{"cuda_v9", "/lib/9.so"}, {"cuda_v2", "/lib/2.so"}}, config: "xla:/lib/9.so", why: "/lib/9.so"},
		{name: "nothing", config: "go", why: "no XLA plugin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := choose(machine{
				env:       func(name string) string { return c.env[name] },
				installed: func() []installed { return c.installed },
				gpu:       func() bool { return c.gpu },
				pinned:    func() (string, bool) { return c.pinned, c.pinned != "" },
				cuda:      func() (string, bool) { return c.cuda, c.cuda != "" },
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

// TestInstalledPluginsInOrder: the order is that of the folders and of names, whatever characters they have, and what is no
// file of the right name is passed over.
func TestInstalledPluginsInOrder(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "a [plugin] folder*, 'it''s' \"x\" ü?"), filepath.Join(t.TempDir(), "second")
	for path, isDir := range map[string]bool{
		filepath.Join(first, "pjrt_c_api_zcpu_plugin.so"):  false,
		filepath.Join(first, "pjrt_c_api_acpu_plugin.so"):  false,
		filepath.Join(first, "pjrt_c_api_cpu_plugin.so"):   true, // an unpacked archive, say
		filepath.Join(first, "pjrt-plugin-bcpu.so"):        false,
		filepath.Join(first, "pjrt_c_api_cpu_plugin.so.1"): false,
		filepath.Join(second, "pjrt_c_api_cpu_plugin.so"):  false,
		filepath.Join(second, "pjrt_c_api_acpu_plugin.so"): false, // hidden by the first folder's
		filepath.Join(second, "pjrt_c_api_a_plugin.dylib"): false,
	} {
		dir := path
		if !isDir {
			dir = filepath.Dir(path)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if !isDir {
			if err := os.WriteFile(path, []byte("no library"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv(EnvPluginPath, strings.Join([]string{"", first, filepath.Join(second, "none"), second}, string(filepath.ListSeparator)))
	var names []string
	for _, p := range installedPlugins() {
		names = append(names, p.name)
	}
	if want := []string{"acpu", "bcpu", "zcpu", "cpu", "a"}; !slices.Equal(names, want) {
		t.Errorf("found %q, want %q", names, want)
	}
	t.Setenv(EnvBackend, "")
	for range 20 {
		if got := Describe(); got.Plugin != filepath.Join(first, "pjrt_c_api_acpu_plugin.so") || !strings.Contains(got.String(), "the first of 4: "+got.Plugin) {
			t.Fatalf("chose %s, plugin %q", got, got.Plugin)
		}
	}
}

// TestSafeConfig: go-xla reads more into a path than a path.
func TestSafeConfig(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("folders are named by open files on Linux only")
	}
	plain := filepath.Join(t.TempDir(), "plain")
	for _, folder := range []string{plain, plain + "/a,b", plain + "/nvidia cuda"} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "my_cpu.so"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for config, want := range map[string]string{
		"go":                                      "go",
		"xla:cpu,tf32=false":                      "xla:cpu,tf32=false",
		"xla:" + plain + "/my_cpu.so":             "xla:" + plain + "/my_cpu.so",
		"xla:" + plain + "/my_cpu.so,x=1":         "xla:" + plain + "/my_cpu.so,x=1",
		"xla:" + plain + "/a,b/my_cpu.so":         "",
		"xla:" + plain + "/a,b/my_cpu.so,x=1":     ",x=1",
		"xla:" + plain + "/nvidia cuda/my_cpu.so": "",
	} {
		got, release, err := safeConfig(config)
		if err != nil {
			t.Errorf("%s: %v", config, err)
			continue
		}
		path, isFile := strings.CutPrefix(got, "xla:/proc/self/fd/")
		if moved := want == "" || want[0] == ','; moved != isFile || !moved && got != want || moved && !strings.HasSuffix(path, "/my_cpu.so"+want) {
			t.Errorf("%s: %q, want %q", config, got, want)
		}
		release()
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

// A GPU that was there and does not open leaves the work to the CPU, in one line; one that was asked for is an error.
func TestGPUThatDoesNotOpen(t *testing.T) {
	cpu := Choice{Config: "xla:/pin/cpu/x.so", Name: "XLA on CPU", Why: "the pinned plugin"}
	for _, c := range []struct {
		said      string
		automatic bool
		want      string
	}{
		{"PJRT error (code=9): No visible GPU devices.", true, "NVIDIA's driver shows no GPU; see what nvidia-smi lists, and CUDA_VISIBLE_DEVICES, or set CG_GPU=off to compute on the CPU"},
		{"RESOURCE_EXHAUSTED: 1 GiB\nmore", true, "the GPU's memory is taken; end the programs"},
		{"INTERNAL: CUDA driver version is insufficient for CUDA runtime version", true, "too old for this plugin; update the driver"},
		{"something else", true, "something else; set GOMLX_BACKEND=go"},
		{"No visible GPU devices.", false, ""},
	} {
		gpu := Choice{Config: "xla:/lib/cuda.so", Name: "XLA on NVIDIA GPU", Why: "a GPU and the pinned plugin", automatic: c.automatic}
		_, got, err := openOr(gpu, func() Choice { return cpu }, func(opened Choice) (compute.Backend, error) {
			if opened == cpu {
				return nil, nil
			}
			return nil, &OpenError{opened, errors.New(c.said)}
		})
		if !c.automatic {
			if err == nil || got != gpu {
				t.Errorf("%s: asked for, and opened %v, %v", c.said, got, err)
			}
			continue
		}
		if err != nil || got.Config != cpu.Config || !strings.Contains(got.String(), c.want) || strings.Contains(got.String(), "\n") {
			t.Errorf("%s: %v, error %v, want %q", c.said, got, err, c.want)
		}
	}
}
