// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package place knows where things lie: the module a command was started in, its
// notebooks folder, the project's own part of the user's cache folder, and the
// folder of results.
package place

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"coherentgradients/datasets/plainfile"
)

// Module is the name in the first line of the module's go.mod.
const Module = "coherentgradients"

// cacheName is the project's folder inside the user's cache folder.
const cacheName = "coherentgradients"

// ModuleRoot walks up from dir to the folder whose go.mod declares [Module].
// A go.mod of another module on the way is passed over, so that the command also
// works from a nested module's folder.
func ModuleRoot(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := abs; ; at = filepath.Dir(at) {
		data, err := plainfile.Read(filepath.Join(at, "go.mod"), 1<<20)
		if err == nil && declares(string(data), Module) {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("no go.mod of module %s in %s or a folder above it: start the command inside the checkout", Module, abs)
		}
	}
}

// declares tells whether a go.mod text has the line "module name".
func declares(text, name string) bool {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == "module" {
			return strings.Trim(fields[1], `"`) == name
		}
	}
	return false
}

// Here is [ModuleRoot] of the working directory.
func Here() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("the working directory can't be read: %w", err)
	}
	return ModuleRoot(wd)
}

// Notebooks is the folder of the committed notebooks below a module root.
func Notebooks(root string) string { return filepath.Join(root, "notebooks") }

// Names lists the notebooks of a folder in order, without the .ipynb ending.
// Checkpoints and hidden files are left out; an empty folder gives an empty list.
func Names(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("the notebooks folder can't be read: %w", err)
	}
	var names []string
	for _, e := range entries {
		name, isNotebook := strings.CutSuffix(e.Name(), ".ipynb")
		if isNotebook && !e.IsDir() && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names, nil
}

// Cache is the project's folder inside the user's cache folder; it may not exist yet.
func Cache() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("the user's cache folder is unknown (%w): set HOME, or XDG_CACHE_HOME to an absolute path", err)
	}
	return filepath.Join(dir, cacheName), nil
}

// MakeCache is [Cache], made if missing.
func MakeCache() (string, error) {
	dir, err := Cache()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("the cache folder can't be made (%w): set XDG_CACHE_HOME to a folder that can be written", err)
	}
	return dir, nil
}

// Output returns dir as an absolute path after proving that it can be written: it
// is made if missing, and a file is created in it and removed again.
func Output(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(abs, 0o755); err != nil {
		return "", fmt.Errorf("the output folder %s can't be made: %w", dir, plainfile.Reason(err))
	}
	if err := Writable(abs); err != nil {
		return "", fmt.Errorf("the output folder %s can't be written: %w", dir, plainfile.Reason(err))
	}
	return abs, nil
}

// Writable proves that a file can be created in an existing folder.
func Writable(dir string) error {
	// Always the same name, so that what a killed program left is gone after the next try. An existing link is not
	// followed: the file is made anew.
	path := filepath.Join(dir, ".cg-probe")
	_ = os.Remove(path)
	probe, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) { // another program is trying too, so it can be done
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, probe.Close())
	}
	return probe.Close()
}
