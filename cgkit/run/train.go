// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
)

// Checkpoints besides those by time: after each evaluation from this step on, if a tenth of the time has passed.
const lateStep = 1000

// saveShare bounds the time spent on checkpoints: at least this many times the last one's cost lies between two.
const saveShare = 20

// training is one session of training one record, under its lock.
type training struct {
	record   *record.Record
	problem  Problem
	opt      Options
	engine   Engine
	log      *record.Log
	schedule []int
	dataHash string
	old      *record.Record // the finished record that this one is to replace, or nil

	started  time.Time // of this session's training
	before   float64   // seconds of the sessions before
	savedAt  time.Time
	saved    int  // step of the last checkpoint, or of the session's start
	kept     bool // there is a checkpoint
	saveCost time.Duration
}

// train takes a record, which may be new, to its end. The caller holds its lock. old is the finished record that it
// is to replace, or nil.
func train(ctx context.Context, r *record.Record, set *datasets.Set, old *record.Record, opt Options) (*record.Record, error) {
	noise, err := NoiseOf(r.Spec, set)
	if err != nil {
		return nil, err
	}
	t := &training{
		record:   r,
		problem:  Problem{Spec: r.Spec, Set: set, Noise: noise, Measure: opt.Measure},
		opt:      opt,
		schedule: r.Spec.Evaluated(),
		dataHash: record.DataHash(set),
		old:      old,
	}
	keep, end, err := t.prepare(ctx)
	if t.engine != nil {
		defer func() { t.engine.Close() }()
	}
	if err != nil {
		return nil, err
	}
	_, err = os.Stat(r.Dir)
	fresh := errors.Is(err, fs.ErrNotExist)
	err = t.open(keep, end)
	if t.log != nil {
		defer t.log.Close()
	}
	if err != nil {
		if fresh { // on a full disk, say: what could be written of it is no record
			_ = disk.RemoveFolder(r.Dir)
		}
		return nil, unwritten(r.Spec, err)
	}

	opt.Progress.Begin(r.Spec.ID(), t.engine.Step(), r.Spec.Steps)
	err = t.compile(ctx)
	if err == nil {
		err = t.run(ctx)
	}
	if err != nil {
		var diverged *record.DivergedError
		switch {
		case !errors.As(err, &diverged):
			return nil, err
		case t.record.Diverged == nil: // it was not to be kept
			return t.old, err
		}
		return r, err
	}
	return r, nil
}

// compile has an engine compile ahead that can.
func (t *training) compile(ctx context.Context) error {
	c, ok := t.engine.(compiler)
	if !ok {
		return nil
	}
	what := "compiling"
	if before := t.opt.CompileTime; before != nil {
		if took := before(t.record.Spec); took >= time.Second {
			what += " (" + clockTime(took) + " the last time)"
		}
	}
	Wait(t.opt.Progress, what)
	defer Wait(t.opt.Progress, "")
	started := time.Now()
	if err := c.Compile(ctx); err != nil {
		return t.failed(ctx, err)
	}
	if took := time.Since(started); t.opt.Compiled != nil && took >= time.Second {
		t.opt.Compiled(t.record.Spec, took)
	}
	return nil
}

// run alternates updates and evaluations up to the last step.
func (t *training) run(ctx context.Context) error {
	steps := t.record.Spec.Steps
	for {
		step := t.engine.Step()
		if step > t.log.Last && slices.Contains(t.schedule, step) {
			if err := t.evaluate(ctx); err != nil {
				return err
			}
		}
		if step == steps {
			break
		}
		if ctx.Err() != nil {
			return t.interrupted(ctx)
		}
		if err := t.advance(ctx); err != nil {
			return err
		}
	}
	return t.finish()
}

// advance makes the updates of one call of the engine, at most to the next evaluation.
func (t *training) advance(ctx context.Context) error {
	step := t.engine.Step()
	i, _ := slices.BinarySearch(t.schedule, step+1)
	n := min(t.schedule[i]-step, max(1, t.engine.ChunkSteps()))
	loss, err := t.engine.Advance(ctx, n)
	if err != nil {
		return t.failed(ctx, err)
	}
	if got := t.engine.Step(); got != step+n {
		return fmt.Errorf("%s: the engine is at step %d after %d updates from step %d", t.record.Spec.ID(), got, n, step)
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return t.diverged(record.Divergence{Step: step + n, Reason: fmt.Sprintf("the training loss after step %s is %v", humanize.Comma(int64(step)), loss)})
	}
	t.opt.Progress.Step(step+n, loss)
	now := time.Now()
	wait := max(t.opt.CheckpointEvery, saveShare*t.saveCost)
	if now.Sub(t.savedAt) >= wait || (t.opt.CheckpointSteps > 0 && step+n-t.saved >= t.opt.CheckpointSteps) {
		return t.save()
	}
	return nil
}

