// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package study is what the notebooks' cells call: the specs of each experiment, and records turned into figures.
//
// It keeps cells thin, so it has their manners and not a library's: where something goes wrong, a function prints one
// line that says what and how to mend it, and ends the program, which fails the cell. Nothing outside of notebooks should
// import it; a library user starts at cgkit, cgkit/experiment or plots.
package study

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/experiment"
	"coherentgradients/cgkit/train"
	"coherentgradients/datasets"
	"coherentgradients/datasets/fetch"
)

// exit ends a cell; tests replace it.
var exit = os.Exit

// must ends the cell on an error.
func must(err error) {
	if err == nil {
		return
	}
	var interrupted *experiment.InterruptedError
	var missing *experiment.MissingError
	switch {
	case errors.As(err, &interrupted):
		fmt.Fprintln(os.Stderr, interrupted)
	case errors.As(err, &missing):
		fmt.Fprintf(os.Stderr, "error: %v: train by `go run ./notebooks run --quick` (minutes) or `--full` (hours)\n", missing)
	default:
		fmt.Fprintln(os.Stderr, "error: "+strings.TrimSpace(err.Error()))
	}
	exit(1)
}

// Mode is how the notebook is run: interactively, quick, redrawn from records, or in full ($CG_MODE).
func Mode() experiment.Mode {
	mode, err := experiment.CurrentMode()
	must(err)
	return mode
}

// DefaultDataset is the data set of notebooks that name none.
const DefaultDataset = "mnist"

// Dataset is the notebook's data set: $CG_DATASET, else MNIST.
func Dataset() string {
	if name := os.Getenv("CG_DATASET"); name != "" {
		return name
	}
	return DefaultDataset
}

// Open returns the notebook's data set. Where it is not to be had, a notebook that only draws records goes on without: the
// cell says in one line what is missing, and ends.
func Open() *datasets.Set {
	ctx, stop := experiment.Interruptible(context.Background())
	defer stop()
	set, err := datasets.Open(ctx, Dataset(), data())
	if errors.Is(err, datasets.ErrMissing) && drawsOnly() {
		line, _, _ := strings.Cut(err.Error(), "\n")
		fmt.Println("left out: " + line)
		exit(0)
		return nil
	}
	must(err)
	return set
}

// drawsOnly says whether the notebook shows what there is, rather than trains or is kept as it comes out.
func drawsOnly() bool {
	mode := Mode()
	return mode != experiment.Quick && mode != experiment.Full && !stable()
}

// stable says whether the executed notebook is to be kept ($CG_STABLE): then nothing is left out of it, and nothing is printed
// that differs from machine to machine.
func stable() bool { return os.Getenv("CG_STABLE") == "1" }

// data is how cells open data sets: with a line on standard output about where they come from.
func data() datasets.Options {
	if stable() {
		return datasets.Options{}
	}
	return datasets.Options{Progress: calm{fetch.Terminal(os.Stderr)}, Note: func(line string) { fmt.Println(line) }}
}

// calm keeps to itself what failed as long as something else is tried: in the end one line says it all.
type calm struct{ fetch.Progress }

// Retry implements fetch.Progress.
func (calm) Retry(error) {}

// Train returns the records of the specs: loaded where they are finished, trained now where not, with progress. The stop
// button saves where it is; run the cell again to go on.
func Train(specs ...experiment.Spec) []*experiment.Record {
	ctx, stop := experiment.Interruptible(context.Background())
	defer stop()
	records, err := experiment.RunAll(ctx, specs, options(""))
	must(err)
	return records
}

// options say how the notebook's runs are made: in the store that the environment asks for, with progress below the cell, and
// none trained where the notebook is only redrawn.
func options(measure experiment.Measure) experiment.Options {
	store, err := experiment.OpenStore("")
	must(err)
	return experiment.Options{
		NewEngine: train.New, Store: store, Progress: experiment.NewProgress(), Datasets: data(), Measure: measure,
		Redraw: Mode() == experiment.Redraw,
	}
}

// Available returns the finished records of the specs without training, nil for those that are missing, and says how
// many there are. In the modes quick and full it trains what is missing.
func Available(specs ...experiment.Spec) []*experiment.Record {
	if mode := Mode(); mode == experiment.Quick || mode == experiment.Full {
		return Train(specs...)
	}
	store, err := experiment.OpenStore("")
	must(err)
	records, unreadable := loadAll(store, specs, "")
	found := count(records)
	fmt.Printf("%d of %d records found", found, len(specs))
	if found+len(unreadable) < len(specs) {
		fmt.Print("; train the rest with: go run ./notebooks run --full")
	}
	fmt.Println()
	tell(os.Stdout, unreadable)
	return records
}

// loadAll loads the records of specs without training: nil for those that are missing, and for those that can't be read,
// which are listed by their ids.
func loadAll(store *experiment.Store, specs []experiment.Spec, measure experiment.Measure) ([]*experiment.Record, []Unreadable) {
	records := make([]*experiment.Record, len(specs))
	var unreadable []Unreadable
	for i, spec := range specs {
		r, err := experiment.Run(context.Background(), spec, experiment.Options{
			Store: store, Redraw: true, Progress: experiment.Silent, Measure: measure,
		})
		var diverged *experiment.DivergedError
		var missing *experiment.MissingError
		switch {
		case err == nil || errors.As(err, &diverged):
			records[i] = r
		case !errors.As(err, &missing):
			unreadable = append(unreadable, Unreadable{spec.ID(), err})
		}
	}
	return records, unreadable
}

func count(records []*experiment.Record) (found int) {
	for _, r := range records {
		if r != nil {
			found++
		}
	}
	return found
}

// Unreadable is a record that is there and can't be used: it is damaged, or may not be read.
type Unreadable struct {
	ID  string
	Err error
}

// String is one line: the id and what is wrong.
func (u Unreadable) String() string {
	var damage *experiment.DamagedError
	if errors.As(u.Err, &damage) {
		return "damaged: " + u.Err.Error()
	}
	return "can't be read: " + u.ID + ": " + u.Err.Error()
}

// tell prints each record that can't be used.
func tell(w io.Writer, unreadable []Unreadable) {
	for _, u := range unreadable {
		fmt.Fprintln(w, u)
	}
}

// Environment prints what the notebook computes on, in a line that is the same on machines set up alike.
func Environment() {
	_, choice, err := backend.Open()
	must(err)
	fmt.Println("computing on:", choice.Name)
	if choice.Hint != "" {
		fmt.Println(choice.Hint)
	}
	status, err := datasets.Check(Dataset(), datasets.Options{})
	switch {
	case errors.Is(err, datasets.ErrMissing) && drawsOnly():
		fmt.Println("data set:", err)
	case err != nil:
		must(err)
	case status.Ready:
		fmt.Println("data set:", status.Title)
	default:
		fmt.Println("data set:", Dataset(), "is not here yet; the first cell that needs it fetches it")
	}
}
