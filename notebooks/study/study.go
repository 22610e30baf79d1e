// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package study is what the notebooks' cells call: the specs of each experiment, and records turned into figures.
//
// It keeps cells thin, so it has their manners and not a library's: where something goes wrong, a function prints one
// line that says what and how to mend it, and ends the program, which fails the cell. Nothing outside of notebooks
// should import it; a library user starts at cgkit, cgkit/run or plots.
package study

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/cgkit/train"
	"coherentgradients/datasets"
	"coherentgradients/datasets/fetch"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/progress"
	"coherentgradients/notebooks/internal/remedy"
)

// exit ends a cell; tests replace it.
var exit = os.Exit

// must ends the cell on an error.
func must(err error) {
	if err == nil {
		return
	}
	var interrupted *run.InterruptedError
	if errors.As(err, &interrupted) {
		fmt.Fprintln(os.Stderr, interrupted)
	} else {
		fmt.Fprintln(os.Stderr, "error: "+place.Explain(meant(err)))
	}
	exit(1)
}

// unknownSet finds the name in an error about a data set that there is not.
var unknownSet = regexp.MustCompile(datasets.ErrUnknown.Error() + ` "([^"]*)"`)

// meant adds the name of the data set that was meant, perhaps, to an error about one that there is not.
func meant(err error) error {
	if !errors.Is(err, datasets.ErrUnknown) {
		return err
	}
	if found := unknownSet.FindStringSubmatch(err.Error()); found != nil {
		return remedy.Suggested(err, found[1], datasets.Names())
	}
	return err
}

// Mode is how the notebook is run: interactively, quick, redrawn from records, or in full ($CG_MODE).
func Mode() place.Mode {
	mode, err := place.CurrentMode()
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

// Open returns the notebook's data set. Where it is not to be had, a notebook that only draws records goes on
// without: the cell says in one line what is missing, and ends.
func Open() *datasets.Set {
	ctx, stop := run.Interruptible(context.Background())
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
	return mode != place.Quick && mode != place.Full && !stable()
}

// stable says whether the executed notebook is to be kept ($CG_STABLE): then nothing is left out of it, and nothing
// is printed that differs from machine to machine.
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

// Train returns the records of the specs: loaded where they are finished, trained now where not, with progress. The
// stop button saves where it is; run the cell again to go on.
func Train(specs ...record.Spec) []*record.Record {
	for _, spec := range specs {
		must(checkC(spec))
	}
	ctx, opt, stop := stoppable(options(""))
	defer stop()
	pool := &train.Pool{} // of one shape, they are compiled once
	defer pool.Close()
	opt.NewEngine = pool.New
	records, err := run.RunAll(ctx, specs, opt)
	must(err)
	return records
}

// options say how the notebook's runs are made: in the store that the environment asks for, with progress below the
// cell, and none trained where the notebook is only redrawn.
func options(measure record.Measure) run.Options {
	store, err := place.OpenStore("")
	must(err)
	return place.CompileTimes(run.Options{
		NewEngine: train.New, Store: store, Progress: progress.NewProgress(), Datasets: data(), Measure: measure,
		Redraw: Mode() == place.Redraw, WaitForOthers: true, // two notebooks may show one run
	})
}

// Available returns the finished records of the specs without training, nil for those that are missing, and says how
// many there are. In the modes quick and full it trains what is missing.
func Available(specs ...record.Spec) []*record.Record {
	if mode := Mode(); mode == place.Quick || mode == place.Full {
		return Train(specs...)
	}
	store, err := place.OpenStore("")
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

// loadAll loads the records of specs without training: nil for those that are missing, and for those that can't be
// read, which are listed by their ids.
func loadAll(store *record.Store, specs []record.Spec, measure record.Measure) ([]*record.Record, []Unreadable) {
	records := make([]*record.Record, len(specs))
	var unreadable []Unreadable
	for i, spec := range specs {
		r, err := run.Run(context.Background(), spec, run.Options{
			Store: store, Redraw: true, Progress: run.Silent, Measure: measure,
		})
		var diverged *record.DivergedError
		var missing *run.MissingError
		switch {
		case err == nil || errors.As(err, &diverged):
			records[i] = r
		case !errors.As(err, &missing):
			unreadable = append(unreadable, Unreadable{spec.ID(), err})
		}
	}
	return records, unreadable
}

func count(records []*record.Record) (found int) {
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
	var damage *record.DamagedError
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
	if hint := place.InWords(choice).Hint; hint != "" {
		fmt.Println(hint)
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
