// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/remedy"
	"coherentgradients/notebooks/internal/runs"
)

// runsFlags are the flags of runs.
type runsFlags struct {
	columns, sort string
	seeds         bool
	asCSV, asJSON bool
	out, html     string
}

func runsCommand() *cobra.Command {
	f := runsFlags{sort: "id"}
	cmd := &cobra.Command{
		Use:   "runs [CONDITION…]",
		Short: "Show all runs as a table: filter, sort, compare over seeds, CSV, JSON",
		Long: "Show the records of all runs as a table: those committed with the project and those of $CG_RUNS or the user's\n" +
			"cache folder, finished or not.\n\n" +
			"A condition is a column, one of = != < <= > >= ~ (contains) and a value, or a list for any of them; a word alone\n" +
			"is looked for in the id. All conditions must hold. In a shell < and > need quotes.\n\n" +
			"Besides the columns of the spec (dataset, model, noise, rule, c, percentile, init, steps, batch, rate, seed,\n" +
			"besides) and of the run (id, state, step, seconds, where, dir), any value of the evaluations is one: the last by its name, as\n" +
			"test_loss, the best of the run as best_test_loss, and the step of that as best_test_loss_step. train, test, best,\n" +
			"best_at, pristine and corrupt are short for what is asked for most. Shares may be written as 0.8 or 80%.",
		Example: "  go run ./notebooks runs noise=0.5 'c>=2' dataset=mnist --sort -best\n" +
			"  go run ./notebooks runs rule=winsorize,mean --seeds --columns noise,c,seed,test,best\n" +
			"  go run ./notebooks runs 'test<20%' --json",
		RunE: func(cmd *cobra.Command, args []string) error { return showRuns(cmd, f, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.columns, "columns", f.columns, "columns, separated by commas; with a + in front, besides those shown anyway (default: those\nof the spec that differ, and train, test, best, best_at, overfit, where)")
	flags.StringVar(&f.sort, "sort", f.sort, "columns to sort by, the weightiest first; -NAME for downwards")
	flags.BoolVar(&f.seeds, "seeds", false, "one line for runs that differ in their seed alone: mean, lowest and highest")
	flags.BoolVar(&f.asCSV, "csv", false, "print comma-separated values, numbers as the records have them")
	flags.BoolVar(&f.asJSON, "json", false, "print a JSON array with an object a run")
	flags.StringVar(&f.html, "html", "", "write the table to this file as a page with a filter, curves and comparison, which needs nothing else")
	flags.StringVar(&f.out, "out", "", "the runs of this folder alone")
	cmd.MarkFlagsMutuallyExclusive("csv", "json", "html")
	return cmd
}

func showRuns(cmd *cobra.Command, f runsFlags, args []string) error {
	filter, err := runs.ParseFilter(strings.Join(args, " "))
	if err != nil {
		return err
	}
	names, more, err := columnNames(f.columns)
	if err != nil {
		return err
	}
	store, err := place.OpenStore(f.out)
	if err != nil {
		return err
	}
	rows, unreadable, err := runs.Read(store)
	if err != nil {
		return err
	}
	for _, u := range unreadable {
		fmt.Fprintf(cmd.ErrOrStderr(), "left out: %s: %v\n", u.Name, u.Err)
	}
	by := strings.Split(f.sort, ",")
	asked := append(append([]string{}, names...), filter.Columns()...)
	for _, name := range by {
		asked = append(asked, strings.TrimPrefix(name, "-"))
	}
	if err := runs.CheckColumns(rows, asked); err != nil {
		var unknown *runs.UnknownColumnError
		if errors.As(err, &unknown) {
			if near := remedy.Meant(unknown.Column, unknown.Known, ""); near != "" {
				return fmt.Errorf("no run has a column %q: %ssee go run ./notebooks runs --help", unknown.Column, near)
			}
		}
		return err
	}
	all := len(rows)
	rows = filter.Rows(rows)
	runs.Sort(rows, by)
	switch {
	case !more:
	case f.asCSV || f.asJSON: // the same columns whatever the runs
		names = append(slices.Clone(runs.Default), names...)
	default:
		names = append(runs.Shown(rows), names...)
	}
	switch {
	case f.asCSV:
		return runs.WriteCSV(cmd.OutOrStdout(), rows, names, f.seeds)
	case f.html != "":
		page, err := runs.Document(rows)
		if err == nil {
			err = place.WriteFile(f.html, []byte(page), 0o644)
		}
		if err != nil {
			return fmt.Errorf("--html %q can't be written: %w", f.html, err)
		}
		fmt.Fprintln(cmd.OutOrStdout(), f.html)
		return nil
	case f.asJSON:
		return runs.WriteJSON(cmd.OutOrStdout(), rows, names, f.seeds)
	}
	if len(rows) > 0 {
		if err := runs.WriteText(cmd.OutOrStdout(), rows, names, f.seeds); err != nil {
			return err
		}
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%d of %d runs; own ones are in %s\n", len(rows), all, store.Write)
	return nil
}

// columnNames reads --columns: names, and whether they come besides those that are shown anyway.
func columnNames(text string) (names []string, more bool, err error) {
	if text == "" {
		return nil, true, nil
	}
	rest, more := strings.CutPrefix(text, "+")
	for word := range strings.SplitSeq(rest, ",") {
		if word = strings.TrimSpace(word); word == "" {
			return nil, false, errors.New("columns: an empty place in the list; separate names by single commas, as noise,c,test")
		}
		names = append(names, word)
	}
	return names, more, nil
}

// endTable is the table of a sweep's own results and where they are. What a table of thousands would tell is left to
// the command runs.
func endTable(w io.Writer, store *record.Store, specs []record.Spec) error {
	rows := runs.Of(store, specs)
	if len(rows) == 0 {
		return nil
	}
	bySeeds := len(runs.Compare(rows)) < len(rows)
	shown := rows
	if n := 0; len(rows) > tableLines {
		var some []runs.Row
		for _, g := range runs.Compare(rows) {
			if n++; n <= tableLines {
				some = append(some, g...)
			}
		}
		bySeeds, shown = true, some
	}
	fmt.Fprintln(w)
	if err := runs.WriteText(w, shown, runs.Telling(rows, runs.Default), bySeeds); err != nil {
		return err
	}
	if len(shown) < len(rows) {
		fmt.Fprintf(w, "… and %d runs more: go run ./notebooks runs\n", len(rows)-len(shown))
	}
	_, err := fmt.Fprintf(w, "records: %s\n", store.Clean().Write)
	return err
}

// tableLines is how many lines the table at a sweep's end may have.
const tableLines = 40
