// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package proc

import (
	"bufio"
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestCancelEndsTheWholeGroup(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cmd := Command(ctx, 5*time.Second, "sh", "-c", "sleep 600 & echo $!; trap '' TERM; wait; sleep 600")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.WaitDelay = 100 * time.Millisecond // the shell ignores SIGTERM: the kill is what is tested
	done, err := Start(ctx, cmd)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if err := syscall.Kill(-cmd.Process.Pid, 0); err == nil {
		waitGone(t, cmd.Process.Pid)
	}
}

// waitGone waits for killed processes to be reaped.
func waitGone(t *testing.T, group int) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for syscall.Kill(-group, 0) == nil {
		select {
		case <-deadline:
			t.Fatal("the process group is still there")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestRunReportsExitCodes(t *testing.T) {
	err := Run(t.Context(), Command(t.Context(), time.Second, "sh", "-c", "exit 3"))
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("error %v, want exit code 3", err)
	}
	if err := Run(t.Context(), Command(t.Context(), time.Second, "true")); err != nil {
		t.Errorf("true: %v", err)
	}
	if err := Run(t.Context(), Command(t.Context(), time.Second, "/no/such/program")); err == nil {
		t.Error("a missing program: no error")
	}
}

func TestFind(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Find("sh")
	var missing *NotFoundError
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "sh is not on PATH") {
		t.Errorf("Find on an empty PATH: %v", err)
	}
}
