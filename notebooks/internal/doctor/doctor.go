// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package doctor looks at what the project needs and reports it, one line a component:
// found where and in which version, or how to get it. It sets nothing up.
package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/backend/plugin"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/jupyter"
	"coherentgradients/notebooks/internal/kernel"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/pyenv"
	"coherentgradients/notebooks/internal/remedy"
	"coherentgradients/notebooks/internal/setup"
)

// State is how a component stands.
type State string

// The states.
const (
	Ready   State = "ready"   // there
	Later   State = "later"   // not there; the first command that needs it sets it up
	Absent  State = "absent"  // not there, and not needed
	Missing State = "missing" // not there, and the notebooks can't run without it
	Wrong   State = "wrong"   // there, and of no use as it is
)

// Finding is one component's line.
type Finding struct {
	Component string `json:"component"`
	State     State  `json:"state"`
	// Detail is what was found and where, or how to get it.
	Detail string `json:"detail"`
}

// setUp is how what is set up by itself comes.
const setUp = "go run ./notebooks lab (or run) sets it up"

// Examine looks at everything. root is the module's folder.
func Examine(ctx context.Context, root string) []Finding {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	findings := []Finding{goCommand(ctx), cCompiler(ctx)}
	cache, err := place.Cache()
	if err != nil {
		return append(findings, Finding{"cache folder", Missing, err.Error()})
	}
	findings = append(findings, cacheFolder(cache), tempFolder(cache))
	findings = append(findings, python(ctx, cache)...)
	findings = append(findings, kernels(ctx, root, cache)...)
	findings = append(findings, backends(ctx)...)
	findings = append(findings, gpu(ctx))
	return append(findings, data()...)
}

// Broken tells whether the notebooks can't run.
func Broken(findings []Finding) bool {
	for _, f := range findings {
		if f.State == Missing {
			return true
		}
	}
	return false
}

func goCommand(ctx context.Context) Finding {
	path, err := proc.Find("go")
	if err != nil {
		return Finding{"Go", Missing, "no go command is on PATH: " + remedy.Go()}
	}
	return Finding{"Go", Ready, firstLine(ctx, path, "version") + ", " + path}
}

func cCompiler(ctx context.Context) Finding {
	path, err := setup.CCompiler()
	if err != nil {
		return Finding{"C compiler", Missing, err.Error()}
	}
	return Finding{"C compiler", Ready, firstLine(ctx, path, "--version") + ", " + path}
}

// cacheFolder is where everything is kept; the nearest folder that exists must be
// writable.
func cacheFolder(cache string) Finding {
	at := cache
	for at != filepath.Dir(at) {
		if info, err := os.Stat(at); err == nil && info.IsDir() {
			break
		}
		at = filepath.Dir(at)
	}
	if strings.ContainsRune(cache, filepath.ListSeparator) {
		return Finding{"cache folder", Missing, fmt.Sprintf("no Python environment can be made in %s, as %q separates folders in PATH: set XDG_CACHE_HOME to another folder", cache, filepath.ListSeparator)}
	}
	if err := place.Writable(at); err != nil {
		return Finding{"cache folder", Missing, fmt.Sprintf("%s can't be written: set XDG_CACHE_HOME to a folder that can", at)}
	}
	return Finding{"cache folder", Ready, cache}
}

// tempFolder is where cells are built and run.
func tempFolder(cache string) Finding {
	dir, err := jupyter.TempFolder(cache)
	if err != nil {
		return Finding{"temporary folder", Missing, err.Error()}
	}
	return Finding{"temporary folder", Ready, dir}
}

func python(ctx context.Context, cache string) []Finding {
	env, made := pyenv.Find(cache)
	base, err := pyenv.FindPython(ctx)
	var findings []Finding
	switch {
	case err == nil:
		findings = append(findings, Finding{"Python", Ready, base.Version + ", " + base.Path})
	case made:
		findings = append(findings, Finding{"Python", Absent, err.Error() + " (not needed: the environment is made)"})
	default:
		findings = append(findings, Finding{"Python", Missing, err.Error()})
	}
	if !made {
		return append(findings, Finding{"JupyterLab", Later, pyenv.Locked("jupyterlab") + " not installed yet: " + setUp})
	}
	return append(findings, Finding{"JupyterLab", Ready, fmt.Sprintf("%s on Python %s, %s", pyenv.Locked("jupyterlab"), env.Version, env.Dir)})
}

func kernels(ctx context.Context, root, cache string) []Finding {
	tools, built := kernel.Find(ctx, root, cache)
	if !built {
		return []Finding{
			{"GoNB kernel", Later, "not built yet: " + setUp},
			{"completion", Later, "gopls not built yet: go run ./notebooks lab builds it"},
		}
	}
	version := tools.Version()
	env, made := pyenv.Find(cache)
	findings := []Finding{{"GoNB kernel", Ready, version + ", " + tools.Gonb()}}
	if !made || !kernel.Installed(tools, env.Data()) {
		findings = []Finding{{"GoNB kernel", Later, version + " built, not installed yet: " + setUp}}
	}
	if tools.Completion == "" {
		return append(findings, Finding{"completion", Later, "gopls not built yet: go run ./notebooks lab builds it"})
	}
	return append(findings, Finding{"completion", Ready, "gopls, " + tools.Completion})
}

func backends(ctx context.Context) []Finding {
	choice := place.InWords(backend.Describe())
	findings := []Finding{{"backend", Ready, choice.String()}}
	path, there := plugin.Path()
	switch err := plugin.Supported(ctx); {
	case there:
		findings = append(findings, Finding{"XLA CPU plugin", Ready, path})
	case err != nil:
		findings = append(findings, Finding{"XLA CPU plugin", Absent, err.Error()})
	case !choice.PureGo():
		findings = append(findings, Finding{"XLA CPU plugin", Absent, "not fetched, as another one is used"})
	default:
		findings = append(findings, Finding{"XLA CPU plugin", Later, "not fetched yet: " + setUp})
	}
	return findings
}

func gpu(ctx context.Context) Finding {
	devices := backend.GPUs()
	if devices == 0 {
		return Finding{"GPU", Absent, "no NVIDIA GPU was found; none is needed"}
	}
	detail := fmt.Sprintf("%d NVIDIA", devices)
	if path, err := proc.Find("nvidia-smi"); err == nil {
		detail = firstLine(ctx, path, "--query-gpu=name,driver_version", "--format=csv,noheader")
	}
	if backend.GPUOff() {
		return Finding{"GPU", Absent, detail + ", left alone by " + backend.EnvGPU}
	}
	if path, there := plugin.CUDAPath(); there {
		return Finding{"GPU", Ready, detail + ", plugin " + path}
	}
	if err := plugin.CUDASupported(ctx); err != nil {
		return Finding{"GPU", Absent, detail + ": " + err.Error()}
	}
	return Finding{"GPU", Ready, detail}
}

func data() []Finding {
	var findings []Finding
	for _, name := range datasets.Names() {
		state, err := datasets.Check(name, datasets.Options{})
		f := Finding{"data set " + name, Later, state.Detail}
		switch {
		case err != nil:
			f.State = Wrong
		case state.Ready:
			f.State = Ready
		}
		findings = append(findings, f)
	}
	return findings
}

// firstLine is the first line that a program prints.
func firstLine(ctx context.Context, path string, args ...string) string {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := proc.Output(ctx, proc.Command(ctx, time.Second, path, args...))
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if err != nil || line == "" {
		return "version unknown"
	}
	return line
}
