// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package plainfile

import (
	"io/fs"
	"syscall"
)

// Flags of opening: fail at a symbolic link, and don't wait for a FIFO's other end.
const (
	NoFollow = syscall.O_NOFOLLOW
	NonBlock = syscall.O_NONBLOCK
)

// Shared says whether a file has a second name (a hard link), so that writing to it would change another file too.
func Shared(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Nlink > 1
}
