// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"coherentgradients/cgkit/backend/plugin"

	"github.com/gomlx/go-xla/pjrt"
)

// Environment variables read here.
const (
	EnvBackend     = "GOMLX_BACKEND"            // a GoMLX backend configuration: go, xla:cpu, xla:cuda, …
	EnvPluginPath  = "PJRT_PLUGIN_LIBRARY_PATH" // folders with PJRT plugins
	EnvAutoInstall = "CG_XLA_AUTO_INSTALL"      // not empty: let go-xla download a plugin by itself
)

// Choice is a backend and the reason it was taken.
type Choice struct {
	Config string // GoMLX's configuration string
	Name   string // for people: "XLA on CPU"
	Why    string // one clause
	Plugin string // path of the PJRT plugin, empty for pure Go or where go-xla finds it by name
	Hint   string // how to get something faster; empty if there is nothing to say
}

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

// Describe makes the choice from what is installed, without loading anything.
func Describe() Choice {
	return choose(machine{
		env:       os.Getenv,
		installed: installedPlugins,
		gpu:       hasGPU,
		pinned:    plugin.Path,
		platform:  runtime.GOOS + "/" + runtime.GOARCH,
	})
}

// machine is what a choice depends on, so that it can be tested without one.
type machine struct {
	env       func(string) string
	installed func() map[string]string // plugin name → path
	gpu       func() bool
	pinned    func() (string, bool)
	platform  string
}

func choose(m machine) Choice {
	if config := m.env(EnvBackend); config != "" {
		return Choice{Config: config, Name: named(config), Why: "$" + EnvBackend + " = " + config}
	}
	installed := m.installed()
	if folders := m.env(EnvPluginPath); folders != "" {
		for _, name := range preferred(installed) {
			return Choice{Config: "xla:" + name, Name: named("xla:" + name), Plugin: installed[name],
				Why: "plugin " + name + " found in $" + EnvPluginPath}
		}
		return pureGo(m, "$"+EnvPluginPath+" = "+folders+" holds no PJRT plugin (pjrt_c_api_NAME_plugin.so)")
	}
	if m.gpu() {
		for name, path := range installed {
			if pjrt.IsCUDAName(name) {
				return Choice{Config: "xla:" + name, Name: "XLA on NVIDIA GPU", Plugin: path, Why: "a GPU and its plugin were found"}
			}
		}
	}
	for _, name := range preferred(installed) {
		if isCPU(name) {
			return Choice{Config: "xla:" + name, Name: "XLA on CPU", Plugin: installed[name], Why: "plugin " + name + " is installed"}
		}
	}
	if path, ok := m.pinned(); ok {
		return Choice{Config: "xla:" + path, Name: "XLA on CPU", Plugin: path, Why: "the pinned plugin"}
	}
	if m.env(EnvAutoInstall) != "" {
		return Choice{Config: "xla:cpu", Name: "XLA on CPU", Why: "$" + EnvAutoInstall + " lets go-xla download its plugin"}
	}
	return pureGo(m, "no XLA plugin was found")
}

func pureGo(m machine, why string) Choice {
	hint := "for XLA, which is much faster, run once: go run ./notebooks lab (or run, or train), which fetch it"
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
	case kind == "xla" && pjrt.IsCUDAName(rest):
		return "XLA on NVIDIA GPU"
	case kind == "xla" && (rest == "" || isCPU(filepath.Base(rest))):
		return "XLA on CPU"
	}
	return config
}

func isCPU(name string) bool { return strings.Contains(strings.ToLower(name), "cpu") }

// preferred lists plugin names, CUDA before CPU before others.
func preferred(installed map[string]string) []string {
	var cuda, cpu, other []string
	for name := range installed {
		switch {
		case pjrt.IsCUDAName(name):
			cuda = append(cuda, name)
		case isCPU(name):
			cpu = append(cpu, name)
		default:
			other = append(other, name)
		}
	}
	return append(append(cuda, cpu...), other...)
}

// installedPlugins looks for files of the right name where go-xla looks, without loading them.
func installedPlugins() map[string]string {
	found := make(map[string]string)
	for _, folder := range pluginFolders() {
		matches, _ := filepath.Glob(filepath.Join(folder, "pjrt_c_api_*_plugin.*"))
		for _, path := range matches {
			name := strings.TrimPrefix(filepath.Base(path), "pjrt_c_api_")
			name, _, _ = strings.Cut(name, "_plugin.")
			if _, known := found[name]; !known {
				found[name] = path
			}
		}
	}
	return found
}

func pluginFolders() []string {
	if folders := os.Getenv(EnvPluginPath); folders != "" {
		return filepath.SplitList(folders)
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

func hasGPU() bool {
	matches, _ := filepath.Glob("/dev/nvidia[0-9]*")
	return len(matches) > 0
}

// Explain wraps an error of a backend that would not open with what it was and how to do without it.
func explain(c Choice, err error) error {
	return fmt.Errorf("backend %s (%s) does not open: %s; set %s=go to compute in pure Go, or see `go run ./notebooks doctor`",
		c.Name, c.Why, firstLine(err), EnvBackend)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
