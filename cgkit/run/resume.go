// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/cgkit/record"
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
	t.before, t.kept = c.Seconds, true
	t.note("going on from step %s", humanize.Comma(int64(c.Step)))
	return keep, end, nil
}

// findCheckpoint loads the checkpoint and checks that it is of this run and that no evaluation before it is missing.
// One of other data is reported and left alone: nil without an error. A damaged one is an error.
func (t *training) findCheckpoint() (c *checkpoint, keep int, end int64, err error) {
	r := t.record
	path := filepath.Join(r.Dir, record.CheckpointName)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, 0, 0, nil
	}
	fresh, err := t.engine.State()
	if err != nil {
		return nil, 0, 0, err
	}
	c, err = loadCheckpoint(path, checkpointLimit(fresh))
	switch {
	case errors.Is(err, errCorrupt):
		return nil, 0, 0, record.Damaged(r.Dir, record.CheckpointName, "%v", err)
	case err != nil:
		return nil, 0, 0, record.DamageFrom(r.Dir, record.CheckpointName, err)
	case c.ID != r.Spec.ID() || c.Step > r.Spec.Steps:
		return nil, 0, 0, record.Damaged(r.Dir, record.CheckpointName, "it is of another run (%s, step %d)", record.Clip(c.ID), c.Step)
	case c.Data != t.dataHash:
		t.note("the files of %s have changed since its checkpoint, so it starts again from step 0", r.Spec.Dataset)
		return nil, 0, 0, nil
	}
	evaluations, ends, _, err := record.ReadEvaluations(r.Dir, t.schedule)
	if err != nil {
		return nil, 0, 0, err
	}
	// An evaluation at the checkpoint's own step may have come after it: then it is made again, because what it changed
	// in the engine's state is not in the checkpoint.
	for keep < len(ends) && evaluations[keep].Step <= c.Evaluated {
		end = ends[keep]
		keep++
	}
	if !record.Covers(evaluations[:keep], t.schedule, c.Step-1) {
		return nil, 0, 0, record.Damaged(r.Dir, record.EvaluationsName, "it ends after %d evaluations, and the checkpoint is of step %s",
			keep, humanize.Comma(int64(c.Step)))
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
	if err := disk.OwnFolder(r.Dir); err != nil {
		return err
	}
	if _, err := disk.MakeFolder(r.Dir); err != nil {
		return err
	}
	if err := record.RemoveLeftovers(r.Dir); err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(r.Dir, record.SpecName)); errors.Is(err, fs.ErrNotExist) {
		text, err := r.Spec.Encode()
		if err != nil {
			return err
		}
		if err := disk.WriteBytes(filepath.Join(r.Dir, record.SpecName), text); err != nil {
			return err
		}
	}
	if t.engine.Step() == 0 {
		t.kept = false
		if err := forget(r.Dir); err != nil {
			return err
		}
	}
	var err error
	if t.log, err = record.OpenLog(filepath.Join(r.Dir, record.EvaluationsName), end, last); err != nil {
		return err
	}
	t.started, t.savedAt, t.saved = time.Now(), time.Now(), t.engine.Step()
	return r.AddSession(newSession(t.engine.Step(), t.problem.Set, t.dataHash, t.engine, t.started))
}

// forget removes what an earlier session left besides its evaluations: nothing of it stays in a run that begins again.
// What is of a run's end goes first, and for good, because without a checkpoint it would say that the run came to its
// end; then the checkpoint, for good too, because the evaluations before it go next.
func forget(dir string) error {
	for _, names := range [][]string{{record.SealName, record.WeightsName, record.LearnedName, record.ExamplesName}, {record.CheckpointName}} {
		for _, name := range names {
			if err := disk.Remove(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
		if err := disk.SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}
