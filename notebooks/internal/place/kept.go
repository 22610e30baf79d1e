// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// keptName is the folder of kept models, beside that of records or in a headless execution's output.
const keptName = "models"

// Kept is the folder in which what notebooks keep under names lies: models in $CG_OUT while notebooks are executed
// without a screen, so that one execution knows nothing of another, else models in the project's cache folder. It
// creates nothing.
func Kept() (string, error) {
	if out := os.Getenv(EnvOut); out != "" {
		return filepath.Join(out, keptName), nil
	}
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, keptName), nil
}

// CheckKeptName says whether a text can name something kept: it names a folder, on every system.
func CheckKeptName(name string) error {
	allowed := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r)
	}
	if name == "" || len(name) > 100 || name[0] == '.' || strings.ContainsFunc(name, func(r rune) bool { return !allowed(r) }) {
		return fmt.Errorf("name %q: a kept model's name has 1 to 100 letters, digits, '-', '_' or '.', and no '.' in front", name)
	}
	return nil
}

// ReplaceFolder fills a new folder and puts it in the place of one, which is there whole, before or after, whenever the
// program is killed; what a killed one left is taken away by the next.
func ReplaceFolder(dir string, fill func(fresh string) error) (err error) {
	parent, name := filepath.Split(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	fresh, old := filepath.Join(parent, "."+name+".new"), filepath.Join(parent, "."+name+".old")
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		_ = os.Rename(old, dir) // killed between the two renames below
	}
	for _, left := range []string{fresh, old} {
		if err := os.RemoveAll(left); err != nil {
			return err
		}
	}
	if err := os.Mkdir(fresh, 0o755); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(fresh)
		}
	}()
	if err := fill(fresh); err != nil {
		return err
	}
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(fresh, dir); err != nil {
		_ = os.Rename(old, dir)
		return err
	}
	return os.RemoveAll(old)
}
