// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/renameio/v2"
)

// errNotDir is what the system says when a file is used as a folder.
var errNotDir error = syscall.ENOTDIR

// writeAtomic writes a file through a temporary one in the same folder: readers see the old text or the whole new one,
// and after a power cut too.
func writeAtomic(path string, write func(io.Writer) error) (err error) {
	defer func() {
		if system := (*fs.PathError)(nil); errors.As(err, &system) { // without the temporary file's name
			err = &fs.PathError{Op: system.Op, Path: path, Err: system.Err}
		}
	}()
	dir := filepath.Dir(path)
	file, err := renameio.NewPendingFile(path, renameio.WithTempDir(dir), renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer file.Cleanup()
	if err := write(file); err != nil {
		return err
	}
	if err := file.CloseAtomicallyReplace(); err != nil { // syncs the file
		return err
	}
	return syncDir(dir)
}

func writeBytesAtomic(path string, data []byte) error {
	return writeAtomic(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// syncDir makes names that were added to or removed from a folder last through a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return err // some network folders can't sync a folder: not a reason to stop
	}
	return nil
}

// removeLeftovers removes the temporary files of a writer that was killed. Call it under the folder's lock.
func removeLeftovers(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		// writeAtomic's temporary names: a dot, the name, digits.
		if name := entry.Name(); strings.HasPrefix(name, ".") {
			base := strings.TrimRight(name[1:], "0123456789")
			switch base {
			case specName, provenanceName, checkpointName, divergedName, learnedName, weightsName:
				if err := remove(filepath.Join(dir, name)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// makeFolder makes a folder and the parents it lacks. undo removes those it made, as far as they are empty.
func makeFolder(dir string) (undo func(), err error) {
	var missing []string // from dir upward
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(at); !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		missing = append(missing, at)
	}
	undo = func() {
		for _, folder := range missing {
			if os.Remove(folder) != nil { // refuses what is not empty
				return
			}
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		undo()
		return nil, err
	}
	return undo, nil
}

// remove removes a file; an absent one is no error.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// checkWritable says in one line why a folder, which need not exist yet, can't be written to. It leaves nothing behind.
func checkWritable(dir string) error {
	reason := func(err error) error { // without the path, which the message has
		if system := (*fs.PathError)(nil); errors.As(err, &system) {
			return system.Err
		}
		return err
	}
	existing := dir
	for {
		info, err := os.Stat(existing)
		if err == nil {
			if !info.IsDir() {
				return fmt.Errorf("can't write to %s: %s is a file; name a folder", dir, existing)
			}
			break
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errNotDir) {
			return fmt.Errorf("can't write to %s: %w; name another folder", dir, reason(err))
		}
		parent := filepath.Dir(existing)
		if parent == existing {
			return fmt.Errorf("can't write to %s: %w; name another folder", dir, reason(err))
		}
		existing = parent
	}
	probe, err := os.CreateTemp(existing, ".writable-*")
	if err != nil {
		return fmt.Errorf("can't write to %s: %w; name another folder, or change its permissions", dir, reason(err))
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}
