// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !cgo

package main

import (
	"fmt"
	"os"

	"coherentgradients/notebooks/internal/remedy"
)

// Without cgo XLA can't be called. The go command turns cgo off by itself where it
// finds no C compiler, so this is where a machine without one ends up: with a sentence
// instead of the compiler's errors.
func main() {
	fmt.Fprintln(os.Stderr, "error: cgo is off, as CGO_ENABLED=0 is set or no C compiler is on PATH: "+remedy.CCompiler())
	os.Exit(1)
}
