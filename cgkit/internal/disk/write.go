// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package disk

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"coherentgradients/datasets/plainfile"
)

// WriteAtomic writes a file through a temporary one in the same folder: readers see the old text or the whole new one,
// and after a power cut too. It refuses to replace what is no regular file.
func WriteAtomic(path string, write func(io.Writer) error) (err error) {
	defer func() { err = at(path, err) }()
	if err := Replaceable(path); err != nil {
		return err
	}
	temp, file, err := createTemp(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			file.Close() // it may be closed already
			_ = system.Remove(temp)
		}
	}()
	if err := write(file); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := system.Rename(temp, path); err != nil {
		return err
	}
	return system.SyncDir(filepath.Dir(path))
}

// WriteBytes is [WriteAtomic] of a text.
func WriteBytes(path string, data []byte) error {
	return WriteAtomic(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Replaceable says why a path can't be written: what lies there is no regular file. Nothing there is fine.
func Replaceable(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &plainfile.NotRegularError{Path: path, Mode: info.Mode()}
	}
	return nil
}

// createTemp makes the temporary file for a path, as plainfile.IsTemp knows it.
func createTemp(path string) (temp string, file File, err error) {
	for {
		temp = filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+strconv.FormatUint(rand.Uint64(), 10))
		file, err = system.Open(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|plainfile.NoFollow, 0o644)
		if !errors.Is(err, fs.ErrExist) {
			return temp, file, err
		}
	}
}

// OpenAppend opens a regular file for writing at its end, and makes it if it is absent. Its name lasts through a power
// cut only once its folder is synced.
func OpenAppend(path string) (File, error) {
	if err := Replaceable(path); err != nil { // says it better than what the system answers below
		return nil, err
	}
	file, err := system.Open(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|plainfile.NoFollow|plainfile.NonBlock, 0o644)
	if err != nil {
		return nil, err
	}
	return plainfile.Regular(path, file)
}

// Rename renames a file or a folder.
func Rename(from, to string) error { return system.Rename(from, to) }

// SyncDir makes names that were added to or removed from a folder last through a power cut.
func SyncDir(dir string) error { return system.SyncDir(dir) }

// Remove removes a file or an empty folder; an absent one is no error.
func Remove(path string) error {
	if err := system.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// RemoveFolder removes a folder and the files in it, but no folder in it. An absent one is no error.
func RemoveFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		if err := Remove(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return Remove(dir)
}
