// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package proc

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// deathSignal asks for SIGTERM when the starting thread dies.
func deathSignal(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGTERM }

// seesEnvironments says that [Marked] finds all there is.
const seesEnvironments = true

// parentIsGo tells whether a process is the go command.
func parentIsGo(pid int) bool {
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return err == nil && string(bytes.TrimSpace(name)) == "go"
}

// Sweep kills every process of this user whose environment holds the entry, for
// example "CG_SESSION=…": kernels and their cells run in sessions of their own, so
// no group holds them all. The caller itself is spared. It returns how many were
// killed.
func Sweep(entry string) int {
	killed := 0
	for _, pid := range Marked(entry) {
		if syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
		}
	}
	return killed
}

// Marked lists the processes that [Sweep] would kill.
func Marked(entry string) (pids []int) {
	folders, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, f := range folders {
		pid, err := strconv.Atoi(f.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		// That of another user can't be read, that of a process that has ended is empty.
		if environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)); err == nil && hasEntry(environ, entry) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func hasEntry(environ []byte, entry string) bool {
	for _, one := range bytes.Split(environ, []byte{0}) {
		if string(one) == entry {
			return true
		}
	}
	return false
}
