// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"coherentgradients/datasets/plainfile"
)

// ErrNotDir is what the system says when a file is used as a folder.
var ErrNotDir error = syscall.ENOTDIR

// Folder is an open folder. It stays the same one when another takes its name, so what is read from it belongs
// together.
type Folder struct {
	path string
	root *os.Root
}

// OpenFolder opens a folder for reading. Where there is none, or something else, errors.Is says fs.ErrNotExist or
// [ErrNotDir].
func OpenFolder(path string) (*Folder, error) {
	if info, err := os.Stat(path); err != nil { // before it is opened, which waits at a FIFO
		return nil, err
	} else if !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: ErrNotDir}
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Folder{path: path, root: root}, nil
}

// Path is the name of a file in the folder.
func (f *Folder) Path(name string) string { return filepath.Join(f.path, name) }

// Open opens a regular file in the folder for reading. A symbolic link may lead to it if it does not leave the folder.
func (f *Folder) Open(name string) (*os.File, error) {
	file, err := plainfile.OpenBy(f.Path(name), func(flags int) (*os.File, error) { return f.root.OpenFile(name, flags, 0) })
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = &fs.PathError{Op: "open", Path: f.Path(name), Err: path.Err}
	}
	return file, err
}

// ReadFile reads a regular file of at most limit bytes.
func (f *Folder) ReadFile(name string, limit int64) ([]byte, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	return plainfile.ReadAll(file, f.Path(name), limit)
}

// Has says whether something of that name is in the folder.
func (f *Folder) Has(name string) bool {
	_, err := f.root.Lstat(name)
	return err == nil
}

// Moved says whether another folder, or none, has the name under which this one was opened.
func (f *Folder) Moved() bool {
	mine, err := f.root.Stat(".")
	if err != nil {
		return true
	}
	there, err := os.Stat(f.path)
	return err != nil || !os.SameFile(mine, there)
}

// Close closes the folder.
func (f *Folder) Close() error { return f.root.Close() }
