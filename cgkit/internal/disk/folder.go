// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"coherentgradients/datasets/plainfile"
)

// MakeFolder makes a folder and the parents it lacks, and they last through a power cut. undo removes those it made, as
// far as they are empty.
func MakeFolder(dir string) (undo func(), err error) {
	var missing []string // from dir upward
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err == nil && !info.IsDir() {
			return nil, &fs.PathError{Op: "mkdir", Path: at, Err: ErrNotDir}
		}
		if _, err := os.Lstat(at); !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrNotDir) || at == filepath.Dir(at) {
			break
		}
		missing = append(missing, at)
	}
	undo = func() {
		for _, folder := range missing {
			if system.Remove(folder) != nil { // refuses what is not empty
				return
			}
		}
	}
	for i := len(missing) - 1; i >= 0; i-- {
		err := system.Mkdir(missing[i], 0o755)
		if err != nil && !errors.Is(err, fs.ErrExist) { // somebody else may have made it meanwhile
			undo()
			return nil, err
		}
		if err := system.SyncDir(filepath.Dir(missing[i])); err != nil && !errors.Is(err, fs.ErrPermission) {
			undo()
			return nil, err // a parent that may be passed through and not read can't be synced
		}
	}
	return undo, nil
}

// OwnFolder says why a folder must not be written to: it is no folder, or a symbolic link to one that may be another's.
// Nothing there is fine.
func OwnFolder(dir string) error {
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is %s, not a folder: move it away, or name another folder", dir, plainfile.Kind(info.Mode()))
	}
	return nil
}

// CheckWritable says in one line why a folder, which need not exist yet, can't be written to. It leaves nothing behind.
func CheckWritable(dir string) error {
	existing := dir
	for {
		info, err := os.Stat(existing)
		if err == nil {
			if !info.IsDir() {
				return fmt.Errorf("can't write to %s: %s is %s; name a folder", dir, existing, plainfile.Kind(info.Mode()))
			}
			break
		}
		if link, lstatErr := os.Lstat(existing); lstatErr == nil && errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("can't write to %s: %s is %s that leads nowhere; name another folder", dir, existing, plainfile.Kind(link.Mode()))
		}
		parent := filepath.Dir(existing)
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrNotDir) || parent == existing {
			return fmt.Errorf("can't write to %s: %w; name another folder", dir, plainfile.Reason(err))
		}
		existing = parent
	}
	if err := system.Probe(existing); err != nil {
		return fmt.Errorf("can't write to %s: %w; name another folder, or change its permissions", dir, plainfile.Reason(err))
	}
	return nil
}

// probeName is the file by which a folder is tried where no file without a name can be made. It has always the same
// name, so that one that a killed program left is gone after the next try.
const probeName = ".writable"

// probeNamed makes a file and removes it at once.
func probeNamed(dir string) error {
	path := filepath.Join(dir, probeName)
	if err := Replaceable(path); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|plainfile.NoFollow|plainfile.NonBlock, 0o644)
	if err != nil {
		return err
	}
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) { // another program's try removed it
		err = nil
	}
	return errors.Join(err, file.Close())
}
