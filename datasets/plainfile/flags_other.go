// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !unix

package plainfile

import "io/fs"

// Without meaning here.
const (
	NoFollow = 0
	NonBlock = 0
)

// Shared says whether a file has a second name (a hard link), as far as the system tells.
func Shared(fs.FileInfo) bool { return false }
