// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package playground makes a page on which one watches a small net learn from right and from wrong labels, and takes its
// rule, its noise and its size in hand: the paper's story where nothing has to be installed.
//
// The page is one file that loads nothing: its engine is package world compiled to WebAssembly, so what one sees is what
// the Go code computes. It runs opened from disk, in a frame below a notebook's cell ([Show]), and on the static site.
// Where scripts are off it shows a still picture.
//
// Making it needs the Go toolchain that the notebooks need anyway; nothing that was compiled is part of the project.
package playground
