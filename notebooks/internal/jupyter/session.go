// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package jupyter runs Jupyter's programs for this project and for nothing else: in a
// session with an environment of its own, so that no setting, kernel, extension or
// config file of the user's Jupyter applies and nothing is written into it; and
// JupyterLab itself, for this machine's user only.
package jupyter

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"coherentgradients/notebooks/internal/kernel"
	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/pyenv"
)

// tagVariable marks every process of a session, so that [Session.Close] finds those
// that Jupyter has let go of.
const tagVariable = "CG_SESSION"

// Session is one use of Jupyter. Its temporary folder holds everything that need not
// outlive it: runtime files, tokens, the cells' builds.
type Session struct {
	// Env is the Python environment, Tools the kernel's programs.
	Env   pyenv.Env
	Tools kernel.Tools
	// Dir is the session's temporary folder, readable by this user only.
	Dir string

	cache, tag string
	lock       *flock.Flock // held while the session lives: see removeStale
}

// NewSession makes a session's folders. cache is the project's cache folder, in which
// JupyterLab's settings and workspaces live on. Close it at the end.
func NewSession(env pyenv.Env, tools kernel.Tools, cache string) (*Session, error) {
	removeStale(os.TempDir())
	dir, lock, err := ownFolder(os.TempDir())
	if err != nil {
		return nil, err
	}
	s := &Session{Env: env, Tools: tools, Dir: dir, cache: cache, tag: rand.Text(), lock: lock}
	for _, sub := range []string{s.temp(), s.runtime(), s.config(), s.settings(), s.workspaces(), s.ipython()} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			_ = s.Close()
			return nil, fmt.Errorf("a folder for Jupyter can't be made: %w", err)
		}
	}
	return s, nil
}

// Close kills what is left of the session's processes and removes its folder.
func (s *Session) Close() error {
	proc.Sweep(tagVariable + "=" + s.tag)
	return errors.Join(s.lock.Unlock(), os.RemoveAll(s.Dir))
}

// folderPrefix begins a session folder's name. Names are short as gopls listens on a
// socket in there, whose whole path may have about 100 bytes.
const folderPrefix = "cg-"

// lockName is a session's lock file in its folder.
const lockName = "session.lock"

// ownFolder makes a session's folder and takes its lock.
func ownFolder(parent string) (string, *flock.Flock, error) {
	for range 3 {
		dir, err := os.MkdirTemp(parent, folderPrefix)
		if err != nil {
			return "", nil, fmt.Errorf("a temporary folder can't be made: %w", err)
		}
		lock := flock.New(filepath.Join(dir, lockName))
		if got, err := lock.TryLock(); err == nil && got {
			return dir, lock, nil
		}
		_ = os.RemoveAll(dir) // another session's removeStale was quicker
	}
	return "", nil, errors.New("no temporary folder can be locked: set TMPDIR to a folder on a local disk")
}

// removeStale removes the folders of sessions that were killed: their lock died with
// them. Other users' can't be locked and stay.
func removeStale(parent string) {
	locks, _ := filepath.Glob(filepath.Join(parent, folderPrefix+"*", lockName))
	for _, path := range locks {
		lock := flock.New(path)
		if got, err := lock.TryLock(); err == nil && got {
			_ = os.RemoveAll(filepath.Dir(path))
			_ = lock.Unlock()
		}
	}
}

func (s *Session) temp() string       { return filepath.Join(s.Dir, "t") }
func (s *Session) runtime() string    { return filepath.Join(s.Dir, "runtime") }
func (s *Session) config() string     { return filepath.Join(s.Dir, "config") }
func (s *Session) settings() string   { return filepath.Join(s.cache, "jupyter", "settings") }
func (s *Session) workspaces() string { return filepath.Join(s.cache, "jupyter", "workspaces") }
func (s *Session) ipython() string    { return filepath.Join(s.cache, "jupyter", "ipython") }

// Environ is the environment of the session's programs, made from one like
// os.Environ's. The variables in extra, as "CG_OUT=…", replace those of the same name.
//
// JUPYTER_NO_CONFIG is what keeps every config file of the user and of the system out:
// Jupyter then reads none but the one it is given by name.
func (s *Session) Environ(environ []string, extra ...string) []string {
	own := append([]string{
		"JUPYTER_NO_CONFIG=1",
		"JUPYTER_CONFIG_DIR=" + s.config(),
		"JUPYTER_DATA_DIR=" + s.Env.Data(),
		"JUPYTER_RUNTIME_DIR=" + s.runtime(),
		"JUPYTER_PREFER_ENV_PATH=1",
		"JUPYTERLAB_SETTINGS_DIR=" + s.settings(),
		"JUPYTERLAB_WORKSPACES_DIR=" + s.workspaces(),
		"IPYTHONDIR=" + s.ipython(),
		"TMPDIR=" + s.temp(),
		tagVariable + "=" + s.tag,
	}, extra...)
	replaced := map[string]bool{}
	for _, entry := range own {
		name, _, _ := strings.Cut(entry, "=")
		replaced[name] = true
	}
	folders := append(s.Tools.Path(), filepath.Dir(s.Env.Python()))
	kept := make([]string, 0, len(environ)+len(own))
	for _, entry := range kernel.Environ(pyenv.Environ(environ), folders...) {
		name, _, _ := strings.Cut(entry, "=")
		if !replaced[name] && !isJupyters(name) {
			kept = append(kept, entry)
		}
	}
	return append(kept, own...)
}

// isJupyters tells whether a variable is one of Jupyter's own: those of the user's
// Jupyter, or of the JupyterLab in whose terminal this program may have been started.
func isJupyters(name string) bool {
	for _, prefix := range []string{"JUPYTER", "JPY_", "IPYTHON", "GONB_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
