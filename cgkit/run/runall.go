// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
)

// Interruptible returns a context that ends with Ctrl-C, a notebook's stop button or a job manager's SIGTERM, so that
// [Run] and [RunAll] can save and return. A second one ends the program at once. Call stop when done.
func Interruptible(parent context.Context) (ctx context.Context, stop context.CancelFunc) {
	ctx, stop = signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // gives the signals back to the system
	return ctx, stop
}

// RunAll returns the records of all specs, in their order, one after the other as [Run] does, with one progress for
// all: this is what a notebook calls for a figure. A data set is opened once.
//
// With Options.Redraw nothing is trained, and a missing record is an error that says how to make it. All specs
// are validated before the first is trained. A run that diverged is no error here: its record has Diverged set, and a
// figure shows how far it came. On any other error the records so far are returned with it, the rest nil.
func RunAll(ctx context.Context, specs []record.Spec, opt Options) ([]*record.Record, error) {
	opt, err := opt.Complete()
	if err != nil {
		return nil, err
	}
	own := opt.ownOpen
	opt.identity = identifyOnce(opt)
	if opt.OpenSet = openOnce(opt.OpenSet); own {
		opt.identity = nil // the set that is opened once has it
	}

	if specs, err = completeSpecs(ctx, specs, opt); err != nil {
		return nil, err
	}
	total, missing, err := countRemaining(specs, opt)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 && (opt.Redraw || opt.NewEngine == nil) {
		return nil, &MissingError{ID: missing[0], Missing: len(missing), Of: len(specs)}
	}
	started := time.Now()
	outer := opt.Progress
	if len(missing) > 0 {
		outer.Begin(fmt.Sprintf("%d runs", len(missing)), 0, total)
	}
	records := make([]*record.Record, len(specs))
	part := &partProgress{outer: outer, runs: len(missing)}
	opt.Progress = part
	diverged, trained := 0, 0
	for i, spec := range specs {
		r, err := Run(ctx, spec, opt)
		records[i] = r
		var divergedErr *record.DivergedError
		if err != nil && !errors.As(err, &divergedErr) {
			outer.End("", "")
			return records, err
		}
		if r.Diverged != nil {
			diverged++
			outer.Note(r.Summary())
		}
		if !r.Loaded {
			trained++
		}
	}
	detail := fmt.Sprintf("%d loaded, %d trained in %s", len(specs)-trained, trained, time.Since(started).Round(time.Second))
	outer.End(summarize(records, diverged), detail)
	return records, nil
}

// summarize is one line for all records, the same whether they were trained or loaded.
func summarize(records []*record.Record, diverged int) string {
	switch {
	case len(records) == 1 && diverged == 0:
		return records[0].Summary()
	case len(records) <= 1: // none, or one that diverged and was reported
		return ""
	case diverged > 0:
		return fmt.Sprintf("%d runs ready, %d of them diverged", len(records), diverged)
	}
	return fmt.Sprintf("%d runs ready", len(records))
}

// completeSpecs validates the specs and fills in what their data are, where that is not in a name.
func completeSpecs(ctx context.Context, specs []record.Spec, opt Options) ([]record.Spec, error) {
	list := make([]record.Spec, len(specs))
	for i, spec := range specs {
		spec = spec.Normalized()
		if err := spec.Validate(); err != nil {
			return nil, err
		}
		var err error
		if list[i], err = withData(ctx, spec, opt); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// countRemaining says which of the specs must be trained, and the steps that takes.
func countRemaining(specs []record.Spec, opt Options) (steps int, ids []string, err error) {
	seen := map[string]bool{}
	for _, spec := range specs {
		r, err := opt.Store.FindMeasured(spec, opt.Measure)
		if err != nil {
			return 0, nil, err
		}
		id := spec.ID()
		if needsNone(r, opt) || seen[id] {
			continue
		}
		seen[id] = true
		ids = append(ids, id)
		steps += spec.Steps - SavedStep(opt.Store, spec)
	}
	return steps, ids, nil
}

// partProgress shows one run of several as a part of the whole. Steps that an earlier session made are not counted.
type partProgress struct {
	outer Progress
	runs  int // to be trained in all
	run   int // the one trained now, from 1
	base  int // steps made by the runs before
	from  int // step that this run started from
	done  int // step that it has reached
}

func (p *partProgress) Begin(title string, done, _ int) {
	p.base += p.done - p.from
	p.from, p.done = done, done
	p.run++
	p.outer.Title(fmt.Sprintf("run %d of %d, %s", p.run, p.runs, title))
}

func (p *partProgress) Title(title string) { p.outer.Title(title) }

func (p *partProgress) Step(done int, loss float64) {
	p.done = done
	p.outer.Step(p.base+done-p.from, loss)
}

// Wait implements [Waiter].
func (p *partProgress) Wait(what string) { Wait(p.outer, what) }

func (p *partProgress) Note(line string) { p.outer.Note(line) }

func (p *partProgress) End(string, string) {}

// openOnce keeps the set opened last: specs of one figure share it.
func openOnce(open func(context.Context, string, datasets.Options) (*datasets.Set, error)) func(context.Context, string, datasets.Options) (*datasets.Set, error) {
	var last *datasets.Set
	var lastName string
	return func(ctx context.Context, name string, opt datasets.Options) (*datasets.Set, error) {
		if last != nil && lastName == name {
			return last, nil
		}
		set, err := open(ctx, name, opt)
		if err == nil {
			last, lastName = set, name
		}
		return set, err
	}
}
