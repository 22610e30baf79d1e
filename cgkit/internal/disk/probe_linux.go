// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package disk

import (
	"errors"
	"syscall"
)

// tmpFile is Linux's O_TMPFILE: a file without a name, which nothing needs to remove.
const tmpFile = 0x400000 | syscall.O_DIRECTORY

// Probe implements [System].
func (OS) Probe(dir string) error {
	fd, err := syscall.Open(dir, tmpFile|syscall.O_WRONLY|syscall.O_CLOEXEC, 0o600)
	switch {
	case err == nil:
		return syscall.Close(fd)
	case errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.ENOENT) ||
		errors.Is(err, syscall.EINVAL): // this file system, or this kernel, can't
		return probeNamed(dir)
	}
	return err
}
