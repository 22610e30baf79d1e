// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package proc runs child programs so that none outlives the command: each has a
// process group of its own (Ctrl-C reaches only this program, which then ends them in
// order), is asked to stop when the context ends, killed if it doesn't, and on Linux
// is told when this program dies without a word. That reaches the child alone; [Guard] is
// for what the child has started in turn.
package proc

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"time"
)

// Command is exec.CommandContext with the manners above: at the context's end the
// whole group gets SIGTERM and, grace later, SIGKILL.
//
// Start it with [Run] or [Start], not with its own Start: the death signal of Linux
// is bound to the starting thread.
func Command(ctx context.Context, grace time.Duration, name string, args ...string) *exec.Cmd {
	return Adopt(exec.CommandContext(ctx, name, args...), grace)
}

// Adopt gives a command of exec.CommandContext the manners of [Command], and variables besides its environment's.
func Adopt(cmd *exec.Cmd, grace time.Duration, variables ...string) *exec.Cmd {
	own(cmd)
	cmd.Cancel = func() error { return terminate(cmd.Process.Pid) }
	cmd.WaitDelay = grace
	cmd.Env = with(cmd.Env, variables...)
	return cmd
}

// with adds variables to an environment, where nil is this program's, as package exec has it.
func with(env []string, variables ...string) []string {
	if len(variables) == 0 {
		return env
	}
	if env == nil {
		env = os.Environ()
	}
	return append(slices.Clip(env), variables...)
}

// Run starts cmd, waits for it, and then ends what is left of its group. When the
// context was the reason, the context's error is returned.
func Run(ctx context.Context, cmd *exec.Cmd) error {
	done, err := Start(ctx, cmd)
	if err != nil {
		return err
	}
	return <-done
}

// Output is [Run] returning what the program printed on its standard output. The
// program's standard error, where nothing else was set, is part of an *exec.ExitError.
func Output(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	var out, complaint bytes.Buffer
	cmd.Stdout = &out
	if cmd.Stderr == nil {
		cmd.Stderr = &complaint
	}
	err := Run(ctx, cmd)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		exit.Stderr = complaint.Bytes()
	}
	return out.Bytes(), err
}

// Start starts cmd and returns a channel that yields what [Run] would return.
func Start(ctx context.Context, cmd *exec.Cmd) (<-chan error, error) {
	started, done := make(chan error, 1), make(chan error, 1)
	go func() {
		lockThread()
		defer unlockThread()
		cmd.Env = with(cmd.Env, guardVariables()...)
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		started <- nil
		tellGuard(order{Group: cmd.Process.Pid})
		err := cmd.Wait()
		kill(cmd.Process.Pid)
		tellGuard(order{Ended: cmd.Process.Pid})
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		} else if errors.Is(err, exec.ErrWaitDelay) {
			err = nil // the program ended well; a grandchild had kept its output open
		}
		done <- err
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return done, nil
}

// Find returns the path of a program, or an error that says that it is not on PATH.
func Find(name string) (string, error) {
	path, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrDot) || err != nil {
		return "", &NotFoundError{Name: name}
	}
	return path, nil
}

// NotFoundError says that a program is not on PATH.
type NotFoundError struct{ Name string }

// Error implements error.
func (e *NotFoundError) Error() string { return e.Name + " is not on PATH" }

// parentOf is replaced in tests.
var parentOf = os.Getppid

// WithParent returns a context that also ends when the go command that runs this
// program ("go run") is gone, killed by a signal that it could not pass on. Started
// in any other way, a program may well outlive its parent (nohup), so then nothing is
// watched.
func WithParent(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	parent := parentOf()
	if parentIsGo(parent) {
		go func() {
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
					if parentOf() != parent {
						cancel(ErrParentGone)
						return
					}
				}
			}
		}()
	}
	return ctx, func() { cancel(context.Canceled) }
}

// ErrParentGone is the cause of a context ended by [WithParent].
var ErrParentGone = errors.New("the go command that started this program is gone")
