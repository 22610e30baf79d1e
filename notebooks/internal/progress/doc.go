// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package progress shows how far runs are: in a terminal, in a file of output, or below a notebook's cell.
package progress
