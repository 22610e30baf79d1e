// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/dustin/go-humanize"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
	"coherentgradients/datasets/plainfile"
)

// Options say how and where [Run] works; none changes a result. The zero value works for loading; training needs
// NewEngine.
type Options struct {
	NewEngine EngineMaker   // makes what trains; nil: an absent record is an error
	Store     *record.Store // where records are; required
	Progress  Progress      // nil: Silent

	// A checkpoint is saved when this time has passed since the last one; 0 means 10 s. Where saving takes long, it is
	// made less often, so that it never takes more than a twentieth of the time.
	CheckpointEvery time.Duration
	// CheckpointSteps saves one also after that many steps; 0: by time alone.
	CheckpointSteps int

	// Measure asks for records that hold more. A finished record that lacks it is trained again, to the same net,
	// unless Redraw is set. That is done beside it: it stays as it is until the new record is finished and takes its
	// place.
	Measure record.Measure

	Redraw  bool // train nothing: an absent or unfinished record is an error that says how to make it
	Retrain bool // train a spec again whose record says that it diverged, beside it as for Measure

	// WaitForOthers waits for a run that another process trains in the same folder, and trains what that leaves
	// unfinished. Otherwise that is a *HeldError.
	WaitForOthers bool

	// SaveWeights writes the final weights of what is trained into its record, as weights.npz: weights_i [in, out] and
	// biases_i [out], float32. A run that was finished without them is not trained again for them.
	SaveWeights bool

	// CompileTime says how long compiling for a spec took before, 0 where that is not known: it is shown while it is
	// waited for. Compiled is told how long it took, if that was a second or more. Both may be nil.
	CompileTime func(spec record.Spec) time.Duration
	Compiled    func(spec record.Spec, took time.Duration)

	Datasets datasets.Options
	// OpenSet opens a data set by name; nil: datasets.Open.
	OpenSet func(ctx context.Context, name string, opt datasets.Options) (*datasets.Set, error)

	ownOpen  bool // OpenSet was given
	identity func(ctx context.Context, name string) (string, error)
}

func (o Options) Complete() (Options, error) {
	if o.Store == nil {
		return o, errors.New("no store of records: set Options.Store")
	}
	o.Store = o.Store.Clean()
	if o.Progress == nil {
		o.Progress = Silent
	}
	if o.CheckpointEvery <= 0 {
		o.CheckpointEvery = 10 * time.Second
	}
	if o.OpenSet == nil {
		o.OpenSet = datasets.Open
	} else {
		o.ownOpen = true
	}
	return o, nil
}

// MissingError is what [Run] returns for a spec that has no finished record where nothing may be trained.
type MissingError struct {
	ID          string
	Missing, Of int // how many of how many specs of [RunAll] have none, the first being ID; 0 for Run
}

func (e *MissingError) Error() string {
	if e.Of > 1 {
		return fmt.Sprintf("%d of %d records are missing, the first is %s", e.Missing, e.Of, e.ID)
	}
	return "no finished record of " + e.ID
}

// InterruptedError is what [Run] returns when its context ends: the run is saved and goes on when asked for again. It
// wraps the context's error.
type InterruptedError struct {
	ID          string
	Step, Steps int
	cause       error
}

func (e *InterruptedError) Error() string {
	if e.Step == 0 {
		return fmt.Sprintf("%s stopped before its first update; run it again to start", e.ID)
	}
	return fmt.Sprintf("%s stopped at step %s of %s, saved there; run it again to go on", e.ID,
		humanize.Comma(int64(e.Step)), humanize.Comma(int64(e.Steps)))
}

func (e *InterruptedError) Unwrap() error { return e.cause }

// Run returns the record of a spec: the one there is, if it is finished, or one that it trains now, from the last
// checkpoint if there is any. The record's Loaded says which.
//
// Errors: everything that is wrong with spec, store or data, before anything is trained or written; *OtherDataError
// for a finished record of other data; *HeldError where another process trains the same spec; *InterruptedError when ctx ended,
// within the time of one Advance; *DivergedError, together with the record so far, when the loss is no longer finite,
// also when the record says so from an earlier run.
func Run(ctx context.Context, spec record.Spec, opt Options) (*record.Record, error) {
	spec = spec.Normalized()
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	opt, err := opt.Complete()
	if err != nil {
		return nil, err
	}
	started := time.Now()
	if spec, err = withData(ctx, spec, opt); err != nil {
		return nil, err
	}
	r, err := findOrTrain(ctx, spec, opt)
	if r != nil {
		err = errors.Join(err, opt.Store.CopyFinished(r))
	}
	if err != nil && r == nil {
		opt.Progress.End("", "")
		return nil, err
	}
	detail := "loaded"
	if !r.Loaded {
		detail = time.Since(started).Round(time.Second).String()
	}
	opt.Progress.End(r.Summary(), detail)
	return r, err
}

