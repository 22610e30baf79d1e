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
	"os"
	"strings"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/experiment"
	"coherentgradients/datasets"
)

// exit ends a cell; tests replace it.
var exit = os.Exit

// must ends the cell on an error.
func must(err error) {
	if err == nil {
		return
	}
	var interrupted *experiment.InterruptedError
	if errors.As(err, &interrupted) {
		fmt.Fprintln(os.Stderr, interrupted)
	} else {
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

// Dataset is the notebook's data set: $CG_DATASET, else MNIST.
func Dataset() string {
	if name := os.Getenv("CG_DATASET"); name != "" {
		return name
	}
	return "mnist"
}

// Open returns the notebook's data set.
func Open() *datasets.Set {
	set, err := datasets.Open(context.Background(), Dataset(), datasets.Options{})
	must(err)
	return set
}

// Train returns the records of the specs: loaded where they are finished, trained now where not, with progress. The stop
// button saves where it is; run the cell again to go on.
func Train(specs ...experiment.Spec) []*experiment.Record {
	ctx, stop := experiment.Interruptible(context.Background())
	defer stop()
	records, err := experiment.RunAll(ctx, specs, experiment.Options{NewEngine: experiment.MLP})
	must(err)
	return records
}

// Available returns the finished records of the specs without training, nil for those that are missing, and says how
// many there are. In the modes quick and full it trains what is missing.
func Available(specs ...experiment.Spec) []*experiment.Record {
	if mode := Mode(); mode == experiment.Quick || mode == experiment.Full {
		return Train(specs...)
	}
	store, err := experiment.OpenStore("")
	must(err)
	records := make([]*experiment.Record, len(specs))
	found := 0
	var damaged []error
	for i, spec := range specs {
		r, err := experiment.Run(context.Background(), spec, experiment.Options{Store: store, Redraw: true, Progress: experiment.Silent})
		var diverged *experiment.DivergedError
		if err == nil || errors.As(err, &diverged) {
			records[i] = r
			found++
		} else if _, unreadable := store.Find(spec); unreadable != nil { // not missing: training would be refused
			damaged = append(damaged, unreadable)
		}
	}
	fmt.Printf("%d of %d records found", found, len(specs))
	if found+len(damaged) < len(specs) {
		fmt.Print("; train the rest with: go run ./notebooks run --full")
	}
	fmt.Println()
	for _, err := range damaged {
		fmt.Printf("damaged, and left out: %v; move that record away to have it trained again\n", err)
	}
	return records
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
	must(err)
	if status.Ready {
		fmt.Println("data set:", status.Title)
	} else {
		fmt.Println("data set:", Dataset(), "is not here yet; the first cell that needs it fetches it")
	}
}
