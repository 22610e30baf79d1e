// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package disktest

import (
	"io/fs"

	"github.com/gofrs/flock"

	"coherentgradients/cgkit/internal/disk"
)

// Faulty is the operating system's disk with operations that fail.
type Faulty struct {
	disk.OS
	// Fail says why an operation on a path fails, nil if it does not. Operations are open, write, truncate, sync,
	// rename, remove, mkdir, syncdir, lock and probe. Half of what a failing write was to write is written.
	Fail func(operation, path string) error
}

var _ disk.System = Faulty{}

// Open implements [disk.System].
func (f Faulty) Open(path string, flag int, perm fs.FileMode) (disk.File, error) {
	if err := f.Fail("open", path); err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	file, err := f.OS.Open(path, flag, perm)
	if err != nil {
		return nil, err
	}
	return faultyFile{file, path, f.Fail}, nil
}

// Rename implements [disk.System].
func (f Faulty) Rename(from, to string) error {
	if err := f.Fail("rename", to); err != nil {
		return &fs.PathError{Op: "rename", Path: from, Err: err}
	}
	return f.OS.Rename(from, to)
}

// Remove implements [disk.System].
func (f Faulty) Remove(path string) error {
	if err := f.Fail("remove", path); err != nil {
		return &fs.PathError{Op: "remove", Path: path, Err: err}
	}
	return f.OS.Remove(path)
}

// Mkdir implements [disk.System].
func (f Faulty) Mkdir(path string, perm fs.FileMode) error {
	if err := f.Fail("mkdir", path); err != nil {
		return &fs.PathError{Op: "mkdir", Path: path, Err: err}
	}
	return f.OS.Mkdir(path, perm)
}

// SyncDir implements [disk.System].
func (f Faulty) SyncDir(dir string) error {
	if err := f.Fail("syncdir", dir); err != nil {
		return &fs.PathError{Op: "sync", Path: dir, Err: err}
	}
	return f.OS.SyncDir(dir)
}

// TryLock implements [disk.System].
func (f Faulty) TryLock(lock *flock.Flock) (bool, error) {
	if err := f.Fail("lock", lock.Path()); err != nil {
		return false, err
	}
	return f.OS.TryLock(lock)
}

// Probe implements [disk.System].
func (f Faulty) Probe(dir string) error {
	if err := f.Fail("probe", dir); err != nil {
		return &fs.PathError{Op: "open", Path: dir, Err: err}
	}
	return f.OS.Probe(dir)
}

type faultyFile struct {
	disk.File
	path string
	fail func(operation, path string) error
}

// Write implements [disk.File].
func (f faultyFile) Write(data []byte) (int, error) {
	if err := f.fail("write", f.path); err != nil {
		n, _ := f.File.Write(data[:len(data)/2])
		return n, &fs.PathError{Op: "write", Path: f.path, Err: err}
	}
	return f.File.Write(data)
}

// Truncate implements [disk.File].
func (f faultyFile) Truncate(size int64) error {
	if err := f.fail("truncate", f.path); err != nil {
		return &fs.PathError{Op: "truncate", Path: f.path, Err: err}
	}
	return f.File.Truncate(size)
}

// Sync implements [disk.File].
func (f faultyFile) Sync() error {
	if err := f.fail("sync", f.path); err != nil {
		return &fs.PathError{Op: "sync", Path: f.path, Err: err}
	}
	return f.File.Sync()
}
