// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package dump writes one update of the paper's net to a file, so that anyone can check it with NumPy.
package dump
