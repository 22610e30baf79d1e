// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !unix

package disk

import "io/fs"

// Without meaning here.
const (
	noFollow = 0
	nonBlock = 0
)

// Shared says whether a file has a second name (a hard link), as far as the system tells.
func Shared(fs.FileInfo) bool { return false }
