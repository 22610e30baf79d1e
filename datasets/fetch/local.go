// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Local copies a file of this machine to req.Path by the package's contract; req.URLs is not used.
func Local(ctx context.Context, file string, req Request) error {
	if err := req.complete(); err != nil {
		return err
	}
	if sumOf(req.Path) == req.SHA256 {
		return nil
	}
	from, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("%s is not in it: %w", req.Name, err)
	}
	defer from.Close()
	if info, err := from.Stat(); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("%s in it is no file", req.Name)
	}
	p, err := openPart(req.Path, req.MaxBytes)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", req.Path, err)
	}
	defer p.close()
	if err := p.reset(); err != nil {
		return fmt.Errorf("cannot write %s: %w", req.Path, err)
	}
	buf := make([]byte, 256<<10)
	for {
		n, err := from.Read(buf)
		if p.size+int64(n) > req.MaxBytes {
			return errors.Join(p.reset(), fmt.Errorf("%s in it: %w", req.Name, tooLarge(req.MaxBytes)))
		}
		if err := p.write(buf[:n]); err != nil {
			return fmt.Errorf("cannot write %s: %w", req.Path, err)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("%s in it can't be read: %w", req.Name, err)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("copying of %s stopped: %w", req.Name, context.Cause(ctx))
		}
	}
	if got := p.sum(); got != req.SHA256 {
		return errors.Join(p.reset(), fmt.Errorf("%s in it: %w: got %s, want %s", req.Name, ErrHash, got, req.SHA256))
	}
	return p.commit(req.Path)
}
