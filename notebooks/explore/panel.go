// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"
	"coherentgradients/plots"

	"github.com/dustin/go-humanize"
)

// panel is what is shown for one place of the controls.
type panel struct {
	spec   record.Spec
	record *record.Record // nil where there is none
	wrong  string         // why there can be none, in one line
}

// look finds what there is of the run that the controls ask for. It never trains.
func look(store *record.Store, base record.Spec, at Controls) panel {
	spec, err := at.spec(base)
	if err != nil {
		return panel{spec: spec, wrong: "No such run: " + err.Error()}
	}
	if spec, err = completed(spec); err != nil {
		return panel{spec: spec, wrong: err.Error()}
	}
	r, err := store.Find(spec)
	if err != nil {
		return panel{spec: spec, wrong: err.Error()}
	}
	return panel{spec: spec, record: r}
}

// contents are the data sets' hashes that specs of one's own sets hold, by name: to read a set takes a while.
var contents sync.Map

// completed is the spec with what its data are, where the name does not say it.
func completed(spec record.Spec) (record.Spec, error) {
	if datasets.KnownByName(spec.Dataset) {
		return spec, nil
	}
	if data, ok := contents.Load(spec.Dataset); ok {
		spec.Data = data.(string)
		return spec, nil
	}
	list, err := run.CompleteSpecs(context.Background(), []record.Spec{spec}, datasets.Options{})
	if err != nil {
		return spec, err
	}
	contents.Store(spec.Dataset, list[0].Data)
	return list[0], nil
}

// evaluated is how many evaluations there are to draw.
func (p panel) evaluated() int {
	if p.record == nil {
		return 0
	}
	return len(p.record.Evaluations)
}

// figure draws the panel, with earlier runs in grey.
func (p panel) figure(at Controls, earlier ...*record.Record) (*plots.Figure, error) {
	return draw(p.spec, p.record, at.At, earlier...)
}

// status says in words what is shown, and what the Train button would do, unless this very run is being trained.
func (p panel) status(at Controls, known []record.Spec, training bool) status {
	s := status{Records: neighbours(p.spec, at.Rule, known)}
	steps := humanize.Comma(int64(p.spec.Steps)) + " steps"
	switch {
	case p.wrong != "":
		s.Readout = p.wrong
		return s
	case p.record == nil && training:
		return s
	case p.record == nil:
		s.Readout = "No record of this run yet: " + describe(p.spec) + ". The button trains it."
		s.Train = "Train " + steps
		return s
	case p.evaluated() > 0:
		s.Readout = capitalised(readout(p.record, at.At))
	}
	if !p.record.Finished() && !training {
		s.Readout = strings.TrimSpace(s.Readout + fmt.Sprintf(" Unfinished: the button goes on to %s.", steps))
		s.Train = "Go on to " + steps
	}
	if p.record.Diverged != nil {
		s.Readout += " " + capitalised(p.record.Err().Error()) + "."
	}
	return s
}

func capitalised(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
