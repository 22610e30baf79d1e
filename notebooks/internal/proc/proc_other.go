// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix && !linux

package proc

import "syscall"

// deathSignal does nothing: only Linux has it.
func deathSignal(*syscall.SysProcAttr) {}

// seesEnvironments says that [Marked] finds nothing.
const seesEnvironments = false

// parentIsGo is not known without /proc.
func parentIsGo(int) bool { return false }

// Sweep does nothing: other systems don't show another process's environment.
func Sweep(string) int { return 0 }

// Marked lists none, for the same reason.
func Marked(string) []int { return nil }