// evaluate measures the net and appends the evaluation to the record.
func (t *training) evaluate(ctx context.Context) error {
	spec, step := t.record.Spec, t.engine.Step()
	e, err := t.engine.Evaluate(ctx)
	if err != nil {
		return t.failed(ctx, err)
	}
	e.Step = step
	e.Overfit = spec.Overfit(e.TrainAccuracy, e.TestAccuracy, t.problem.Set.Classes)
	e.Seconds = t.seconds()
	if name, value := e.FirstNotFinite(); name != "" {
		return t.diverged(record.Divergence{Step: step, Reason: fmt.Sprintf("%s is %v", name, value)})
	}
	if step == spec.Steps && !t.kept {
		// What is written at the end of a run stands beside a checkpoint until the end: without one, a last line that
		// is missing would be damage.
		if err := t.save(); err != nil {
			return err
		}
	}
	if l, ok := t.engine.(learner); ok && step == spec.Steps {
		// Before the last evaluation, which is what makes a record complete.
		if err := record.WriteLearned(t.record.Dir, l.Learned(t.schedule)); err != nil {
			return unwritten(spec, err)
		}
	}
	if step == spec.Steps {
		if err := writeScores(t.record.Dir, t.engine); err != nil {
			return unwritten(spec, err)
		}
	}
	if t.opt.SaveWeights && step == spec.Steps {
		if err := saveWeights(t.record.Dir, t.engine); err != nil {
			return unwritten(spec, err)
		}
	}
	if err := t.log.Append(e); err != nil {
		return unwritten(spec, err)
	}
	t.record.Evaluations = append(t.record.Evaluations, e)
	late := step >= lateStep && step < spec.Steps
	if late && time.Since(t.savedAt) >= max(t.opt.CheckpointEvery, saveShare*t.saveCost)/10 {
		return t.save()
	}
	return nil
}

// writeScores writes the engine's scores of examples into a record's folder, or sees that there are none.
func writeScores(dir string, engine Engine) error {
	if x, ok := engine.(scorer); ok {
		if scores := x.Examples(); scores != nil {
			return record.WriteExamples(dir, scores)
		}
	}
	return disk.Remove(filepath.Join(dir, record.ExamplesName))
}

// seconds is the time spent training so far, rounded to what is worth reading.
func (t *training) seconds() float64 {
	return math.Round((t.before+time.Since(t.started).Seconds())*1000) / 1000
}

// save writes a checkpoint of where the engine is.
func (t *training) save() error {
	start := time.Now()
	state, err := t.engine.State()
	if err != nil {
		return fmt.Errorf("%s: no checkpoint at step %d: %w", t.record.Spec.ID(), t.engine.Step(), err)
	}
	c := checkpoint{ID: t.record.Spec.ID(), Data: t.dataHash, Step: t.engine.Step(), Evaluated: t.log.Last, Seconds: t.seconds(), State: state}
	if err := c.save(filepath.Join(t.record.Dir, record.CheckpointName)); err != nil {
		return unwritten(t.record.Spec, err)
	}
	t.savedAt, t.saved, t.kept = time.Now(), c.Step, true
	t.saveCost = t.savedAt.Sub(start)
	return nil
}

// failed tells an interruption and a divergence that the engine has seen from any other error of it.
func (t *training) failed(ctx context.Context, err error) error {
	var diverged *record.DivergedError
	switch {
	case errors.As(err, &diverged):
		return t.diverged(diverged.Divergence)
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return t.interrupted(ctx)
	}
	return fmt.Errorf("%s failed at step %d: %w", t.record.Spec.ID(), t.engine.Step(), err)
}

// interrupted saves where the engine is and says how to go on.
func (t *training) interrupted(ctx context.Context) error {
	if t.engine.Step() > t.saved {
		if err := t.save(); err != nil {
			return errors.Join(err, ctx.Err())
		}
	}
	return &InterruptedError{ID: t.record.Spec.ID(), Step: t.engine.Step(), Steps: t.record.Spec.Steps, cause: ctx.Err()}
}

// diverged ends the record for good.
func (t *training) diverged(d record.Divergence) error {
	if t.old != nil && t.old.Complete() { // which is worth more than one that diverged
		_ = t.log.Close()
		if err := disk.RemoveFolder(t.record.Dir); err != nil {
			return fmt.Errorf("can't remove %s: %w", t.record.Dir, err)
		}
		return fmt.Errorf("%s stays as it is: trained again, %w", t.record.Spec.ID(), &record.DivergedError{Divergence: d})
	}
	if err := t.record.MarkDiverged(d); err != nil {
		return unwritten(t.record.Spec, err)
	}
	if err := t.finish(); err != nil {
		return err
	}
	return t.record.Err()
}

func (t *training) note(format string, args ...any) {
	t.opt.Progress.Note(t.record.Spec.ID() + ": " + fmt.Sprintf(format, args...))
}
