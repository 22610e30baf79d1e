// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"

	"github.com/dustin/go-humanize"

	"coherentgradients/cgkit/internal/disk"
)

// Record is what one run left: its spec and its evaluations in rising order of steps, finished or not.
type Record struct {
	Spec        Spec
	Evaluations []Evaluation
	Provenance  *Provenance // nil where the record has none
	Diverged    *Divergence // nil unless the run stopped because its loss was no longer finite
	Dir         string      // the record's folder
	Loaded      bool        // [run.Run] found it finished and trained nothing
}

// Divergence says when and why a run stopped before its last step.
type Divergence struct {
	Step   int    `json:"step"`   // updates made when it was noticed
	Reason string `json:"reason"` // such as "training loss is NaN"
}

// DivergedError is what [run.Run] returns, with the record so far, for a run whose loss is no longer finite. An
// [run.Engine] that knows the exact step returns one itself.
type DivergedError struct{ Divergence }

func (e *DivergedError) Error() string {
	return fmt.Sprintf("the run diverged by step %s: %s; lower the learning rate, or change the seed",
		humanize.Comma(int64(e.Step)), e.Reason)
}

// Load reads the record in a folder, finished or not, also while another process is writing it. A half-written last
// line of a run that is not at its end is left out. A folder without a spec.json is one for which
// errors.Is(err, fs.ErrNotExist) holds, damage is a [*DamagedError]; an unknown format version and an invalid spec are
// errors that name the file.
func Load(dir string) (*Record, error) {
	for tries := 0; ; tries++ {
		r, moved, err := load(dir)
		if !moved || tries == 3 {
			return r, err
		}
	}
}

// load is one try of [Load]. moved says that it failed while another record was put in this one's place.
func load(dir string) (r *Record, moved bool, err error) {
	folder, err := disk.OpenFolder(dir)
	if err != nil {
		return nil, false, fmt.Errorf("no record: %w", err)
	}
	defer folder.Close()
	r, err = read(recordFolder{folder, dir})
	return r, err != nil && folder.Moved(), err
}

// read reads and judges a record. The order matters, as it may be written meanwhile: what comes last in a run is looked
// for first, and then all that came before it must be there.
func read(f recordFolder) (*Record, error) {
	sealed, err := f.readSeal()
	if err != nil {
		return nil, err
	}
	atEnd := f.Has(LearnedName) || f.Has(ExamplesName) || f.Has(WeightsName) // written by the end of a run, while there is a checkpoint
	atEnd = atEnd && !f.Has(CheckpointName)
	part := f.part()
	r := &Record{Dir: f.dir}
	if r.Spec, err = f.readSpec(part); err != nil {
		return nil, err
	}
	schedule := r.Spec.Evaluated()
	if err := sealed.missing(f); err != nil {
		return nil, err
	}
	if _, err := f.readJSON(ProvenanceName, len(schedule), &r.Provenance); err != nil {
		return nil, err
	}
	if r.Diverged, err = f.readDivergence(r.Spec); err != nil {
		return nil, err
	}
	evaluations, _, torn, err := readEvaluations(f, schedule)
	if err != nil {
		return nil, err
	}
	r.Evaluations = evaluations
	if err := r.judge(sealed != nil, atEnd, torn); err != nil {
		return nil, err
	}
	if err := sealed.check(f, len(schedule)); err != nil { // last: the others say better what is wrong
		return nil, err
	}
	return r, nil
}

// judge says what of a run's end does not fit together.
func (r *Record) judge(sealed, atEnd, torn bool) error {
	lines := len(r.Evaluations)
	cut := fmt.Sprintf("line %d is cut short", lines+1)
	if !torn {
		cut = fmt.Sprintf("it ends after line %d of %d", lines, len(r.Spec.Evaluated()))
	}
	switch {
	case r.Diverged != nil && r.Complete():
		return Damaged(r.Dir, DivergedName, "it says that the run diverged, and all evaluations are there")
	case r.Diverged != nil && (torn || !Covers(r.Evaluations, r.Spec.Evaluated(), r.Diverged.Step-1)):
		return Damaged(r.Dir, EvaluationsName, "%s, and the run diverged later", cut)
	case !r.Finished() && (sealed || atEnd):
		return Damaged(r.Dir, EvaluationsName, "%s, and the run came to its end", cut)
	}
	return nil
}

// part is the name of a file in the folder that only a record with a spec has, "" where there is none.
func (f recordFolder) part() string {
	for _, name := range append([]string{CheckpointName, SealName}, RecordNames[1:]...) {
		if f.Has(name) {
			return name
		}
	}
	return ""
}

// readSpec reads the spec; without one there is no record, unless a part of one was there before.
func (f recordFolder) readSpec(part string) (Spec, error) {
	path := f.Path(SpecName)
	data, err := f.read(SpecName, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist) && part != "":
		return Spec{}, Damaged(f.dir, SpecName, "it is missing, and %s is there", part)
	case errors.Is(err, fs.ErrNotExist):
		return Spec{}, fmt.Errorf("no record: %w", err)
	}
	if err != nil {
		return Spec{}, err
	}
	s, err := DecodeSpec(data)
	if notJSON := (*specError)(nil); errors.As(err, &notJSON) {
		return s, Damaged(f.dir, SpecName, "%v", err)
	}
	if err == nil {
		err = s.Validate()
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return s, err
}

// readDivergence reads why the run diverged, nil if it did not.
func (f recordFolder) readDivergence(s Spec) (*Divergence, error) {
	var d struct {
		Step   *int
		Reason string
	}
	there, err := f.readJSON(DivergedName, 0, &d)
	if !there || err != nil {
		return nil, err
	}
	if d.Step == nil || *d.Step < 0 || *d.Step > s.Steps || oneLine(d.Reason) == "" {
		return nil, Damaged(f.dir, DivergedName, "it must give a step from 0 to %d and a reason", s.Steps)
	}
	return &Divergence{Step: *d.Step, Reason: oneLine(d.Reason)}, nil
}

// Complete says whether the run reached its last step with every evaluation of its schedule.
func (r *Record) Complete() bool {
	last, ok := r.Last()
	return ok && last.Step == r.Spec.Steps && Covers(r.Evaluations, r.Spec.Evaluated(), r.Spec.Steps)
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

// MarkDiverged writes that the run diverged, into the folder and the record.
func (r *Record) MarkDiverged(d Divergence) error {
	if d.Reason = oneLine(d.Reason); d.Reason == "" {
		d.Reason = "the engine gives no reason"
	}
	d.Step = min(max(d.Step, 0), r.Spec.Steps)
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if err := disk.WriteBytes(filepath.Join(r.Dir, DivergedName), append(text, '\n')); err != nil {
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
	if last.Classless() {
		text := fmt.Sprintf("%s: %s, train loss %.3g, test loss %.3g", id, steps, last.TrainLoss, last.TestLoss)
		if r2, ok := last.Value("test_r2"); ok {
			text += fmt.Sprintf(", test R² %.3f", r2)
		}
		return text
	}
	return fmt.Sprintf("%s: %s, train accuracy %s, test accuracy %s, overfit %s", id, steps,
		percent(last.TrainAccuracy), percent(last.TestAccuracy), percent(last.Overfit))
}

// percent prints a share as "12.3 %", and what rounds to zero without a sign.
func percent(share float64) string {
	return fmt.Sprintf("%.1f %%", math.Round(1000*share)/10+0)
}
