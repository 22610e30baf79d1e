// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"
)

// Value is what a row has in a column: a number or a text. The zero value says that it has none.
type Value struct {
	Number   float64
	Text     string // of a number: as it is printed
	IsNumber bool
}

// There tells whether the row has anything in the column.
func (v Value) There() bool { return v.IsNumber || v.Text != "" }

// Compare orders numbers by size and texts by letters, what isn't there last.
func (v Value) Compare(w Value) int {
	switch {
	case !v.There() || !w.There():
		return cmp.Compare(rank(w), rank(v))
	case v.IsNumber && w.IsNumber:
		return cmp.Compare(v.Number, w.Number)
	}
	return cmp.Compare(v.Text, w.Text)
}

func rank(v Value) int {
	if v.There() {
		return 1
	}
	return 0
}

func text(s string) Value    { return Value{Text: s} }
func number(v float64) Value { return Value{Number: v, IsNumber: true, Text: short(v)} }
func short(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
func whole(v int) Value      { return Value{Number: float64(v), IsNumber: true, Text: strconv.Itoa(v)} }
func wholeOf(v int64) Value {
	return Value{Number: float64(v), IsNumber: true, Text: strconv.FormatInt(v, 10)}
}
func share(v float64) Value { return Value{Number: v, IsNumber: true, Text: percent(v)} }

// percent rounds as a record's summary does; what rounds to zero has no sign.
func percent(v float64) string { return points(v) + " %" }
func points(v float64) string  { return fmt.Sprintf("%.1f", math.Round(1000*v)/10+0) }
func isShare(name string) bool { return strings.HasSuffix(name, "_accuracy") || name == "overfit" }
func lowIsBest(n string) bool  { return strings.Contains(n, "loss") || n == "overfit" }
func isStep(name string) bool  { return strings.HasSuffix(name, "_step") }
func isBest(name string) bool  { return strings.HasPrefix(name, bestPrefix) }
func bareName(n string) string { return strings.TrimSuffix(strings.TrimPrefix(n, bestPrefix), "_step") }

const bestPrefix = "best_"

// columns are those that every row has, by name.
var columns = map[string]func(Row) Value{
	"id":         func(r Row) Value { return text(r.ID) },
	"dataset":    func(r Row) Value { return text(r.Spec.Dataset) },
	"model":      func(r Row) Value { return text(Net(r.Spec)) },
	"noise":      func(r Row) Value { return number(r.Spec.Noise) },
	"rule":       func(r Row) Value { return text(r.Spec.Aggregator) },
	"c":          func(r Row) Value { return number(r.Spec.C) },
	"percentile": func(r Row) Value { return text(r.Spec.Percentile) },
	"init":       func(r Row) Value { return text(r.Spec.Init) },
	"steps":      func(r Row) Value { return whole(r.Spec.Steps) },
	"batch":      func(r Row) Value { return whole(r.Spec.Batch) },
	"rate":       func(r Row) Value { return number(r.Spec.LearningRate) },
	"seed":       func(r Row) Value { return wholeOf(r.Spec.Seed) },
	"besides":    func(r Row) Value { return text(Besides(r.Spec)) },
	"state":      func(r Row) Value { return text(r.State()) },
	"where":      func(r Row) Value { return text(r.Where) },
	"dir":        func(r Row) Value { return text(r.Dir) },
	"step":       func(r Row) Value { return last(r, func(e record.Evaluation) Value { return whole(e.Step) }) },
}

// aliases are short names for what is asked for most, and other names of a spec's fields.
var aliases = map[string]string{
	"train": "train_accuracy", "test": "test_accuracy", "best": "best_test_accuracy", "best_at": "best_test_accuracy_step",
	"pristine": "pristine_accuracy", "corrupt": "corrupt_accuracy", "aggregator": "rule", "net": "model", "hidden": "model",
	"learning_rate": "rate", "time": "seconds",
}

// Default are the columns where none are asked for: all that runs can differ in, and what is asked for most.
var Default = []string{"dataset", "model", "noise", "rule", "c", "percentile", "init", "steps", "batch", "rate", "seed", "state", "train",
	"test", "best", "best_at", "overfit", "where", "besides"}

// Shown are those of [Default] that a table for people has: what hardly ever differs is left out where it does not.
func Shown(rows []Row) []string {
	seldom := []string{"percentile", "init", "batch", "rate", "besides"}
	differ := Telling(rows, seldom)
	return slices.DeleteFunc(slices.Clone(Default), func(name string) bool {
		return slices.Contains(seldom, name) && !slices.Contains(differ, name)
	})
}

// Net is a run's network in words: the widths of the paper's net, as 256-256-256, else the model's name with its settings.
func Net(s record.Spec) string {
	if s.Model == "" {
		if len(s.Hidden) == 0 {
			return "linear"
		}
		words := make([]string, len(s.Hidden))
		for i, w := range s.Hidden {
			words[i] = strconv.Itoa(w)
		}
		return strings.Join(words, "-")
	}
	return strings.Join(append([]string{s.Model}, Settings(s.Settings)...), " ")
}

// Settings are those of a model or a rule in words, as "width=8", in the order of their names.
func Settings(settings map[string]string) (words []string) {
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		words = append(words, name+"="+settings[name])
	}
	return words
}

