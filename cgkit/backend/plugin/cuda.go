// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cudaLock names the wheels of the CUDA plugin; it is also pip's requirements file.
//
//go:embed cuda.lock
var cudaLock string

// pin is one wheel that a lock names.
type pin struct {
	project, version, hash string
	size                   int64 // of the wheel
}

// bundle is a plugin that is made of several wheels: their folders nvidia laid one over another, and the plugin itself in
// that folder, where go-xla and the plugin look for NVIDIA's libraries (../nvidia from where it lies).
type bundle struct {
	wheels []pin
	id     string // of the lock's text
	// source is the plugin's name in the wheel that has it.
	source string
	// unpacked is what all takes once it is there, about.
	unpacked int64
}

// cudaUnpacked is what the wheels of cuda.lock take unpacked.
const cudaUnpacked = 4_028_858_729

// cudaFolder and cudaLibrary are the names by which go-xla knows a CUDA plugin.
const (
	cudaFolder  = "nvidia"
	cudaLibrary = "pjrt_c_api_cuda_plugin.so"
)

var cuda = mustBundle(cudaLock)

func mustBundle(lock string) bundle {
	b, err := newBundle(lock)
	if err != nil {
		panic(err) // the lock is compiled in
	}
	return b
}

func newBundle(lock string) (bundle, error) {
	b := bundle{id: fmt.Sprintf("%x", sha256.Sum256([]byte(lock)))[:12], source: "jax_plugins/xla_cuda13/xla_cuda_plugin.so",
		unpacked: cudaUnpacked}
	for line := range strings.Lines(lock) {
		text, comment, _ := strings.Cut(line, "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		project, version, pinned := strings.Cut(fields[0], "==")
		var hash string
		var hashed bool
		if len(fields) == 2 {
			hash, hashed = strings.CutPrefix(fields[1], "--hash=sha256:")
		}
		size, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(comment), " bytes"), 10, 64)
		if !pinned || !hashed || len(hash) != 64 || err != nil || size <= 0 {
			return b, fmt.Errorf("the lock has a line %q: want NAME==VERSION --hash=sha256:HASH  # SIZE bytes", strings.TrimSpace(line))
		}
		b.wheels = append(b.wheels, pin{project, version, hash, size})
	}
	if len(b.wheels) == 0 {
		return b, fmt.Errorf("the lock names no wheel")
	}
	return b, nil
}

// size is what the wheels take together.
func (b bundle) size() (sum int64) {
	for _, w := range b.wheels {
		sum += w.size
	}
	return sum
}

// folder is <user cache>/coherentgradients/xla/cuda-<short hash of the lock>.
func (b bundle) folder() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("the user's cache folder is unknown (%w): set HOME, or XDG_CACHE_HOME to an absolute path", err)
	}
	return filepath.Join(dir, "coherentgradients", "xla", "cuda-"+b.id), nil
}

func (b bundle) path() (string, bool) {
	dir, err := b.folder()
	if err != nil {
		return "", false
	}
	path := filepath.Join(dir, cudaFolder, cudaLibrary)
	info, err := os.Stat(path)
	return path, err == nil && info.Mode().IsRegular()
}

// CUDAPath returns where the fetched CUDA plugin lies and whether it is there. Its folder comes into being whole or not
// at all. NVIDIA's libraries lie beside it.
func CUDAPath() (string, bool) { return cuda.path() }

// CUDADescription is one line on what [EnsureCUDA] fetches.
func CUDADescription() string {
	return fmt.Sprintf("XLA CUDA plugin: %s %s and %d packages of NVIDIA's libraries, %.1f GB to download "+
		"(%.1f GB unpacked), sha256 of each pinned", cuda.wheels[0].project, cuda.wheels[0].version, len(cuda.wheels)-1, float64(cuda.size())/1e9, float64(cuda.unpacked)/1e9)
}

// EnsureCUDA returns the path of the CUDA plugin, fetching it and NVIDIA's libraries first if they aren't there. Two
// callers at once fetch them once; an interrupted fetch leaves nothing behind. Whether the machine has a use for it is
// for [CUDASupported] to say.
//
// The wheels are JAX's and NVIDIA's own, under their licences, and no part of this project; no code of them is run to
// unpack them.
//
// Errors: a disk without room, no pip, no network, a hash that doesn't match, each with its remedy; the context's.
func EnsureCUDA(ctx context.Context, o Options) (string, error) { return cuda.ensure(ctx, o) }

func (b bundle) ensure(ctx context.Context, o Options) (string, error) {
	path, ok := b.path()
	if ok {
		return path, nil
	}
	o = o.filled()
	dir, err := b.folder()
	if err != nil {
		return "", err
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", fmt.Errorf("the plugin's folder can't be made: %w", err)
	}
	unlock, err := acquire(ctx, dir+".lock", o.Progress)
	if err != nil {
		return "", err
	}
	defer unlock()
	if path, ok = b.path(); ok { // fetched while we waited
		return path, nil
	}
	const prefix = ".fetch-cuda-"
	removeStale(parent, prefix)
	var largest int64
	for _, w := range b.wheels {
		largest = max(largest, w.size)
	}
	if free, known := freeBytes(parent); known && free < b.unpacked+largest {
		return "", fmt.Errorf("the XLA CUDA plugin needs %.1f GB in %s, where %.1f GB are free: free some, or set "+
			"XDG_CACHE_HOME to another disk", float64(b.unpacked+largest)/1e9, parent, float64(free)/1e9)
	}
	work, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return "", fmt.Errorf("the plugin's folder can't be written: %w", err)
	}
	defer os.RemoveAll(work)

	o.Progress(Progress{Stage: CUDADescription()})
	tree := filepath.Join(work, "tree")
	var before int64
	for _, w := range b.wheels {
		if err := b.add(ctx, w, work, tree, before, o); err != nil {
			return "", err
		}
		before += w.size
	}
	if _, err := os.Stat(filepath.Join(tree, cudaFolder, cudaLibrary)); err != nil {
		return "", fmt.Errorf("the wheels have no %s", b.source)
	}
	// What is there without the plugin was left by somebody else's hand.
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("the plugin can't be put in its place: %w", err)
	}
	if err := os.Rename(tree, dir); err != nil {
		return "", fmt.Errorf("the plugin can't be put in its place: %w", err)
	}
	return path, nil
}

// add fetches one wheel and unpacks it into the tree. before is how much was downloaded until now.
func (b bundle) add(ctx context.Context, w pin, work, tree string, before int64, o Options) error {
	dir := filepath.Join(work, "one")
	defer os.RemoveAll(dir) // wheels and what comes of them need not have room at once
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("the working folder can't be written: %w", err)
	}
	told := o
	told.Progress = func(p Progress) {
		o.Progress(Progress{Stage: p.Stage, Done: before + p.Done, Total: b.size()})
	}
	file, err := download(ctx, dir, "XLA CUDA plugin", w, told)
	if err != nil {
		return err
	}
	if info, err := os.Stat(file); err != nil || info.Size() != w.size {
		return fmt.Errorf("the wheel of %s %s is not of %d bytes", w.project, w.version, w.size)
	}
	return unpack(ctx, file, tree, map[string]string{b.source: filepath.Join(cudaFolder, cudaLibrary)}, cudaFolder)
}
