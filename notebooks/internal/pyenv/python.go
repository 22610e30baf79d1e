// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package pyenv

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/remedy"
)

// The Python versions that the lock installs on.
const (
	minMinor = 10
	maxMinor = 14
)

// PythonVariable names the interpreter to use, when the search on PATH finds the
// wrong one.
const PythonVariable = "CG_PYTHON"

// Python is an interpreter that can make the environment.
type Python struct {
	Path    string
	Version string
}

// probe is run by a candidate and prints what it can do. It needs nothing newer than
// Python 3.3, so that an old one is named as too old, not as broken.
const probe = `
import json, sys
try:
    import ensurepip, venv
    ready = True
except ImportError:
    ready = False
print(json.dumps({"path": sys.executable, "version": "%d.%d.%d" % sys.version_info[:3],
    "major": sys.version_info[0], "minor": sys.version_info[1], "venv": ready}))
`

// answer is what probe prints.
type answer struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	Major   int    `json:"major"`
	Minor   int    `json:"minor"`
	Venv    bool   `json:"venv"`
}

// fits tells whether the lock installs on this version.
func (a answer) fits() bool { return a.Major == 3 && a.Minor >= minMinor && a.Minor <= maxMinor }

// FindPython returns the first interpreter that fits: the one named by
// [PythonVariable] if set, and no other then; else python3 and python3.14 down to
// python3.10 on PATH. The error says which of three things is missing (a Python, one
// of a fit version, its venv module) and the command that gets it.
func FindPython(ctx context.Context) (Python, error) {
	if chosen := os.Getenv(PythonVariable); chosen != "" {
		a, err := ask(ctx, chosen)
		switch {
		case ctx.Err() != nil:
			return Python{}, context.Cause(ctx)
		case err != nil:
			return Python{}, fmt.Errorf("%s=%s doesn't run as a Python 3 (%w): set it to a Python of version 3.%d to 3.%d", PythonVariable, chosen, err, minMinor, maxMinor)
		}
		return choose([]answer{a})
	}
	var found []answer
	for _, name := range candidates() {
		a, err := ask(ctx, name)
		if ctx.Err() != nil {
			return Python{}, context.Cause(ctx)
		}
		if err != nil {
			continue // absent, or a version manager's stand-in for an absent one
		}
		if a.fits() && a.Venv {
			return Python{Path: a.Path, Version: a.Version}, nil
		}
		found = append(found, a)
	}
	return choose(found)
}

// candidates are the names looked for on PATH, in order.
func candidates() []string {
	names := []string{"python3"}
	for minor := maxMinor; minor >= minMinor; minor-- {
		names = append(names, fmt.Sprintf("python3.%d", minor))
	}
	return append(names, "python")
}

// ask runs the probe by a named interpreter.
func ask(ctx context.Context, name string) (answer, error) {
	var a answer
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	path, err := exec.LookPath(name)
	if err != nil {
		return a, errors.New("not found")
	}
	cmd := proc.Command(ctx, time.Second, path, "-I", "-c", probe)
	out, err := proc.Output(ctx, cmd)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(out, &a); err != nil {
		return a, errors.New("it answers nothing sensible")
	}
	return a, nil
}

// choose returns the first of the interpreters that fits, or says why none does.
func choose(found []answer) (Python, error) {
	var unfit []string
	for _, a := range found {
		switch {
		case a.fits() && a.Venv:
			return Python{Path: a.Path, Version: a.Version}, nil
		case a.fits():
			return Python{}, fmt.Errorf("Python %s has no venv module: %s", a.Version, remedy.Venv())
		}
		unfit = append(unfit, a.Version)
	}
	if len(unfit) > 0 {
		return Python{}, fmt.Errorf("Python %s doesn't fit, versions 3.%d to 3.%d do: %s, or set %s to one",
			strings.Join(unfit, ", "), minMinor, maxMinor, remedy.Python(), PythonVariable)
	}
	return Python{}, fmt.Errorf("no Python 3 is on PATH: %s, or set %s to one", remedy.Python(), PythonVariable)
}
