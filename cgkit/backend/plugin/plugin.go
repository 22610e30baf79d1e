// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package plugin fetches XLA's CPU plugin: one library out of one pinned Python
// wheel, into the user's cache folder, checked against its sha256; and where there is
// an NVIDIA GPU XLA's CUDA plugin with NVIDIA's libraries, out of several pinned wheels.
// They are used where the user has no plugin installed, and are never part of this
// project.
//
// The wheels come through the user's own pip, so that its index, proxy and
// certificates apply.
package plugin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"coherentgradients/cgkit/backend/pip"
)

// The pinned wheel and the one file taken from it. The library is what its wheel says
// it is: an unmodified build of XLA's CPU plugin (PJRT 0.106) for Linux on x86-64.
const (
	wheelProject = "fastatomstruct-xla-cpu"
	wheelVersion = "2026.6.23"
	wheelSize    = 63_200_622
	wheelHash    = "88b1c430b341b4bea40a37420311c9c75db6e22b46d2ff95b6986577bee6afe9"

	librarySource = "fastatomstruct_xla_cpu/libpjrt_cpu.so"
	librarySize   = 273_768_800
	libraryHash   = "0a0fe56ca17be9efc7b942e89e534e5e0ad4a0f1e369b66d27b62184509015b9"
)

// libraryName is the file name by which go-xla knows a CPU plugin.
const libraryName = "pjrt_c_api_cpu_plugin.so"

// Description is one line on what [Ensure] fetches.
func Description() string {
	return fmt.Sprintf("XLA CPU plugin: %s %s, %.0f MB (%.0f MB unpacked), sha256 %s", wheelProject, wheelVersion, wheelSize/1e6, librarySize/1e6, wheelHash)
}

// Hash is the sha256 of the pinned library, in hexadecimal: provenance of a record.
func Hash() string { return libraryHash }

// Options say how [Ensure] fetches.
type Options struct {
	// Python is the interpreter whose pip downloads the wheel. Empty: "python3".
	Python string
	// Progress, if not nil, is told what is happening, at most a few times a second
	// and from one goroutine at a time.
	Progress func(Progress)
	// Run runs pip's process; nil: as package exec does.
	Run pip.RunFunc
}

// Progress is one thing to tell a person.
type Progress struct {
	// Stage is a short phrase, as "downloading".
	Stage string
	// Done and Total are bytes; Total is 0 where they are not counted.
	Done, Total int64
}

// Path returns where the fetched library lies and whether it is there. It costs one
// stat: the bytes were checked when they were written.
//
// The path's folder is named cpu, since go-xla shares buffers only with a plugin whose
// path says so.
func Path() (string, bool) {
	dir, err := folder()
	if err != nil {
		return "", false
	}
	path := filepath.Join(dir, libraryName)
	info, err := os.Stat(path)
	return path, err == nil && info.Mode().IsRegular() && info.Size() == librarySize
}

// folder is <user cache>/coherentgradients/xla/<short hash>/cpu.
func folder() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("the user's cache folder is unknown (%w): set HOME, or XDG_CACHE_HOME to an absolute path", err)
	}
	return filepath.Join(dir, "coherentgradients", "xla", libraryHash[:12], "cpu"), nil
}

// filled are the options with what was left out.
func (o Options) filled() Options {
	if o.Python == "" {
		o.Python = "python3"
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return o
}

// Ensure returns the path of the library, fetching it first if it isn't there. Two
// callers at once fetch it once; an interrupted fetch leaves nothing behind.
//
// Errors: [ErrUnsupported] where the library can't run; no pip, no network, a full
// disk, a hash that doesn't match, each with its remedy; the context's error.
func Ensure(ctx context.Context, o Options) (string, error) {
	path, ok := Path()
	if ok {
		return path, nil
	}
	o = o.filled()
	if err := Supported(ctx); err != nil {
		return "", err
	}
	dir, err := folder()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("the plugin's folder can't be made: %w", err)
	}
	unlock, err := acquire(ctx, filepath.Join(filepath.Dir(dir), "lock"), o.Progress)
	if err != nil {
		return "", err
	}
	defer unlock()
	if path, ok = Path(); ok { // fetched while we waited
		return path, nil
	}
	removeStale(dir, staleProbe)
	work, err := os.MkdirTemp(dir, staleProbe)
	if err != nil {
		return "", fmt.Errorf("the plugin's folder can't be written: %w", err)
	}
	defer os.RemoveAll(work)

	o.Progress(Progress{Stage: Description()})
	wheel, err := download(ctx, work, "XLA CPU plugin", pin{wheelProject, wheelVersion, wheelHash, wheelSize}, o)
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, libraryName)
	source := member{archive: wheel, name: librarySource, size: librarySize, hash: libraryHash}
	if err := source.extract(ctx, path, work, o.Progress); err != nil {
		return "", err
	}
	return path, nil
}

// staleProbe begins the name of a working folder; the caller of [removeStale] holds
// the lock, so that any such folder was left by a killed process.
const staleProbe = ".fetch-"

func removeStale(dir, prefix string) {
	left, _ := os.ReadDir(dir)
	for _, e := range left {
		if strings.HasPrefix(e.Name(), prefix) {
			_ = os.RemoveAll(filepath.Join(dir, e.Name())) // it costs room, no more
		}
	}
}

// acquire takes a file lock, which dies with its process.
func acquire(ctx context.Context, path string, progress func(Progress)) (unlock func(), err error) {
	l := flock.New(path)
	got, err := l.TryLock()
	if err == nil && !got {
		progress(Progress{Stage: "waiting for another process that fetches the plugin"})
		got, err = l.TryLockContext(ctx, 200*time.Millisecond)
	}
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, fmt.Errorf("the lock %s can't be taken: %w", path, err)
	case !got:
		return nil, errors.New("the plugin's lock can't be taken")
	}
	return func() { _ = l.Unlock() }, nil
}
