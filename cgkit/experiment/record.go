// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/dustin/go-humanize"
)

// Names in a record's folder.
const (
	specName        = "spec.json"
	evaluationsName = "evaluations.jsonl"
	provenanceName  = "provenance.json"
	checkpointName  = "checkpoint.bin"
	divergedName    = "diverged.json"
)

// Record is what one run left: its spec and its evaluations in rising order of steps, finished or not.
type Record struct {
	Spec        Spec
	Evaluations []Evaluation
	Provenance  *Provenance // nil where the record has none
	Diverged    *Divergence // nil unless the run stopped because its loss was no longer finite
	Dir         string      // the record's folder
	Loaded      bool        // [Run] found it finished and trained nothing
}

// Divergence says when and why a run stopped before its last step.
type Divergence struct {
	Step   int    `json:"step"`   // updates made when it was noticed
	Reason string `json:"reason"` // such as "training loss is NaN"
}

// DivergedError is what [Run] returns, with the record so far, for a run whose loss is no longer finite. An [Engine]
// that knows the exact step returns one itself.
type DivergedError struct{ Divergence }

func (e *DivergedError) Error() string {
	return fmt.Sprintf("the run diverged by step %s: %s; lower the learning rate, or change the seed",
		humanize.Comma(int64(e.Step)), e.Reason)
}

// Load reads the record in a folder, finished or not, also while another process is writing it. A half-written last
// line is left out. Damage, an unknown format version and an invalid spec are errors that name the file; a folder
// without a spec.json is one for which errors.Is(err, fs.ErrNotExist) holds.
func Load(dir string) (*Record, error) {
	r := &Record{Dir: dir}
	path := filepath.Join(dir, specName)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("no record: %w", err)
	}
	if r.Spec, err = DecodeSpec(data); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := r.Spec.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	path = filepath.Join(dir, evaluationsName)
	data, err = os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if r.Evaluations, _, err = parseEvaluations(data); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := readOptional(filepath.Join(dir, provenanceName), &r.Provenance); err != nil {
		return nil, err
	}
	if err := readOptional(filepath.Join(dir, divergedName), &r.Diverged); err != nil {
		return nil, err
	}
	return r, nil
}

// readOptional decodes a JSON file; an absent one leaves into as it is.
func readOptional(path string, into any) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w; the file is damaged: move the record away to train it again", path, err)
	}
	return nil
}

// LoadAll reads every record in a folder of records, in the order of their ids. A folder that is not there has none.
func LoadAll(dir string) ([]*Record, error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var records []*Record
	for _, entry := range entries {
		r, err := Load(filepath.Join(dir, entry.Name()))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotDir) {
			continue // something else in the folder
		}
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

// Complete says whether the run reached its last step with every evaluation of its schedule.
func (r *Record) Complete() bool {
	last, ok := r.Last()
	return ok && last.Step == r.Spec.Steps && covers(r.Evaluations, Schedule(r.Spec.Steps), r.Spec.Steps)
}

// Finished says whether nothing is left to do: the run is complete, or it diverged.
func (r *Record) Finished() bool { return r.Diverged != nil || r.Complete() }

// Err is a [*DivergedError] for a diverged run and nil for any other.
func (r *Record) Err() error {
	if r.Diverged == nil {
		return nil
	}
	return &DivergedError{*r.Diverged}
}

// markDiverged writes that the run diverged, into the folder and the record.
func (r *Record) markDiverged(d Divergence) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if err := writeBytesAtomic(filepath.Join(r.Dir, divergedName), append(text, '\n')); err != nil {
		return err
	}
	r.Diverged = &d
	return nil
}

// Last returns the last evaluation; false where there is none.
func (r *Record) Last() (Evaluation, bool) {
	if len(r.Evaluations) == 0 {
		return Evaluation{}, false
	}
	return r.Evaluations[len(r.Evaluations)-1], true
}

// Column returns a curve by the name of its value in the record, such as "test_accuracy" or an extra: the steps at
// which the value is present, and the values there. An unknown name gives an empty curve, as a null one does.
func (r *Record) Column(name string) (steps, values []float64) {
	for _, e := range r.Evaluations {
		if v, ok := e.Value(name); ok {
			steps = append(steps, float64(e.Step))
			values = append(values, v)
		}
	}
	return steps, values
}

// Columns returns the names for which [Record.Column] has values: the fields in their order, then the extras by name.
func (r *Record) Columns() []string {
	var names []string
	for _, name := range evaluationFields[1:] {
		if steps, _ := r.Column(name); len(steps) > 0 {
			names = append(names, name)
		}
	}
	extras := map[string]bool{}
	for _, e := range r.Evaluations {
		for name := range e.Extra {
			extras[name] = true
		}
	}
	var more []string
	for name := range extras {
		more = append(more, name)
	}
	slices.Sort(more)
	return append(names, more...)
}

// Summary is one line for people. It holds no time and no path, so a notebook's output is the same in every run.
func (r *Record) Summary() string {
	id := r.Spec.ID()
	last, ok := r.Last()
	switch {
	case r.Diverged != nil:
		return fmt.Sprintf("%s: diverged by step %s, %s", id, humanize.Comma(int64(r.Diverged.Step)), r.Diverged.Reason)
	case !ok:
		return id + ": not evaluated yet"
	}
	steps := humanize.Comma(int64(last.Step)) + " steps"
	if !r.Complete() {
		steps = "stopped after evaluating step " + humanize.Comma(int64(last.Step))
	}
	return fmt.Sprintf("%s: %s, train accuracy %s, test accuracy %s, overfit %s", id, steps,
		percent(last.TrainAccuracy), percent(last.TestAccuracy), percent(last.Overfit))
}

// percent prints a share as "12.3 %", and what rounds to zero without a sign.
func percent(share float64) string {
	return fmt.Sprintf("%.1f %%", math.Round(1000*share)/10+0)
}
