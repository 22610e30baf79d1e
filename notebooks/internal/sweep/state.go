// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dustin/go-humanize"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
)

// State is where a run of the sweep is.
type State string

// The states.
const (
	Missing     State = "missing"     // not begun, as far as the records say
	Started     State = "started"     // begun at some time, not finished
	Running     State = "running"     // trained now, by this sweep
	Finished    State = "finished"    // complete
	Diverged    State = "diverged"    // its loss stopped being finite: finished too, and told at the end
	Held        State = "held"        // trained by another process
	Interrupted State = "interrupted" // stopped and saved
	Failed      State = "failed"
	Damaged     State = "damaged" // its record is not as a run left it: it is not trained before somebody has looked
)

// Run is one run of a sweep.
type Run struct {
	Spec    record.Spec
	ID      string
	Measure record.Measure // what its record must hold beyond the evaluations to count as finished
	State   State
	Step    int    // reached, of an unfinished one
	Text    string // what is to be told of it: a reason, a summary

	// Found: it was finished before this sweep looked at it.
	Found bool
	// NoWeights: it is finished, and its record has no weights.
	NoWeights bool
}

// Plan looks up each spec in the store. A record that can't be read makes its run a damaged or a failed one; one that
// was finished without the measure asked for is to be trained again.
func Plan(store *record.Store, specs []record.Spec, measure record.Measure) []*Run {
	return PlanEach(store, specs, slices.Repeat([]record.Measure{measure}, len(specs)))
}

// PlanEach is [Plan] with a measure for each spec.
func PlanEach(store *record.Store, specs []record.Spec, measures []record.Measure) []*Run {
	runs := make([]*Run, len(specs))
	for i, spec := range specs {
		runs[i] = &Run{Spec: spec, ID: spec.ID(), Measure: measures[i]}
		runs[i].look(store)
	}
	return runs
}

// look brings a run up to date with the records.
func (r *Run) look(store *record.Store) {
	rec, err := store.FindMeasured(r.Spec, r.Measure)
	r.Step, r.Text = 0, ""
	var damage *record.DamagedError
	switch {
	case errors.As(err, &damage):
		r.State, r.Text = Damaged, err.Error()
	case err != nil:
		r.State, r.Text = Failed, err.Error()
	case rec == nil || rec.Finished() && !r.Measure.In(rec):
		r.State = Missing
		if step := run.SavedStep(store, r.Spec); rec != nil && step > 0 {
			r.State, r.Step = Started, step
		}
	case rec.Finished():
		r.State, r.Found = Finished, true
		var diverged *record.DivergedError
		if errors.As(rec.Err(), &diverged) {
			r.State, r.Text = Diverged, rec.Summary()
		} else if _, ok := rec.WeightsPath(); !ok {
			r.NoWeights = true
		}
	default:
		r.State, r.Step = Started, run.SavedStepOf(rec)
	}
}

// Describe is a run's state in words, as "started, 12,000 of 60,000 steps".
func (r *Run) Describe() string {
	switch {
	case r.State == Started || r.State == Interrupted:
		return fmt.Sprintf("%s, %s of %s steps", r.State, humanize.Comma(int64(r.Step)), humanize.Comma(int64(r.Spec.Steps)))
	case r.State == Failed || r.State == Damaged:
		return string(r.State) + ": " + r.Text
	}
	return string(r.State)
}

// remaining is the part of a run's cost that is left.
func (r *Run) remaining(step int) float64 {
	cost := Cost(r.Spec)
	if r.Spec.Steps > 0 {
		cost *= 1 - float64(min(step, r.Spec.Steps))/float64(r.Spec.Steps)
	}
	return cost
}
