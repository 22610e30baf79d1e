// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package pyenv

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"coherentgradients/cgkit/backend/pip"
	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/remedy"
	"coherentgradients/notebooks/internal/status"
)

// makesVariable marks the processes that make an environment by its folder, so that the
// next start ends those that a killed one has left at it.
const makesVariable = "CG_MAKES"

// Installer makes a virtual environment from nothing, what its programs print going to a
// log and their interesting lines to the step's detail. Its errors are one line that
// names the log.
type Installer struct {
	// Variables are added to the environment of what is run.
	Variables []string

	ctx      context.Context
	dir      string
	step     *status.Step
	settings pip.Settings // the user's, of pip
	temp     string       // for temporary files; empty: the system's
	logPath  string
	log      *os.File
}

// NewInstaller removes what an earlier one has left of dir, running processes included.
// The caller holds a lock that keeps others from dir, and closes it.
func NewInstaller(ctx context.Context, dir, logPath string, step *status.Step) (*Installer, error) {
	proc.Sweep(makesVariable + "=" + dir)
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("the half-made Python environment can't be removed: %w", err)
	}
	if strings.ContainsRune(dir, filepath.ListSeparator) {
		return nil, fmt.Errorf("a Python environment can't be made in %s, as %q separates folders in PATH: set XDG_CACHE_HOME to another folder", dir, filepath.ListSeparator)
	}
	if err := os.MkdirAll(filepath.Dir(logPath), 0o755); err != nil {
		return nil, fmt.Errorf("the log folder can't be made: %w", err)
	}
	log, err := os.Create(logPath)
	if err != nil {
		return nil, fmt.Errorf("the log can't be written: %w", err)
	}
	return &Installer{ctx: ctx, dir: dir, step: step, logPath: logPath, log: log}, nil
}

// Close closes the log.
func (i *Installer) Close() error { return i.log.Close() }

// Install makes the environment by base and installs what the lock names, with hashes,
// through the user's pip settings. Further arguments are pip's.
func (i *Installer) Install(base Python, lock []byte, args ...string) error {
	i.temp = filepath.Join(i.dir, "tmp") // goes with the environment where pip is killed
	if err := os.MkdirAll(i.temp, 0o700); err != nil {
		return fmt.Errorf("the environment's folder can't be written: %w", err)
	}
	i.step.Detail("venv of Python %s", base.Version)
	if err := i.Run("making the virtual environment", base.Path, "-I", "-m", "venv", i.dir); err != nil {
		return err
	}
	requirements := filepath.Join(i.dir, "requirements.lock")
	if err := os.WriteFile(requirements, lock, 0o644); err != nil {
		return fmt.Errorf("the lock can't be written into the environment: %w", err)
	}
	const what = "installing the Python packages"
	python := Env{Dir: i.dir}.Python()
	// The base Python's pip knows settings of its own installation, which the environment's doesn't; but it may be
	// absent.
	var err error
	for _, p := range []string{base.Path, python} {
		if i.settings, err = pip.ReadSettings(i.ctx, p, i.process); !errors.Is(err, pip.ErrNoPip) {
			break
		}
	}
	if err == nil {
		err = i.runner(python).Pip(i.ctx, "install", append(args, "--require-hashes", "--no-warn-script-location", "-r", requirements)...)
	}
	_ = os.RemoveAll(i.temp) // nothing that anybody needs
	i.temp = ""
	return i.explained(what, err)
}

// Run runs a program to its end.
func (i *Installer) Run(what, program string, args ...string) error {
	return i.explained(what, i.runner(program).Do(i.ctx, args...))
}

func (i *Installer) runner(program string) pip.Runner {
	return pip.Runner{Python: program, Settings: i.settings, Run: i.process, Temp: i.temp, Line: func(line string) {
		_, _ = io.WriteString(i.log, line) // a full disk shows in pip's own words
		if now := doing(line); now != "" {
			i.step.Detail("%s", now)
		}
	}}
}

// process runs a command with the project's manners.
func (i *Installer) process(ctx context.Context, cmd *exec.Cmd) error {
	return proc.Run(ctx, proc.Adopt(cmd, 5*time.Second, append(i.Variables, makesVariable+"="+i.dir)...))
}

func (i *Installer) explained(what string, err error) error {
	switch {
	case err == nil || i.ctx.Err() != nil:
		return err
	case errors.Is(err, pip.ErrNoVenv):
		err = fmt.Errorf("%w; %s", err, remedy.Venv())
	}
	return fmt.Errorf("%s failed: %w (log: %s)", what, err, i.logPath)
}

var collecting = regexp.MustCompile(`^(Collecting|Downloading|Using cached) ([^\s=(]+)`)

// doing is what a line of pip says it is at, in short, or "".
func doing(line string) string {
	if m := collecting.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
		return strings.ToLower(m[1]) + " " + m[2]
	}
	if strings.HasPrefix(line, "Installing collected packages") {
		return "unpacking"
	}
	return ""
}
