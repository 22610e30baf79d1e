// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package plainfile opens and reads files that others made: data sets, records, notebooks. Only regular files are read; a
// FIFO, a socket or a device is refused at once, as reading one may wait for ever or never end. Whoever reads says how much
// is enough, so a file of any size takes bounded memory.
//
// It lies here because data sets, records and the command of the notebooks all read such files, and of the module's parts
// datasets is the one that all of these may import.
package plainfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/dustin/go-humanize"
)

// NotRegularError says that something else lies where a file should.
type NotRegularError struct {
	Path string
	Mode fs.FileMode
}

// Error implements error.
func (e *NotRegularError) Error() string {
	return fmt.Sprintf("%s is %s, not a file: move it away", e.Path, Kind(e.Mode))
}

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
	return OpenBy(path, func(flags int) (*os.File, error) { return os.OpenFile(path, flags, 0) })
}

// OpenBy is [Open] where open opens the file, with these flags of os.OpenFile: so one in an os.Root can be opened.
func OpenBy(path string, open func(flags int) (*os.File, error)) (*os.File, error) {
	file, err := open(os.O_RDONLY | NonBlock)
	if errors.Is(err, syscall.ENXIO) { // a socket
		return nil, &NotRegularError{Path: path, Mode: fs.ModeSocket}
	}
	if err != nil {
		return nil, err
	}
	return Regular(path, file)
}

// Regular is a file just opened, with [NonBlock]; one that is no regular file is closed and refused.
func Regular[F interface {
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

// Read reads a regular file of at most limit bytes.
func Read(path string, limit int64) ([]byte, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	return ReadAll(file, path, limit)
}

// ReadAll reads what is left of an open file, at most limit bytes, and closes it.
func ReadAll(file *os.File, path string, limit int64) ([]byte, error) {
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