// Besides says in words what a run has besides the other columns of its spec; "" for nothing. Two runs that differ in more
// than their seed and their data differ in one of these columns.
func Besides(s record.Spec) string {
	var words []string
	if s.NoiseKind != "" {
		words = append(words, s.NoiseKind+" noise")
	}
	words = append(words, Settings(s.RuleSettings)...)
	if more := s.Besides(); more != "" {
		words = append(words, more)
	}
	if s.Schedule != "" {
		words = append(words, s.Schedule+" schedule")
	}
	return strings.Join(words, ", ")
}

func last(r Row, of func(record.Evaluation) Value) Value {
	if e, ok := r.Last(); ok {
		return of(e)
	}
	return Value{}
}

// Column is what a row has under a name. A run that was not evaluated, or not so, has nothing there.
func Column(r Row, name string) Value {
	if long, ok := aliases[name]; ok {
		name = long
	}
	if of, ok := columns[name]; ok {
		return of(r)
	}
	measured := func(bare string, v float64) Value {
		if isShare(bare) {
			return share(v)
		}
		return number(v)
	}
	if !isBest(name) {
		return last(r, func(e record.Evaluation) Value {
			if v, ok := e.Value(name); ok {
				return measured(name, v)
			}
			return Value{}
		})
	}
	bare := bareName(name)
	step, v, ok := Best(r.Record, bare)
	switch {
	case !ok:
		return Value{}
	case isStep(name):
		return whole(step)
	}
	return measured(bare, v)
}

// Best is the best value of a run and its step: the lowest of losses and of overfit, else the highest; the first of equal
// ones. false where the run has none.
func Best(r *record.Record, name string) (step int, value float64, ok bool) {
	for _, e := range r.Evaluations {
		v, there := e.Value(name)
		if there && (!ok || lowIsBest(name) && v < value || !lowIsBest(name) && v > value) {
			step, value, ok = e.Step, v, true
		}
	}
	return step, value, ok
}

// Known lists the columns that some row has, those of every row first.
func Known(rows []Row) []string {
	measured := map[string]bool{}
	for _, r := range rows {
		for _, name := range r.Columns() {
			measured[name] = true
		}
	}
	return append(slices.Sorted(maps.Keys(columns)), slices.Sorted(maps.Keys(measured))...)
}

// UnknownColumnError says that no run has a column.
type UnknownColumnError struct {
	Column string
	Known  []string // those there are, aliases included
}

func (e *UnknownColumnError) Error() string {
	shown := e.Known
	more := ""
	if n := len(shown) - mostNamed; n > 0 {
		shown, more = shown[:mostNamed], fmt.Sprintf(" or one of %d more values of the evaluations", n)
	}
	return fmt.Sprintf("no run has a column %q: use one of %s%s, or best_ before a measured one", e.Column,
		strings.Join(shown, ", "), more)
}

// mostNamed is how many columns an error names: gradients are recorded in dozens.
const mostNamed = 36

// CheckColumns refuses a column that no run has, by an [*UnknownColumnError]. Where there are no rows, any name does.
func CheckColumns(rows []Row, names []string) error {
	if len(rows) == 0 {
		return nil
	}
	short := slices.Sorted(maps.Keys(aliases))
	known := Known(rows)
	for _, name := range names {
		long := name
		if l, ok := aliases[name]; ok {
			long = l
		}
		if isBest(long) {
			long = bareName(long)
		}
		if !slices.Contains(known, long) {
			return &UnknownColumnError{Column: name, Known: slices.Concat(slices.Sorted(maps.Keys(columns)), short, known[len(columns):])}
		}
	}
	return nil
}

// Telling are those of some columns that say something of these rows: they differ from row to row, or are measured.
func Telling(rows []Row, names []string) (telling []string) {
	for _, name := range names {
		differs := measured(rows, name)
		for _, r := range rows {
			differs = differs || Column(r, name) != Column(rows[0], name)
		}
		if differs {
			telling = append(telling, name)
		}
	}
	return telling
}
