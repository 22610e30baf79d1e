// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package proc

import (
	"os/exec"
	"syscall"
)

// Windows is used through WSL; these stand-ins only let the module compile.

func own(*exec.Cmd)       {}
func terminate(int) error { return nil }
func kill(int)            {}
func lockThread()         {}
func unlockThread()       {}
func parentIsGo(int) bool { return false }

const seesEnvironments = false

// Sweep does nothing here.
func Sweep(string) int { return 0 }

func Marked(string) []int               { return nil }
func detach(*exec.Cmd)                  {}
func groupLives(int) bool               { return false }
func signalProcess(int, syscall.Signal) {}
