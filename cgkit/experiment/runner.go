// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/dustin/go-humanize"

	"coherentgradients/datasets"
)

// Options say how and where [Run] works; none changes a result. The zero value works for loading; training needs
// NewEngine.
type Options struct {
	NewEngine NewEngine // makes what trains; nil: an absent record is an error
	Store     *Store    // where records are; nil: OpenStore("")
	Progress  Progress  // nil: NewProgress(); see also Silent

	// A checkpoint is saved when this time has passed since the last one; 0 means 10 s. Where saving takes long, it is
	// made less often, so that it never takes more than a twentieth of the time.
	CheckpointEvery time.Duration
	// CheckpointSteps saves one also after that many steps; 0: by time alone.
	CheckpointSteps int

	// Measure asks for records that hold more. A finished record that lacks it is trained again, to the same net, unless
	// Redraw is set; its place is taken from the start on, so that stopping it leaves an unfinished record.
	Measure Measure

	Redraw  bool // train nothing: an absent or unfinished record is an error that says how to make it
	Retrain bool // train a spec again whose record says that it diverged

	// SaveWeights writes the final weights of what is trained into its record, as weights.npz: weights_i [in, out] and
	// biases_i [out], float32. A run that was finished without them is not trained again for them.
	SaveWeights bool

	Datasets datasets.Options
	// OpenSet opens a data set by name; nil: datasets.Open.
	OpenSet func(ctx context.Context, name string, opt datasets.Options) (*datasets.Set, error)

	ownOpen  bool // OpenSet was given
	identity func(ctx context.Context, name string) (string, error)
}

func (o Options) complete() (Options, error) {
	if o.Store == nil {
		store, err := OpenStore("")
		if err != nil {
			return o, err
		}
		o.Store = store
	}
	o.Store = o.Store.clean()
	if o.Progress == nil {
		o.Progress = NewProgress()
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
// Errors: everything that is wrong with spec, store or data, before anything is trained or written; *OtherDataError for a
// finished record of other data; another process training the same spec; *InterruptedError when ctx ended, within the time of one Advance; *DivergedError, together
// with the record so far, when the loss is no longer finite, also when the record says so from an earlier run.
func Run(ctx context.Context, spec Spec, opt Options) (*Record, error) {
	spec = spec.Normalized()
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	opt, err := opt.complete()
	if err != nil {
		return nil, err
	}
	started := time.Now()
	r, err := findOrTrain(ctx, spec, opt)
	if r != nil {
		err = errors.Join(err, opt.Store.collect(r))
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

func findOrTrain(ctx context.Context, spec Spec, opt Options) (*Record, error) {
	r, err := opt.Store.FindMeasured(spec, opt.Measure)
	switch {
	case err != nil:
		return nil, err
	case done(r, opt):
		return loaded(ctx, r, opt)
	case opt.Redraw || opt.NewEngine == nil:
		return nil, fmt.Errorf("no finished record of %s: train it by `go run ./notebooks run --quick` (minutes) or `--full` (hours)", spec.ID())
	}
	// From here on it has to be trained. What can go wrong before there is a folder goes wrong before there is one.
	r, err = lockAndTrain(ctx, spec, opt)
	var interrupted *InterruptedError
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) && !errors.As(err, &interrupted) {
		saved := checkpointStep(filepath.Join(opt.Store.Write, spec.ID(), checkpointName)) // by an earlier session
		err = &InterruptedError{ID: spec.ID(), Step: min(saved, spec.Steps), Steps: spec.Steps, cause: ctx.Err()}
	}
	return r, err
}

func lockAndTrain(ctx context.Context, spec Spec, opt Options) (*Record, error) {
	folder := opt.Store.Write
	if err := checkWritable(folder); err != nil {
		return nil, err
	}
	undo, err := makeFolder(folder)
	if err != nil {
		return nil, fmt.Errorf("can't write to %s: %w; name another folder", folder, err)
	}
	defer undo() // does nothing unless it is empty, so after an early error
	dir := filepath.Join(folder, spec.ID())
	lock, err := lockRun(dir)
	if err != nil {
		return nil, err
	}
	defer lock.release()

	r, err := loadNamed(dir) // again, under the lock: another process may have finished it meanwhile
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r = &Record{Spec: spec, Dir: dir}
	case errors.Is(err, errNotDir):
		return nil, fmt.Errorf("can't write the record %s: %s is a file; move it away, or name another folder", spec.ID(), dir)
	case err != nil:
		return nil, err
	case done(r, opt):
		return loaded(ctx, r, opt)
	}
	set, err := opt.OpenSet(ctx, spec.Dataset, opt.Datasets)
	if err != nil {
		return nil, err
	}
	if err := spec.ValidateData(set.Train.Len()); err != nil {
		return nil, err
	}
	return train(ctx, r, set, opt)
}

// done says whether a record, or nil, needs no training.
func done(r *Record, opt Options) bool {
	if r == nil || !r.Finished() {
		return false
	}
	return opt.Redraw || opt.Measure.In(r) && !(r.Diverged != nil && opt.Retrain)
}

// loaded returns a finished record as Run does, if it was trained on the data that its spec names.
func loaded(ctx context.Context, r *Record, opt Options) (*Record, error) {
	if err := r.checkData(ctx, opt); err != nil {
		return nil, err
	}
	if filepath.Dir(r.Dir) == opt.Store.Write {
		// Its writer may have been killed between the last evaluation and this.
		_ = remove(filepath.Join(r.Dir, checkpointName))
	}
	r.Loaded = true
	return r, r.Err()
}
