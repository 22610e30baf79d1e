// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/cgkit/train"
	"coherentgradients/notebooks/internal/place"

	"github.com/dustin/go-humanize"
)

// runner trains a spec to its end or until ctx ends, as [run.Run] does.
type runner func(ctx context.Context, spec record.Spec, progress run.Progress) (*record.Record, error)

// trainer is the runner of a store. What it has compiled lives as long as the cell: a run that was stopped goes on at
// once, and so does another seed or another noise.
func trainer(store *record.Store) runner {
	pool := &train.Pool{}
	return func(ctx context.Context, spec record.Spec, progress run.Progress) (*record.Record, error) {
		return run.Run(ctx, spec, place.CompileTimes(run.Options{
			NewEngine: pool.New, Store: store, Progress: progress, CheckpointEvery: 5 * time.Second, WaitForOthers: true,
		}))
	}
}

// training is a run in the making.
type training struct {
	spec record.Spec
	pace *pace
	stop context.CancelFunc
	// done yields how it ended, once.
	done     <-chan error
	stopping bool
}

// start trains a spec in the background.
func start(ctx context.Context, runs runner, spec record.Spec, now func() time.Time) *training {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	t := &training{spec: spec, pace: &pace{now: now}, stop: stop, done: done}
	go func() {
		_, err := runs(ctx, spec, t.pace)
		stop()
		done <- err
	}()
	return t
}

// outcome says how a training ended.
func outcome(err error) string {
	var interrupted *run.InterruptedError
	switch {
	case err == nil:
		return "Trained."
	case errors.As(err, &interrupted) && interrupted.Step == 0:
		return "Stopped before the first step."
	case errors.As(err, &interrupted):
		return fmt.Sprintf("Stopped at step %s, saved there.", humanize.Comma(int64(interrupted.Step)))
	}
	return "Not trained: " + strings.TrimSpace(err.Error())
}
