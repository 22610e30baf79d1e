// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package proc

import (
	"errors"
	"os/exec"
	"runtime"
	"syscall"
)

// own gives a command a process group of its own and, where the system has it, a
// signal at this program's death.
func own(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	deathSignal(cmd.SysProcAttr)
}

// terminate asks a process group to end.
func terminate(group int) error { return signalGroup(group, syscall.SIGTERM) }

// kill ends what is left of a process group.
func kill(group int) { _ = signalGroup(group, syscall.SIGKILL) }

func signalGroup(group int, signal syscall.Signal) error {
	err := syscall.Kill(-group, signal)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

func lockThread()   { runtime.LockOSThread() }
func unlockThread() { runtime.UnlockOSThread() }

// detach gives a command a session of its own, which no terminal and no group's signal reaches.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func groupLives(group int) bool { return syscall.Kill(-group, 0) == nil }

func signalProcess(pid int, signal syscall.Signal) { _ = syscall.Kill(pid, signal) }
