// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// unpack takes two kinds of files out of a wheel whose hash was checked: those below a folder, under their own names, and
// those that renamed names, under the names it gives. A name that leads out of the tree, and what is neither a plain file
// nor a folder, is an error. Everything is on the disk when it returns.
func unpack(ctx context.Context, wheel, tree string, renamed map[string]string, folder string) error {
	archive, err := zip.OpenReader(wheel)
	if err != nil {
		return fmt.Errorf("the wheel can't be opened: %w", err)
	}
	defer archive.Close()
	for _, f := range archive.File {
		to, wanted := renamed[f.Name]
		if !wanted {
			if !strings.HasPrefix(f.Name, folder+"/") || strings.HasSuffix(f.Name, "/") {
				continue
			}
			to = filepath.FromSlash(f.Name)
		}
		if !filepath.IsLocal(to) || !f.Mode().IsRegular() {
			return fmt.Errorf("the wheel has %q, which is no plain file of its own", f.Name)
		}
		if err := unpackOne(ctx, f, filepath.Join(tree, to)); err != nil {
			return err
		}
	}
	return nil
}

func unpackOne(ctx context.Context, f *zip.File, path string) error {
	failed := func(err error) error {
		if errors.Is(err, syscall.ENOSPC) {
			return fmt.Errorf("the plugin can't be unpacked, as the disk is full: free some, or set XDG_CACHE_HOME to another disk")
		}
		return fmt.Errorf("%s can't be unpacked: %w", f.Name, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return failed(err)
	}
	in, err := f.Open()
	if err != nil {
		return failed(err)
	}
	defer in.Close()
	mode := os.FileMode(0o644)
	if f.Mode()&0o111 != 0 { // NVIDIA's assembler is a program that XLA starts
		mode = 0o755
	}
	// Two wheels may hold the same file, as an empty __init__.py; the later one stays.
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return failed(err)
	}
	_, err = io.Copy(out, &stopped{ctx: ctx, from: io.LimitReader(in, int64(f.UncompressedSize64)+1)})
	if err = errors.Join(err, out.Sync(), out.Close()); ctx.Err() != nil {
		return context.Cause(ctx)
	} else if err != nil {
		return failed(err)
	}
	return nil
}

// stopped is a reader that ends with a context.
type stopped struct {
	ctx  context.Context
	from io.Reader
}

// Read implements io.Reader.
func (s *stopped) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.from.Read(p)
}
