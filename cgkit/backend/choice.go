// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/backend/plugin"

	"github.com/gomlx/go-xla/pjrt"
)

// Environment variables read here.
const (
	EnvBackend     = "GOMLX_BACKEND"            // a GoMLX backend configuration: go, xla:cpu, xla:cuda, …
	EnvPluginPath  = "PJRT_PLUGIN_LIBRARY_PATH" // folders with PJRT plugins
	EnvAutoInstall = "CG_XLA_AUTO_INSTALL"      // not empty: let go-xla download a plugin by itself
	EnvGPU         = "CG_GPU"                   // off: leave NVIDIA GPUs alone
)

// Choice is a backend and the reason it was taken.
type Choice struct {
	Config string // GoMLX's configuration string
	Name   string // for people: "XLA on CPU"
	Why    string // one clause
	Plugin string // path of the PJRT plugin, empty for pure Go or where go-xla finds it by name
	Hint   string // how to get something faster; empty if there is nothing to say
	// automatic is set where a GPU was taken that nobody asked for: if it does not open the CPU is as good.
	automatic bool
}

// HintFetch is the hint where the pinned plugin would do, and has not been fetched.
const HintFetch = "for XLA, which is much faster, fetch the pinned plugin by plugin.Ensure of cgkit/backend/plugin"

// String is one line.
func (c Choice) String() string {
	line := c.Name + ": " + c.Why
	if c.Hint != "" {
		line += "; " + c.Hint
	}
	return line
}

// PureGo reports whether the choice is GoMLX's pure-Go backend.
func (c Choice) PureGo() bool { return c.Config == "go" || strings.HasPrefix(c.Config, "go:") }

// Describe makes the choice from what is installed, without loading anything. After [Open] it is what was opened, which
// differs where a GPU that was there did not open.
func Describe() Choice {
	if c := instead.Load(); c != nil {
		return *c
	}
	return choose(thisMachine())
}

// WithoutGPU is what the choice would be on a machine without NVIDIA GPUs.
func WithoutGPU() Choice {
	m := thisMachine()
	m.gpu = func() bool { return false }
	return choose(m)
}

func thisMachine() machine {
	return machine{
		env:       os.Getenv,
		installed: installedPlugins,
		gpu:       func() bool { return GPUs() > 0 },
		pinned:    plugin.Path,
		cuda:      plugin.CUDAPath,
		platform:  runtime.GOOS + "/" + runtime.GOARCH,
	}
}

// GPUOff says whether the user wants NVIDIA GPUs left alone: $CG_GPU is off, no, false or 0.
func GPUOff() bool { return gpuOff(os.Getenv(EnvGPU)) }

func gpuOff(value string) bool {
	return slices.Contains([]string{"off", "no", "false", "0"}, strings.ToLower(strings.TrimSpace(value)))
}

// machine is what a choice depends on, so that it can be tested without one.
type machine struct {
	env       func(string) string
	installed func() []installed
	gpu       func() bool
	pinned    func() (string, bool) // the CPU plugin
	cuda      func() (string, bool) // the CUDA plugin
	platform  string
}

// installed is a plugin that was found.
type installed struct{ name, path string }

func choose(m machine) Choice {
	found := m.installed()
	gpu := func() bool { return !gpuOff(m.env(EnvGPU)) && m.gpu() }
	if config := m.env(EnvBackend); config != "" {
		c := Choice{Config: config, Name: named(config), Why: "$" + EnvBackend + " = " + config}
		if p, options, ok := resolve(config, found, m); ok {
			c.Config, c.Name, c.Plugin = "xla:"+p.path+options, named("xla:"+p.name), p.path
			c.Why += ", which is " + p.path
		}
		return c
	}
	if folders := m.env(EnvPluginPath); folders != "" {
		list := preferred(found)
		if gpuOff(m.env(EnvGPU)) {
			list = only(list, func(name string) bool { return !isCUDA(name) })
		}
		if len(list) > 0 {
			return take(list, named("xla:"+list[0].name), "plugin "+list[0].name+" found in $"+EnvPluginPath)
		}
		return pureGo(m, "$"+EnvPluginPath+" = "+folders+" holds no PJRT plugin (pjrt_c_api_NAME_plugin.so)")
	}
	list := preferred(found)
	if gpu() {
		if cuda := only(list, isCUDA); len(cuda) > 0 {
			c := take(cuda, "XLA on NVIDIA GPU", "a GPU and its plugin were found")
			c.automatic = true
			return c
		}
		if path, ok := m.cuda(); ok {
			return Choice{Config: "xla:" + path, Name: "XLA on NVIDIA GPU", Plugin: path, Why: "a GPU and the pinned plugin",
				automatic: true}
		}
	}
	if cpu := only(list, isCPU); len(cpu) > 0 {
		return take(cpu, "XLA on CPU", "plugin "+cpu[0].name+" is installed")
	}
	if path, ok := m.pinned(); ok {
		return Choice{Config: "xla:" + path, Name: "XLA on CPU", Plugin: path, Why: "the pinned plugin"}
	}
	if m.env(EnvAutoInstall) != "" {
		return Choice{Config: "xla:cpu", Name: "XLA on CPU", Why: "$" + EnvAutoInstall + " lets go-xla download its plugin"}
	}
	return pureGo(m, "no XLA plugin was found")
}