func findOrTrain(ctx context.Context, spec record.Spec, opt Options) (*record.Record, error) {
	r, err := opt.Store.FindMeasured(spec, opt.Measure)
	switch {
	case err != nil:
		return nil, err
	case needsNone(r, opt):
		if filepath.Dir(r.Dir) == opt.Store.Write && Tidy(opt.Store, spec) {
			if tidied, err := record.FindIn(opt.Store.Write, spec.ID()); err == nil && needsNone(tidied, opt) {
				r = tidied // it may have been replaced
			}
		}
		return finishLoaded(ctx, r, opt)
	case opt.Redraw || opt.NewEngine == nil:
		return nil, &MissingError{ID: spec.ID()}
	}
	// From here on it has to be trained. What can go wrong before there is a folder goes wrong before there is one.
	r, err = lockAndTrain(ctx, spec, opt)
	var interrupted *InterruptedError
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) && !errors.As(err, &interrupted) {
		saved := SavedStep(opt.Store, spec) // by an earlier session
		err = &InterruptedError{ID: spec.ID(), Step: saved, Steps: spec.Steps, cause: ctx.Err()}
	}
	return r, err
}

func lockAndTrain(ctx context.Context, spec record.Spec, opt Options) (*record.Record, error) {
	folder, id := opt.Store.Write, spec.ID()
	if err := disk.CheckWritable(folder); err != nil {
		return nil, err
	}
	undo, err := disk.MakeFolder(folder)
	if err != nil {
		return nil, fmt.Errorf("can't write to %s: %w; name another folder", folder, plainfile.Reason(err))
	}
	defer undo() // does nothing unless it is empty, so after an early error
	lock, err := lockRun(folder, id)
	if held := (*HeldError)(nil); opt.WaitForOthers && errors.As(err, &held) {
		opt.Progress.Begin(id, SavedStep(opt.Store, spec), spec.Steps)
		lock, err = awaitRun(ctx, spec, opt, held)
		opt.Progress = begunProgress{opt.Progress}
	}
	if err != nil {
		return nil, err
	}
	defer lock.Release()

	// Again, under the lock: another process may have finished it meanwhile.
	r, old, err := placeOf(ctx, spec, opt)
	if err != nil || r.Loaded {
		return r, err
	}
	set, err := opt.OpenSet(ctx, spec.Dataset, opt.Datasets)
	if err != nil {
		return nil, err
	}
	if err := spec.ValidateData(set.Train.Len()); err != nil {
		return nil, err
	}
	return train(ctx, r, set, old, opt)
}

// placeOf finds where a spec is to be trained, and what is there of it. A finished record that is not to be replaced is
// loaded; one that is stays where it is, and is returned as old. Call it under the lock.
func placeOf(ctx context.Context, spec record.Spec, opt Options) (r, old *record.Record, err error) {
	folder, id := opt.Store.Write, spec.ID()
	r, err = record.FindIn(folder, id)
	if err == nil && r.Finished() {
		if err := tidy(folder, id); err != nil {
			return nil, nil, fmt.Errorf("can't tidy up the record %s: %w", id, err)
		}
		if r, err = record.FindIn(folder, id); err == nil && needsNone(r, opt) { // it may have been replaced
			r, err = finishLoaded(ctx, r, opt)
			return r, nil, err
		}
		if err == nil && r.Finished() {
			old = r
		}
	}
	dir := filepath.Join(folder, id)
	if old != nil {
		dir = record.AgainDir(folder, id)
		r, err = record.LoadNamed(dir, id)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &record.Record{Spec: spec, Dir: dir}, old, disk.OwnFolder(dir)
	case errors.Is(err, disk.ErrNotDir):
		return nil, nil, fmt.Errorf("can't write the record %s: %w", id, disk.OwnFolder(dir))
	case err != nil:
		return nil, nil, err
	}
	return r, old, disk.OwnFolder(dir)
}

// needsNone says whether a record, or nil, needs no training.
func needsNone(r *record.Record, opt Options) bool {
	if r == nil || !r.Finished() {
		return false
	}
	return opt.Redraw || opt.Measure.In(r) && !(r.Diverged != nil && opt.Retrain)
}

// finishLoaded returns a finished record as Run does, if it was trained on the data that its spec names.
func finishLoaded(ctx context.Context, r *record.Record, opt Options) (*record.Record, error) {
	if err := checkData(ctx, r, opt); err != nil {
		return nil, err
	}
	r.Loaded = true
	return r, r.Err()
}
