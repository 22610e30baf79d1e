// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build cgo

// Command notebooks sets up what the project's notebooks need, opens them in
// JupyterLab, executes them without a screen, and trains:
//
//	go run ./notebooks lab
//
// See go run ./notebooks --help.
package main

import (
	"os"

	"coherentgradients/notebooks/internal/command"
)

func main() { os.Exit(command.Main(os.Args[1:], os.Stdout, os.Stderr)) }