// take takes the first plugin of a list, and says so where there are more of its kind.
func take(list []installed, name, why string) Choice {
	p := list[0]
	if more := len(only(list, func(name string) bool { return isCPU(name) == isCPU(p.name) && isCUDA(name) == isCUDA(p.name) })); more > 1 {
		why += fmt.Sprintf(", the first of %d: %s", more, p.path)
	}
	return Choice{Config: config(p), Name: name, Plugin: p.path, Why: why}
}

// config is GoMLX's configuration for a plugin: its path. By a name go-xla would take any of several that fit, another
// one at each start, and load them all to see. By its path a CUDA plugin finds NVIDIA's libraries as well: they lie in
// ../nvidia from it.
func config(p installed) string { return "xla:" + p.path }

// resolve finds the plugin that a user's configuration names: "xla:NAME" or "xla", perhaps with options behind a comma.
// go-xla would take any of several that fit, another one at each start. The pinned CUDA plugin is found as "xla:cuda"
// where no other is.
func resolve(config string, found []installed, m machine) (p installed, options string, ok bool) {
	kind, rest, _ := strings.Cut(config, ":")
	kind, bare, hasBare := strings.Cut(kind, ",")
	if kind != "xla" || filepath.IsAbs(rest) {
		return p, "", false
	}
	if hasBare { // "xla,tf32=false" is no configuration of go-xla's
		return p, bare, false
	}
	name, options, more := strings.Cut(rest, ",")
	if more {
		options = "," + options
	}
	for _, p := range preferred(found) {
		if p.name == name {
			return p, options, true
		}
	}
	for _, p := range preferred(found) {
		if isCUDA(p.name) && name == "" && (gpuOff(m.env(EnvGPU)) || !m.gpu()) {
			continue
		}
		if name == "" || strings.HasPrefix(p.name, name+"_v") {
			return p, options, true
		}
	}
	if path, ok := m.cuda(); ok && name == "cuda" {
		return installed{name: name, path: path}, options, true
	}
	return p, "", false
}

func pureGo(m machine, why string) Choice {
	hint := HintFetch
	if m.platform != "linux/amd64" {
		hint = "for XLA install a PJRT CPU plugin for " + m.platform + " (see environment.md) or set $" + EnvAutoInstall + "=1"
	}
	return Choice{Config: "go", Name: "pure Go", Why: why, Hint: hint}
}

func named(config string) string {
	kind, rest, _ := strings.Cut(config, ":")
	switch {
	case kind == "go":
		return "pure Go"
	case kind == "xla" && isCUDA(filepath.Base(rest)):
		return "XLA on NVIDIA GPU"
	case kind == "xla" && (rest == "" || isCPU(filepath.Base(rest))):
		return "XLA on CPU"
	}
	return config
}

func isCPU(name string) bool { return strings.Contains(strings.ToLower(name), "cpu") }

func isCUDA(name string) bool { return pjrt.IsCUDAName(name) }

func only(list []installed, is func(name string) bool) []installed {
	return slices.DeleteFunc(slices.Clone(list), func(p installed) bool { return !is(p.name) })
}

// preferred sorts plugins: CUDA before CPU before others; of a kind the first folder's; in a folder that of the plain
// name, cpu or cuda, and then by name.
func preferred(found []installed) []installed {
	rank := func(name string) int {
		switch {
		case isCUDA(name):
			return 0
		case isCPU(name):
			return 1
		}
		return 2
	}
	list := slices.Clone(found)
	slices.SortStableFunc(list, func(a, b installed) int { return cmp.Compare(rank(a.name), rank(b.name)) })
	return list
}

