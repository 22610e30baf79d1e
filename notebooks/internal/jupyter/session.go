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
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"coherentgradients/cgkit/backend/pip"
	"coherentgradients/notebooks/internal/kernel"
	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/pyenv"
)

// TagVariable marks every process of a session, so that [Session.Close] finds those
// that Jupyter has let go of.
const TagVariable = "CG_SESSION"

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

	release, keep func() // the guard's: no process and no folder is left by a session that is killed
}

// NewSession makes a session's folders. cache is the project's cache folder, in which
// JupyterLab's settings and workspaces live on. Its kernel is the one that is installed
// in env, see [kernel.Know] for what it knows of the checkout. Close it at the end.
func NewSession(env pyenv.Env, tools kernel.Tools, cache string) (*Session, error) {
	parent, err := TempFolder(cache)
	if err != nil {
		return nil, err
	}
	removeStale(parent)
	dir, lock, err := ownFolder(parent)
	if err != nil {
		return nil, err
	}
	s := &Session{Env: env, Tools: tools, Dir: dir, cache: cache, tag: rand.Text(), lock: lock, release: proc.Guard()}
	s.keep = proc.RemoveAfter(dir)
	if err := os.WriteFile(filepath.Join(dir, tagName), []byte(s.tag), 0o600); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("a session's tag can't be written: %w", err)
	}
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
	proc.Sweep(TagVariable + "=" + s.tag)
	err := errors.Join(s.lock.Unlock(), os.RemoveAll(s.Dir))
	s.keep()
	s.release()
	return err
}

// TempFolder is where a session's temporary folder would lie, or why there is no place for it. cache is the project's.
func TempFolder(cache string) (string, error) { return tempFolder(os.TempDir(), cache, "/var/tmp") }

// tempFolder is the first of some folders that does for a session's: cells are built and run in it, so it must let
// programs run, and no go.work may lie in it or above, which the go command would take for the cells' own.
func tempFolder(folders ...string) (string, error) {
	var problems []string
	for _, dir := range folders {
		dir, err := filepath.Abs(dir) // kernels run elsewhere
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		switch work, err := goWork(dir); {
		case err != nil:
			problems = append(problems, err.Error())
			continue
		case work != "":
			problems = append(problems, work+" would be taken for the cells' workspace")
			continue
		}
		if err := runsPrograms(dir); err != nil {
			problems = append(problems, fmt.Sprintf("no program can be run in %s (%v)", dir, err))
			continue
		}
		return dir, nil
	}
	return "", fmt.Errorf("no folder for temporary files: %s; set TMPDIR to another", strings.Join(problems, "; "))
}

// goWork is the go.work that the go command would find from a folder, "" for none.
func goWork(dir string) (string, error) {
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("%s can't be used (%w)", dir, errors.Unwrap(err))
	}
	for ; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "go.work")
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
		if dir == filepath.Dir(dir) {
			return "", nil
		}
	}
}

// runsPrograms tries a small one: a disk may be mounted without that right.
func runsPrograms(dir string) error {
	file, err := os.CreateTemp(dir, folderPrefix+"try-")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString("#!/bin/sh\n")
	if err := errors.Join(err, file.Chmod(0o700), file.Close()); err != nil {
		return err
	}
	if err := exec.Command(file.Name()).Run(); errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// folderPrefix begins a session folder's name. Names are short as gopls listens on a
// socket in there, whose whole path may have about 100 bytes.
const folderPrefix = "cg-"

// lockName is a session's lock file in its folder, tagName the file with its tag.
const (
	lockName = "session.lock"
	tagName  = "session.tag"
)

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
	entries, _ := os.ReadDir(parent)
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), folderPrefix) {
			continue
		}
		dir := filepath.Join(parent, e.Name())
		if info, err := os.Lstat(filepath.Join(dir, lockName)); err != nil || !info.Mode().IsRegular() {
			continue // not a session's
		}
		lock := flock.New(filepath.Join(dir, lockName))
		if got, err := lock.TryLock(); err == nil && got {
			if tag, err := os.ReadFile(filepath.Join(dir, tagName)); err == nil && len(tag) == len(rand.Text()) {
				proc.Sweep(TagVariable + "=" + string(tag)) // its guard was killed as well
			}
			_ = os.RemoveAll(dir)
			_ = lock.Unlock()
		}
	}
}

// Data is the folder of what Jupyter finds in this session alone: the kernel that knows the checkout.
func (s *Session) Data() string { return filepath.Join(s.Dir, "data") }

func (s *Session) temp() string       { return filepath.Join(s.Dir, "t") }
func (s *Session) runtime() string    { return runtimeIn(s.Dir) }
func (s *Session) config() string     { return filepath.Join(s.Dir, "config") }
func (s *Session) defaults() string   { return filepath.Join(s.config(), "defaults") }
func (s *Session) settings() string   { return filepath.Join(s.cache, "jupyter", "settings") }
func (s *Session) workspaces() string { return filepath.Join(s.cache, "jupyter", "workspaces") }
func (s *Session) ipython() string    { return filepath.Join(s.cache, "jupyter", "ipython") }

// runtimeIn is where the server of the session whose folder is dir writes its address.
func runtimeIn(dir string) string { return filepath.Join(dir, "runtime") }

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
		"JUPYTER_PATH=" + s.Data(), // before the folder above
		"JUPYTER_RUNTIME_DIR=" + s.runtime(),
		"JUPYTER_PREFER_ENV_PATH=1",
		"JUPYTERLAB_SETTINGS_DIR=" + s.settings(),
		"JUPYTERLAB_WORKSPACES_DIR=" + s.workspaces(),
		"IPYTHONDIR=" + s.ipython(),
		"TMPDIR=" + s.temp(),
		TagVariable + "=" + s.tag,
	}, extra...)
	replaced := map[string]bool{}
	for _, entry := range own {
		name, _, _ := strings.Cut(entry, "=")
		replaced[name] = true
	}
	kept := make([]string, 0, len(environ)+len(own))
	for _, entry := range s.Tools.Environ(withPath(pip.Environ(environ), filepath.Dir(s.Env.Python()))) {
		name, _, _ := strings.Cut(entry, "=")
		if !replaced[name] && !isJupyters(name) {
			kept = append(kept, absolute(entry))
		}
	}
	return append(kept, own...)
}

// absolute makes the folders in a variable absolute that are looked for from here: cells run elsewhere.
func absolute(entry string) string {
	name, value, _ := strings.Cut(entry, "=")
	switch name {
	case "CG_RUNS", "CG_DATA", "PJRT_PLUGIN_LIBRARY_PATH":
	default:
		return entry
	}
	folders := filepath.SplitList(value)
	if name != "PJRT_PLUGIN_LIBRARY_PATH" {
		folders = []string{value} // one folder, whose name may have a colon
	}
	for i, folder := range folders {
		if abs, err := filepath.Abs(folder); folder != "" && err == nil {
			folders[i] = abs
		}
	}
	return name + "=" + strings.Join(folders, string(filepath.ListSeparator))
}

// withPath puts a folder first on PATH.
func withPath(environ []string, folder string) []string {
	for i, entry := range environ {
		if path, found := strings.CutPrefix(entry, "PATH="); found {
			environ[i] = "PATH=" + folder + string(filepath.ListSeparator) + path
			return environ
		}
	}
	return append(environ, "PATH="+folder)
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
