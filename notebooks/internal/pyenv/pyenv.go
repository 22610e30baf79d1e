// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package pyenv keeps the project's own Python environment: JupyterLab, nbclient and
// nbconvert at the exact versions and hashes of requirements.lock, in the user's cache
// folder, apart from every other Python of the machine.
//
// An environment is made in place, as virtual environments can't be moved, and its
// marker file is written last: without the marker it counts as half-made and is
// removed and made anew. A file lock keeps two makers apart.
package pyenv

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/status"
)

//go:embed requirements.lock
var lock []byte

// markerName is the file whose presence says that an environment is complete.
const markerName = "coherentgradients.json"

// Env is a complete environment.
type Env struct {
	// Dir is its folder.
	Dir string
	// Version is the Python version it was made with, "3.11.7".
	Version string
}

// marker is what the marker file holds.
type marker struct {
	Lock   string `json:"lock"`
	Python string `json:"python"`
	Base   string `json:"base"`
}

// Python is the environment's interpreter.
func (e Env) Python() string { return filepath.Join(e.Dir, "bin", "python") }

// Data is the environment's Jupyter data folder, where kernels are installed.
func (e Env) Data() string { return filepath.Join(e.Dir, "share", "jupyter") }

// LockHash is the short hash that names the environment of this lock.
func LockHash() string { return fmt.Sprintf("%x", sha256.Sum256(lock))[:12] }

// Locked is the version of a package in the lock, or "".
func Locked(name string) string {
	for line := range strings.Lines(string(lock)) {
		if rest, found := strings.CutPrefix(line, name+"=="); found {
			return strings.Fields(rest)[0]
		}
	}
	return ""
}

// dir is the environment's folder below the project's cache folder.
func dir(cache string) string { return filepath.Join(cache, "python-"+LockHash()) }

// Find returns the complete environment below the project's cache folder, without
// making anything. One whose base Python is gone counts as absent.
func Find(cache string) (Env, bool) {
	e := Env{Dir: dir(cache)}
	data, err := os.ReadFile(filepath.Join(e.Dir, markerName))
	if err != nil {
		return Env{}, false
	}
	var m marker
	if json.Unmarshal(data, &m) != nil || m.Lock != LockHash() {
		return Env{}, false
	}
	if _, err := os.Stat(e.Python()); err != nil { // follows the link to the base Python
		return Env{}, false
	}
	e.Version = m.Python
	return e, true
}

// Ensure returns the environment, making it first if it is missing: about a minute
// and 60 MB from the package index that the user's pip is set to.
//
// Errors: no fit Python ([FindPython]), no network, a full disk, a hash that doesn't
// match; each names what is missing and the remedy.
func Ensure(ctx context.Context, cache string, out *status.Printer) (Env, error) {
	if e, ok := Find(cache); ok {
		return e, nil
	}
	base, err := FindPython(ctx)
	if err != nil {
		return Env{}, err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return Env{}, fmt.Errorf("the cache folder can't be made: %w", err)
	}
	step := out.Start("Python environment with JupyterLab %s", Locked("jupyterlab"))
	defer step.Fail()
	unlock, err := place.Lock(ctx, dir(cache)+".lock", func() {
		step.Detail("waiting for another process that makes it")
	})
	if err != nil {
		return Env{}, err
	}
	defer unlock()
	if e, ok := Find(cache); ok { // made while we waited
		step.Done()
		return e, nil
	}
	e, err := build(ctx, cache, base, step)
	if err != nil {
		return Env{}, err
	}
	step.Done()
	return e, nil
}

// build makes the environment from nothing; the caller holds the lock.
func build(ctx context.Context, cache string, base Python, step *status.Step) (Env, error) {
	e := Env{Dir: dir(cache), Version: base.Version}
	i, err := NewInstaller(ctx, e.Dir, filepath.Join(cache, "logs", "pip.log"), step)
	if err != nil {
		return Env{}, err
	}
	defer i.Close()
	if err := i.Install(base, lock); err != nil {
		return Env{}, err
	}
	step.Detail("checking")
	if err := i.Run("importing the installed packages", e.Python(), "-I", "-c", "import jupyterlab, nbclient, nbconvert, latex2mathml"); err != nil {
		return Env{}, err
	}
	data, err := json.Marshal(marker{Lock: LockHash(), Python: base.Version, Base: base.Path})
	if err != nil {
		return Env{}, err
	}
	if err := place.WriteFile(filepath.Join(e.Dir, markerName), append(data, '\n'), 0o644); err != nil {
		return Env{}, fmt.Errorf("the environment's marker can't be written: %w", err)
	}
	return e, nil
}