// pluginFile is how go-xla has plugins named.
var pluginFile = regexp.MustCompile(`^(?:pjrt_c_api_(.+)_plugin|pjrt[-_]plugin[-_](.+))\.(?:so|dylib|dll)$`)

// installedPlugins looks for files of the right name where go-xla looks, without loading them: folder after folder,
// in each the plain names first and then by name. Of one name the first counts.
func installedPlugins() []installed {
	var found []installed
	for _, folder := range pluginFolders() {
		entries, err := os.ReadDir(folder) // sorted by name; not a pattern, which a folder's own name could bend
		if err != nil {
			continue
		}
		var here []installed
		for _, e := range entries {
			m := pluginFile.FindStringSubmatch(e.Name())
			if m == nil {
				continue
			}
			p := installed{name: m[1] + m[2], path: filepath.Join(folder, e.Name())}
			info, err := os.Stat(p.path)
			if err == nil && info.Mode().IsRegular() && !slices.ContainsFunc(slices.Concat(found, here), func(o installed) bool { return o.name == p.name }) {
				here = append(here, p)
			}
		}
		slices.SortFunc(here, func(a, b installed) int {
			plain := func(p installed) int {
				if p.name == "cpu" || p.name == "cuda" {
					return 0
				}
				return 1
			}
			return cmp.Or(cmp.Compare(plain(a), plain(b)), cmp.Compare(a.name, b.name))
		})
		found = append(found, here...)
	}
	return found
}

func pluginFolders() []string {
	if folders := os.Getenv(EnvPluginPath); folders != "" {
		var list []string
		for _, folder := range filepath.SplitList(folders) {
			if abs, err := filepath.Abs(folder); folder != "" && err == nil {
				list = append(list, abs)
			}
		}
		return list
	}
	var folders []string
	if home, err := os.UserHomeDir(); err == nil {
		base := filepath.Join(home, ".local", "lib", "go-xla")
		if runtime.GOOS == "darwin" {
			base = filepath.Join(home, "Library", "Application Support", "go-xla")
		}
		folders = append(folders, base, filepath.Join(base, "nvidia"), filepath.Join(home, ".local", "lib", "gomlx", "pjrt"))
	}
	return append(folders, "/usr/local/lib/go-xla", "/usr/local/lib/go-xla/nvidia", "/usr/local/lib/gomlx/pjrt")
}

// GPUs counts the machine's NVIDIA GPUs by their device files.
func GPUs() int {
	n := 0
	entries, _ := os.ReadDir("/dev")
	for _, e := range entries {
		number, found := strings.CutPrefix(e.Name(), "nvidia")
		if _, err := strconv.Atoi(number); found && err == nil {
			n++
		}
	}
	return n
}

// OpenError is a backend that was chosen and would not open.
type OpenError struct {
	Choice Choice
	Err    error
}

// Error says what it was and how to do without it, in one line.
func (e *OpenError) Error() string {
	cause, remedy := firstLine(e.Err), "set "+EnvBackend+"=go to compute in pure Go"
	for _, known := range gpuCauses {
		if isCUDA(e.Choice.Config) && strings.Contains(strings.ToLower(cause), known.says) {
			cause, remedy = known.means, known.remedy+", or set "+EnvGPU+"=off to compute on the CPU"
			if strings.HasPrefix(e.Choice.Why, "$"+EnvBackend) || strings.HasPrefix(e.Choice.Why, "asked for") {
				remedy = known.remedy + ", or unset " + EnvBackend + " to compute on the CPU"
			}
			break
		}
	}
	return fmt.Sprintf("backend %s (%s) does not open: %s; %s", e.Choice.Name, e.Choice.Why, cause, remedy)
}

// gpuCauses are what the CUDA plugin says, in lower case, what that means, and what to do.
var gpuCauses = []struct{ says, means, remedy string }{
	{"no visible gpu devices", "NVIDIA's driver shows no GPU", "see what nvidia-smi lists, and CUDA_VISIBLE_DEVICES"},
	{"cuda_error_no_device", "NVIDIA's driver shows no GPU", "see what nvidia-smi lists, and CUDA_VISIBLE_DEVICES"},
	{"driver version is insufficient", "NVIDIA's driver is too old for this plugin", "update the driver"},
	{"system_driver_mismatch", "NVIDIA's driver was updated without a restart", "restart the machine"},
	{"resource_exhausted", "the GPU's memory is taken", "end the programs that nvidia-smi lists"},
	{"out of memory", "the GPU's memory is taken", "end the programs that nvidia-smi lists"},
}

func (e *OpenError) Unwrap() error { return e.Err }

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
