// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"context"
	"strings"
	"sync"
	"time"

	"coherentgradients/cgkit/run"
)

// patience is how long a stopped cell may go on compiling. XLA can't be interrupted there, and the kernel kills the cell
// without a word some seconds later.
const patience = 1500 * time.Millisecond

// leaving is a progress that ends the cell where it is stopped while something is compiled: nothing is lost by that.
type leaving struct {
	run.Progress

	mu   sync.Mutex
	what string // is waited for
	left bool
}

// Wait implements [run.Waiter].
func (l *leaving) Wait(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left {
		return
	}
	l.what = what
	run.Wait(l.Progress, what)
}

// stoppable returns a context as [run.Interruptible] does, and the options with which the work under it is to be done. Call
// stop once, when it is.
func stoppable(opt run.Options) (ctx context.Context, _ run.Options, stop func()) {
	ctx, cancel := run.Interruptible(context.Background())
	l := &leaving{Progress: opt.Progress}
	opt.Progress = l
	over := make(chan struct{})
	go l.watch(ctx, over, patience)
	return ctx, opt, func() { close(over); cancel() }
}

// watch ends the cell if ctx ends while something is compiled and goes on for longer than patience.
func (l *leaving) watch(ctx context.Context, over <-chan struct{}, patience time.Duration) {
	select {
	case <-over:
		return
	case <-ctx.Done():
	}
	select {
	case <-over:
		return
	case <-time.After(patience):
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !strings.HasPrefix(l.what, "compiling") {
		return // it is saved, and comes to its end
	}
	l.left = true
	l.End("stopped while compiling: nothing is lost, run the cell again", "")
	exit(1)
}
