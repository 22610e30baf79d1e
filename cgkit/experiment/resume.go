// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dustin/go-humanize"
)

// prepare makes the engine, at the last checkpoint if there is a good one, else at step 0. It changes nothing on disk.
// keep and end say how many evaluations stay, and where they end in the file.
func (t *training) prepare(ctx context.Context) (keep int, end int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, 0, err
	}
	if t.engine, err = t.opt.NewEngine(ctx, t.problem); err != nil {
		return 0, 0, err
	}
	if _, ok := t.engine.(weigher); t.opt.SaveWeights && !ok {
		return 0, 0, errNoWeights
	}
	c, keep, end, err := t.findCheckpoint()
	if err != nil || c == nil {
		return 0, 0, err
	}
	if err := t.engine.Restore(c.Step, c.State); err != nil {
		t.note("its checkpoint does not fit (%v), so it starts again from step 0", err)
		t.engine.Close()
		t.engine, err = t.opt.NewEngine(ctx, t.problem)
		return 0, 0, err
	}
	t.before = c.Seconds
	t.note("going on from step %s", humanize.Comma(int64(c.Step)))
	return keep, end, nil
}

// findCheckpoint loads the checkpoint and checks that it is of this run and that no evaluation before it is missing. A
// checkpoint that is no good is told and left alone: nil without an error.
func (t *training) findCheckpoint() (c *checkpoint, keep int, end int64, err error) {
	r := t.record
	c, err = loadCheckpoint(filepath.Join(r.Dir, checkpointName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0, 0, nil
	case errors.Is(err, errCorrupt):
		t.note("%v, so it starts again from step 0", err)
		return nil, 0, 0, nil
	case err != nil:
		return nil, 0, 0, err
	case c.ID != r.Spec.ID() || c.Step > r.Spec.Steps:
		t.note("its checkpoint is of another run (%s, step %d), so it starts again from step 0", clip(c.ID), c.Step)
		return nil, 0, 0, nil
	case c.Data != t.dataHash:
		t.note("the files of %s have changed since its checkpoint, so it starts again from step 0", r.Spec.Dataset)
		return nil, 0, 0, nil
	}
	text, err := os.ReadFile(filepath.Join(r.Dir, evaluationsName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, 0, 0, err
	}
	evaluations, ends, err := parseEvaluations(text)
	if err != nil {
		return nil, 0, 0, err
	}
	// An evaluation at the checkpoint's own step may have come after it: then it is made again, because what it changed
	// in the engine's state is not in the checkpoint.
	for keep < len(ends) && evaluations[keep].Step <= c.Evaluated {
		end = ends[keep]
		keep++
	}
	if !covers(evaluations[:keep], t.schedule, c.Step-1) {
		t.note("evaluations before its checkpoint at step %d are missing, so it starts again from step 0", c.Step)
		return nil, 0, 0, nil
	}
	r.Evaluations = evaluations
	return c, keep, end, nil
}

// open makes the record on disk ready for appending.
func (t *training) open(keep int, end int64) error {
	r := t.record
	r.Evaluations = slices.Clone(r.Evaluations[:keep])
	last := -1
	if keep > 0 {
		last = r.Evaluations[keep-1].Step
	}
	if err := os.MkdirAll(r.Dir, 0o755); err != nil {
		return err
	}
	if err := removeLeftovers(r.Dir); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(r.Dir, specName)); errors.Is(err, fs.ErrNotExist) {
		text, err := r.Spec.encode()
		if err != nil {
			return err
		}
		if err := writeBytesAtomic(filepath.Join(r.Dir, specName), text); err != nil {
			return err
		}
		if err := syncDir(filepath.Dir(r.Dir)); err != nil {
			return err
		}
	}
	if t.engine.Step() == 0 { // nothing of an earlier session stays, and least of all a bad checkpoint
		if err := remove(filepath.Join(r.Dir, checkpointName)); err != nil {
			return err
		}
	}
	var err error
	if t.log, err = openLog(filepath.Join(r.Dir, evaluationsName), end, last); err != nil {
		return err
	}
	if err := remove(filepath.Join(r.Dir, divergedName)); err != nil {
		return err
	}
	r.Diverged = nil
	t.started, t.savedAt, t.saved = time.Now(), time.Now(), t.engine.Step()
	return r.addSession(newSession(t.engine.Step(), t.problem.Set, t.dataHash, t.engine, t.started))
}
