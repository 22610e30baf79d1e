// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package proc

import "os/exec"

// Windows is used through WSL; these stand-ins only let the module compile.

func own(*exec.Cmd)       {}
func terminate(int) error { return nil }
func kill(int)            {}
func lockThread()         {}
func unlockThread()       {}
func parentIsGo(int) bool { return false }

// Sweep does nothing here.
func Sweep(string) int { return 0 }
