// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/dustin/go-humanize"
)

// ErrNotDir is what the system says when a file is used as a folder.
var ErrNotDir error = syscall.ENOTDIR

// TooLargeError says that a file is larger than anything that is read from its place.
type TooLargeError struct {
	Path  string
	Limit int64
}

// Error implements error.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s is larger than %s, the most that such a file may have", e.Path, humanize.IBytes(uint64(e.Limit)))
}

// Open opens a regular file for reading; a symbolic link may lead to it.
func Open(path string) (*os.File, error) {
	return openForReading(path, func() (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|nonBlock, 0) })
}

// openForReading opens a file and refuses what is none. It opens without waiting, so that a FIFO can't hold it up.
func openForReading(path string, open func() (*os.File, error)) (*os.File, error) {
	file, err := open()
	if errors.Is(err, syscall.ENXIO) { // a socket
		return nil, &NotRegularError{Path: path, Mode: fs.ModeSocket}
	}
	if err != nil {
		return nil, err
	}
	return regular(path, file)
}

// regular is a file just opened; one that is no regular file is closed and refused.
func regular[F interface {
	io.Closer
	Stat() (fs.FileInfo, error)
}](path string, file F) (F, error) {
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &NotRegularError{Path: path, Mode: info.Mode()}
	}
	if err != nil {
		file.Close()
		var none F
		return none, err
	}
	return file, nil
}

// ReadFile reads a regular file of at most limit bytes.
func ReadFile(path string, limit int64) ([]byte, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	return readAll(file, path, limit)
}

func readAll(file *os.File, path string, limit int64) ([]byte, error) {
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &TooLargeError{Path: path, Limit: limit}
	}
	return data, nil
}

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
	file, err := openForReading(f.Path(name), func() (*os.File, error) { return f.root.OpenFile(name, os.O_RDONLY|nonBlock, 0) })
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
	return readAll(file, f.Path(name), limit)
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
