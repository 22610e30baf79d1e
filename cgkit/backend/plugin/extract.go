// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/google/renameio/v2"
)

// member is one file wanted from a zip archive, with the size and hash it must have.
type member struct {
	archive, name string
	size          int64
	hash          string
}

// extract writes the member to path: only this one file, never more than its size,
// first into the folder temp of the same file system, synced and renamed once the hash
// is right.
func (m member) extract(ctx context.Context, path, temp string, progress func(Progress)) error {
	archive, err := zip.OpenReader(m.archive)
	if err != nil {
		return fmt.Errorf("the wheel can't be opened: %w", err)
	}
	defer archive.Close()
	source, err := m.find(&archive.Reader)
	if err != nil {
		return err
	}
	in, err := source.Open()
	if err != nil {
		return fmt.Errorf("%s can't be read from the wheel: %w", m.name, err)
	}
	defer in.Close()

	out, err := renameio.NewPendingFile(path, renameio.WithTempDir(temp), renameio.WithStaticPermissions(0o644))
	if err != nil {
		return fmt.Errorf("the plugin can't be written: %w", err)
	}
	defer out.Cleanup()
	sum := sha256.New()
	counted := &counter{ctx: ctx, total: m.size, progress: progress}
	n, err := io.Copy(io.MultiWriter(out, sum, counted), io.LimitReader(in, m.size+1))
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("the plugin needs %d MB and the disk is full: free some, or set XDG_CACHE_HOME to another disk", m.size/1e6)
	case err != nil:
		return fmt.Errorf("the plugin can't be unpacked: %w", err)
	case n != m.size:
		return fmt.Errorf("%s in the wheel is not of %d bytes", m.name, m.size)
	}
	if got := fmt.Sprintf("%x", sum.Sum(nil)); got != m.hash {
		return fmt.Errorf("%s in the wheel has sha256 %s, not the pinned %s", m.name, got, m.hash)
	}
	if err := out.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("the plugin can't be put in its place: %w", err)
	}
	return nil
}

// find returns the wanted entry. Its header must promise the wanted size, so that a
// bomb is refused before a byte is unpacked.
func (m member) find(r *zip.Reader) (*zip.File, error) {
	for _, f := range r.File {
		if f.Name != m.name {
			continue
		}
		if !f.Mode().IsRegular() {
			return nil, fmt.Errorf("%s in the wheel is not a plain file", m.name)
		}
		if f.UncompressedSize64 != uint64(m.size) {
			return nil, fmt.Errorf("%s in the wheel has %d bytes, not %d", m.name, f.UncompressedSize64, m.size)
		}
		return f, nil
	}
	return nil, fmt.Errorf("the wheel has no %s", m.name)
}

// counter reports bytes as they pass and stops them when the context ends.
type counter struct {
	ctx               context.Context
	done, total, told int64
	progress          func(Progress)
}

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	c.done += int64(len(p))
	if c.done-c.told > c.total/50 || c.done == c.total {
		c.told = c.done
		c.progress(Progress{Stage: "unpacking", Done: c.done, Total: c.total})
	}
	return len(p), nil
}
