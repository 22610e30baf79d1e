// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"errors"
	"strings"
)

// Kinds of failure, to be asked for with errors.Is.
var (
	// ErrUnknown: no set has the name.
	ErrUnknown = errors.New("unknown data set")
	// ErrMissing: the set's files are in none of the places, and could not be downloaded.
	ErrMissing = errors.New("data set not found")
	// ErrFormat: a file was found that is not what it should be: damaged, or another than the published one.
	ErrFormat = errors.New("malformed file")
)

// FileError is a file that can't be used: one line that names the file, what is wrong with which value, and the remedy.
type FileError struct {
	Path    string
	Problem string // the value found and the values allowed
	Remedy  string
	Err     error // ErrFormat, or the failure of the system
}

func (e *FileError) Error() string {
	parts := []string{e.Path, e.Problem}
	if e.Remedy != "" {
		parts = append(parts, e.Remedy)
	}
	return strings.Join(parts, ": ")
}

func (e *FileError) Unwrap() error { return e.Err }

// MissingError is a set that is in none of the places: what to do about it, and below, what was tried. It is an
// ErrMissing.
type MissingError struct {
	Name   string
	Remedy string
	Tried  []string // each place with why it did not help
	causes []error
}

func (e *MissingError) Error() string { return e.Line() + "\n  tried: " + strings.Join(e.Tried, "; ") }

// Line is the first of the two lines: what is missing and what to do.
func (e *MissingError) Line() string { return ErrMissing.Error() + ": " + e.Name + ": " + e.Remedy }

func (e *MissingError) Unwrap() []error { return append([]error{ErrMissing}, e.causes...) }

// problem is a FileError without its remedy.
func problem(err error) string {
	var f *FileError
	if errors.As(err, &f) {
		return f.Path + ": " + f.Problem
	}
	return firstLine(err)
}

// firstLine is an error in one line.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// malformed is a FileError about the bytes of a file; the remedy is filled in by whoever knows where the file lies.
func malformed(path, problem string) *FileError {
	return &FileError{Path: path, Problem: problem, Err: ErrFormat}
}

// withRemedy fills in what to do about err, if it is a FileError that doesn't say so yet.
func withRemedy(err error, remedy string) error {
	var f *FileError
	if errors.As(err, &f) && f.Remedy == "" {
		f.Remedy = remedy
	}
	return err
}
