// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package disk reads and changes the files of records, so that neither a power cut nor what lies there by mistake does
// harm.
//
//   - What is written is whole or not there, and lasts through a power cut once the call has returned.
//   - Only regular files are read, written or replaced, see package plainfile. A symbolic link in a file's place is never
//     followed for writing.
//
// Everything that changes the disk goes through a [System], so that tests can cut the power or fill the disk.
package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"coherentgradients/datasets/plainfile"

	"github.com/gofrs/flock"
)

// File is a file that is open for writing at its end.
type File interface {
	io.WriteCloser
	Truncate(size int64) error
	Sync() error
	Stat() (fs.FileInfo, error)
}

// System is all that changes a disk.
type System interface {
	// Open opens a file for writing, with the flags of os.OpenFile.
	Open(path string, flag int, perm fs.FileMode) (File, error)
	Rename(from, to string) error
	Remove(path string) error // a file, or an empty folder
	Mkdir(path string, perm fs.FileMode) error
	SyncDir(dir string) error // makes the names in a folder last
	TryLock(lock *flock.Flock) (held bool, err error)
	Probe(dir string) error // says why no file can be made in a folder, and leaves nothing there
}

// system is the one in use.
var system System = OS{}

// Use puts another system in place of the operating system's, for a test, and returns what puts the old one back.
func Use(s System) (restore func()) {
	old := system
	system = s
	return func() { system = old }
}

// OS is the operating system.
type OS struct{}

var _ System = OS{}

// Open implements [System].
func (OS) Open(path string, flag int, perm fs.FileMode) (File, error) {
	file, err := os.OpenFile(path, flag, perm)
	if err != nil {
		return nil, err // not the file: a nil *os.File is no nil File
	}
	return file, nil
}

// Rename implements [System].
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove implements [System].
func (OS) Remove(path string) error { return os.Remove(path) }

// Mkdir implements [System].
func (OS) Mkdir(path string, perm fs.FileMode) error { return os.Mkdir(path, perm) }

// SyncDir implements [System].
func (OS) SyncDir(dir string) error {
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

// TryLock implements [System].
func (OS) TryLock(lock *flock.Flock) (bool, error) { return lock.TryLock() }

// at gives a system's error the path that the reader knows, in place of a temporary file's.
func at(path string, err error) error {
	if reason := plainfile.Reason(err); reason != err {
		return &fs.PathError{Op: "write", Path: path, Err: reason}
	}
	return err
}
