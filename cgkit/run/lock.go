// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/cgkit/record"
)

// awaitEvery is the pause between two looks at a run that another process trains.
const awaitEvery = 300 * time.Millisecond

// HeldError is what [Run] returns for a spec that another process is training in the same folder.
type HeldError struct {
	ID    string
	Owner string // " (pid 123 on host)", or "" where it is not known
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is being trained by another process%s; wait for it, or stop it first", e.ID, e.Owner)
}

// LockError is what [Run] returns where a spec can't be locked: on a file system without locks, for one.
type LockError struct {
	ID  string
	Err error
}

func (e *LockError) Error() string {
	return fmt.Sprintf("can't lock %s: %v; name another folder for records", e.ID, e.Err)
}

func (e *LockError) Unwrap() error { return e.Err }

// lockRun takes one process's exclusive right to train a spec in a folder, or says at once who has it. The lock's file
// lies beside the record, so that a record holds nothing but the record, and a run that fails early leaves no folder.
func lockRun(folder, id string) (*disk.Lock, error) {
	lock, owner, err := disk.TryLock(filepath.Join(folder, id+".lock"))
	if err != nil {
		return nil, &LockError{ID: id, Err: err}
	}
	if lock == nil {
		return nil, &HeldError{ID: id, Owner: owner}
	}
	return lock, nil
}

// awaitRun is [lockRun] that waits for the process that has the run. Progress has begun, and shows how far that process
// has saved it.
func awaitRun(ctx context.Context, spec record.Spec, opt Options, held *HeldError) (*disk.Lock, error) {
	what, saved := "trained by another process"+held.Owner, SavedStep(opt.Store, spec)
	tick := time.NewTicker(awaitEvery)
	defer tick.Stop()
	for {
		Wait(opt.Progress, what)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
		lock, err := lockRun(opt.Store.Write, spec.ID())
		if !errors.As(err, &held) {
			Wait(opt.Progress, "")
			return lock, err
		}
		if now := SavedStep(opt.Store, spec); now > saved {
			saved = now
			opt.Progress.Step(saved, math.NaN())
		}
	}
}

// begunProgress is a progress that has begun already to show the run that will be begun.
type begunProgress struct{ Progress }

// Begin implements [Progress].
func (p begunProgress) Begin(_ string, done, _ int) { p.Step(done, math.NaN()) }

// Wait implements [Waiter].
func (p begunProgress) Wait(what string) { Wait(p.Progress, what) }
