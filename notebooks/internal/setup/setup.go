// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package setup makes what a command needs and is missing: the Python environment, the
// GoNB kernel in it, the XLA CPU plugin. Everything goes into the user's cache folder,
// and what is there already costs no time.
package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/backend/pip"
	"coherentgradients/cgkit/backend/plugin"
	"coherentgradients/notebooks/internal/jupyter"
	"coherentgradients/notebooks/internal/kernel"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/pyenv"
	"coherentgradients/notebooks/internal/remedy"
	"coherentgradients/notebooks/internal/status"
)

// Options say what is needed.
type Options struct {
	// Root is the module's folder.
	Root string
	// Completion: gopls, for completion in JupyterLab.
	Completion bool
	// NoPlugin leaves the XLA plugin out, as tests that compute nothing do.
	NoPlugin bool
	// Printer is told how it goes; nil: nobody.
	Printer *status.Printer
}

// Jupyter makes what is missing and returns a session; close it at the end.
//
// What is missing on the machine itself is looked for before anything is downloaded.
func Jupyter(ctx context.Context, o Options) (*jupyter.Session, error) {
	defer proc.Guard()() // the session has one of its own
	if err := CheckCompilers(); err != nil {
		return nil, err
	}
	cache, err := place.MakeCache()
	if err != nil {
		return nil, err
	}
	env, err := pyenv.Ensure(ctx, cache, o.Printer)
	if err != nil {
		return nil, err
	}
	if !o.NoPlugin {
		if err := Plugin(ctx, env.Python(), o.Printer); err != nil {
			return nil, err
		}
	}
	tools, err := kernel.Ensure(ctx, o.Root, cache, o.Completion, o.Printer)
	if err != nil {
		return nil, err
	}
	if err := kernel.Install(ctx, tools, env.Data()); err != nil {
		return nil, err
	}
	s, err := jupyter.NewSession(env, tools, cache)
	if err != nil {
		return nil, err
	}
	if err := kernel.Know(env.Data(), s.Data(), o.Root); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// CheckCompilers says whether Go and a C compiler are on PATH: cells are compiled, and
// XLA is called through cgo.
func CheckCompilers() error {
	if _, err := proc.Find("go"); err != nil {
		return errors.New("no go command is on PATH: " + remedy.Go())
	}
	if _, err := CCompiler(); err != nil {
		return err
	}
	return nil
}

// CCompiler is the C compiler that cgo would use, found on PATH.
func CCompiler() (string, error) {
	names := []string{"gcc", "clang", "cc"}
	if chosen := os.Getenv("CC"); chosen != "" {
		names = []string{chosen}
	}
	for _, name := range names {
		if path, err := proc.Find(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no C compiler (%s) is on PATH: %s", names[0], remedy.CCompiler())
}

// Plugin fetches what XLA needs here and is missing, unless the user has chosen
// otherwise: for an NVIDIA GPU the pinned CUDA plugin; and the pinned CPU plugin if
// without a GPU the backend would be pure Go, as a GPU may not open. python is an interpreter with pip; empty:
// one that fits is looked for.
//
// Where the plugin can't run or can't be had, that is noted and no error: everything
// runs in pure Go too, more slowly. An ended context is an error.
func Plugin(ctx context.Context, python string, out *status.Printer) error {
	if os.Getenv(backend.EnvBackend) != "" || os.Getenv(backend.EnvPluginPath) != "" || os.Getenv(backend.EnvAutoInstall) != "" {
		return nil
	}
	if err := cudaPlugin(ctx, python, out, thisGPU); err != nil || !backend.WithoutGPU().PureGo() {
		return err
	}
	if err := plugin.Supported(ctx); err != nil {
		out.Note("%v", err)
		return nil
	}
	defer proc.Guard()()
	if python == "" {
		var err error
		if python, err = withPip(ctx, out); err != nil {
			if ctx.Err() != nil {
				return err
			}
			out.Note("going on in pure Go, as the XLA plugin comes through pip: %v", err)
			return nil
		}
	}
	out.Note("%s", plugin.Description())
	step := out.Start("XLA CPU plugin")
	defer step.Fail()
	_, err := plugin.Ensure(ctx, plugin.Options{Python: python, Run: runPip, Progress: fetched(step)})
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		step.Fail()
		out.Note("going on in pure Go: %v", err)
		return nil
	}
	step.Done()
	return nil
}

// withPip is an interpreter that has pip: the user's, or else the project's own environment, which is made if need be.
func withPip(ctx context.Context, out *status.Printer) (string, error) {
	base, err := pyenv.FindPython(ctx)
	if err != nil {
		return "", err
	}
	// Settings that pip can't read are an error of the download, which names them.
	if _, err := pip.ReadSettings(ctx, base.Path, runPip); !errors.Is(err, pip.ErrNoPip) {
		return base.Path, nil
	}
	cache, err := place.MakeCache()
	if err != nil {
		return "", err
	}
	env, err := pyenv.Ensure(ctx, cache, out)
	if err != nil {
		return "", err
	}
	return env.Python(), nil
}

// runPip runs a command with the project's manners.
func runPip(ctx context.Context, cmd *exec.Cmd) error {
	return proc.Run(ctx, proc.Adopt(cmd, 5*time.Second))
}
