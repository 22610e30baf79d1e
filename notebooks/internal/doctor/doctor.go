// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package doctor looks at what the project needs and reports it, one line a component:
// found where and in which version, or how to get it. It sets nothing up.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/backend/plugin"
	"coherentgradients/cgkit/record"
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
	findings = append(findings, data()...)
	return append(append(findings, variables()...), runsFolder(ctx))
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

// known are the variables that the project heeds, and what each is for.
var known = []struct{ name, what string }{
	{"CG_DATA", "the folder of data sets"},
	{"CG_DATASET", "the notebooks' data set"},
	{"CG_RUNS", "the folder of own runs"},
	{"CG_MODE", "how cells run: quick, redraw or full; unset in JupyterLab"},
	{"CG_OUT", "the output folder of a headless execution"},
	{"CG_STABLE", "1 where an executed notebook is to be kept"},
	{"CG_PYTHON", "the Python that the environment is made of"},
	{"CG_XLA_AUTO_INSTALL", "1 lets go-xla fetch a plugin"},
	{"GOMLX_BACKEND", "the backend, in place of the one chosen"},
	{"PJRT_PLUGIN_LIBRARY_PATH", "folders of XLA plugins"},
	{"XLA_FLAGS", "options of XLA"},
}

// inner begin, after the project's own beginning, the names that the project and its tests give to programs that they start.
var inner = []string{"TEST", "SWEEP_TEST", "BENCH", "GUARD", "SESSION", "SCREENSHOTS", "REGEN", "REQUIRE", "NO_TEX", "GPU"}

// variables are those in force, and those that look like one of the project's and are none: a slip of the finger would
// otherwise pass in silence.
func variables() (findings []Finding) {
	names := map[string]bool{}
	for _, v := range known {
		names[v.name] = true
		if value, set := os.LookupEnv(v.name); set && value != "" {
			findings = append(findings, Finding{v.name, Ready, fmt.Sprintf("%s (%s)", value, v.what)})
		}
	}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "CG_") && !names[name] && value != "" && !slices.ContainsFunc(inner, func(p string) bool { return strings.HasPrefix(name[len("CG_"):], p) }) {
			findings = append(findings, Finding{name, Absent, "no variable of the project; it knows " + knownNames()})
		}
	}
	return findings
}

func knownNames() string {
	var names []string
	for _, v := range known {
		if strings.HasPrefix(v.name, "CG_") {
			names = append(names, v.name)
		}
	}
	return strings.Join(names, ", ")
}

// runsFolder is the folder of own runs, how many there are and what they take.
func runsFolder(ctx context.Context) Finding {
	store, err := place.OpenStore("")
	if err != nil {
		return Finding{"runs", Wrong, err.Error()}
	}
	var files, records int
	var size uint64
	err = filepath.WalkDir(store.Write, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && path == store.Write:
			return err
		case err != nil || !d.Type().IsRegular():
			return nil
		}
		if info, err := d.Info(); err == nil {
			size += uint64(info.Size())
		}
		files++
		if d.Name() == record.SpecName {
			records++
		}
		return nil
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Finding{"runs", Later, "no own ones yet; they go to " + store.Write}
	case err != nil:
		return Finding{"runs", Wrong, err.Error()}
	}
	return Finding{"runs", Ready, fmt.Sprintf("%d records, %s in %d files, %s", records, humanize.IBytes(size), files, store.Write)}
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
