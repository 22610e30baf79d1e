// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package proc

import (
	"os/exec"
	"testing"
)

func TestSweep(t *testing.T) {
	entry := "CG_SWEEP_TEST=" + t.Name()
	cmd := exec.Command("sleep", "600")
	cmd.Env = append(cmd.Environ(), entry)
	if err := cmd.Start(); err != nil {
		t.Skipf("sleep can't be started: %v", err)
	}
	if n := Sweep(entry); n != 1 {
		t.Errorf("Sweep killed %d processes, want 1", n)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the process ended by itself")
	}
	if n := Sweep(entry); n != 0 {
		t.Errorf("a second Sweep killed %d", n)
	}
}
