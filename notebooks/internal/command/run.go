// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"coherentgradients/datasets"
	"coherentgradients/datasets/fetch"
	"coherentgradients/notebooks/internal/ipynb"
	"coherentgradients/notebooks/internal/jupyter"
	"coherentgradients/notebooks/internal/numbers"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/remedy"
	"coherentgradients/notebooks/internal/runner"
	"coherentgradients/notebooks/internal/setup"
	"coherentgradients/notebooks/internal/status"
	"coherentgradients/notebooks/internal/sweep"
	"coherentgradients/notebooks/study"
)

// Variables that tell a notebook's cells how they are run.
const (
	outVariable     = place.EnvOut
	modeVariable    = place.EnvMode
	datasetVariable = "CG_DATASET"
	// stableVariable, "1" under --update, asks cells to print nothing that differs from
	// run to run: no times, no speeds.
	stableVariable = "CG_STABLE"
)

// runFlags are the flags of run.
type runFlags struct {
	quick, full, update bool
	out, dataset, jobs  string
	cellTimeout         time.Duration
}

func runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [NAME…]",
		Short: "Execute notebooks without a screen",
		Long: "Execute notebooks through Jupyter and the GoNB kernel: all of the project's, or those named,\n" +
			"your own in " + mineFolder + " among them.\n" +
			"By default figures are redrawn from records. --out gets each notebook executed (.ipynb)\n" +
			"and as a page (.html), with figures and records; the checkout stays unchanged, unless\n" +
			"--update is given. A failing cell fails the command.",
		Example: "  go run ./notebooks run --quick --out /tmp/cg\n  go run ./notebooks run 03_winsorized_sgd --full",
		RunE:    func(cmd *cobra.Command, args []string) error { return runNotebooks(cmd, f, args) },
	}
	cmd.Flags().BoolVar(&f.quick, "quick", false, "train small: minutes in all")
	cmd.Flags().BoolVar(&f.full, "full", false, "train what is missing at full scale")
	cmd.Flags().StringVar(&f.out, "out", "", "folder for the results (default: one in the user's cache folder)")
	cmd.Flags().StringVar(&f.dataset, "dataset", "", "data set for the notebooks: "+strings.Join(datasets.Names(), ", ")+" (default: $CG_DATASET, else mnist)")
	cmd.Flags().BoolVar(&f.update, "update", false, "rewrite the committed notebooks, normalised")
	cmd.Flags().DurationVar(&f.cellTimeout, "cell-timeout", 0, "most time a cell may take, as 10m (default: any)")
	cmd.Flags().StringVar(&f.jobs, "jobs", autoJobs, "notebooks at a time; auto is one with --full, two otherwise if cores and memory allow")
	cmd.MarkFlagsMutuallyExclusive("quick", "full")
	return cmd
}

// mode is what the flags make of $CG_MODE.
func (f runFlags) mode() place.Mode {
	switch {
	case f.quick:
		return place.Quick
	case f.full:
		return place.Full
	}
	return place.Redraw
}

// plan is a checked run.
type plan struct {
	root, folder, out string
	names             []string
	jobs              int // notebooks at a time; 0 for what is best here
	there             notebooks
}

// check judges flags, names and folders before anything is set up.
func (f runFlags) check(args []string) (plan, error) {
	var p plan
	var err error
	if f.cellTimeout < 0 {
		return p, fmt.Errorf("--cell-timeout %v is negative: give a positive time, or 0 for any", f.cellTimeout)
	}
	dataset := f.dataset
	if dataset == "" {
		dataset = os.Getenv(datasetVariable)
	}
	if dataset != "" && !datasets.Known(dataset) {
		return p, fmt.Errorf("there is no data set %q: %suse one of %s", dataset, remedy.Meant(dataset, datasets.Names(), ""), strings.Join(datasets.Names(), ", "))
	}
	if p.jobs, err = countJobs(f.jobs, func() int { return 0 }); err != nil {
		return p, err
	}
	if p.root, p.folder, err = checkout(); err != nil {
		return p, err
	}
	if p.there, err = notebookNames(p.folder); err != nil {
		return p, err
	}
	choice := p.there.committed
	if len(args) > 0 {
		choice = slices.Concat(choice, p.there.mine)
	}
	if p.names, err = chooseNames(args, choice); err != nil {
		return p, err
	}
	if f.update {
		if err := place.Writable(p.folder); err != nil {
			return p, fmt.Errorf("--update can't write the notebooks folder: %w", err)
		}
	}
	out := f.out
	if out == "" {
		cache, err := place.MakeCache()
		if err != nil {
			return p, err
		}
		out = filepath.Join(cache, "executed", string(f.mode()))
	}
	p.out, err = place.Output(out)
	return p, err
}

// chooseNames is the notebooks asked for, each once, in the order there is: all where
// none is named. Names may have the ending .ipynb; a path is refused.
func chooseNames(args, there []string) ([]string, error) {
	if len(there) == 0 {
		return nil, errors.New("the notebooks folder has no notebook")
	}
	if len(args) == 0 {
		return there, nil
	}
	wanted := map[string]bool{}
	for _, arg := range args {
		if strings.ContainsAny(arg, `/\`) {
			return nil, fmt.Errorf("%q is a path: give a notebook's name alone, one of %s", arg, strings.Join(there, ", "))
		}
		name := strings.TrimSuffix(arg, ".ipynb")
		if !slices.Contains(there, name) {
			return nil, fmt.Errorf("there is no notebook %q: %suse one of %s", arg, remedy.Meant(name, there, ""), strings.Join(there, ", "))
		}
		wanted[name] = true
	}
	var names []string
	for _, name := range there {
		if wanted[name] {
			names = append(names, name)
		}
	}
	return names, nil
}

// variables are what the cells' environment gets.
func (f runFlags) variables(out string) []string {
	vars := []string{outVariable + "=" + out, modeVariable + "=" + string(f.mode())}
	if f.dataset != "" {
		vars = append(vars, datasetVariable+"="+f.dataset)
	}
	if f.update {
		vars = append(vars, stableVariable+"=1")
	}
	return vars
}

func runNotebooks(cmd *cobra.Command, f runFlags, args []string) error {
	ctx, out := cmd.Context(), printer(cmd)
	p, err := f.check(args)
	if err != nil {
		return err
	}
	if err := f.fetchData(ctx, out); err != nil {
		return err
	}
	s, err := setup.Jupyter(ctx, setup.Options{Root: p.root, Printer: out})
	if err != nil {
		return err
	}
	defer s.Close()
	if p.jobs == 0 {
		p.jobs = f.defaultJobs() // now that the plugin is there that it depends on
	}
	failures := runAll(ctx, s, f, p, out)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s\n", p.out)
	return errors.Join(failures...)
}

// fetchData gets the data set before anything else is set up, so that cells find it. What only redraws goes on
// without one.
func (f runFlags) fetchData(ctx context.Context, out *status.Printer) error {
	name := f.dataset
	if name == "" {
		name = os.Getenv(datasetVariable)
	}
	if name == "" {
		name = study.DefaultDataset
	}
	_, err := datasets.Open(ctx, name, dataOptions(out))
	if errors.Is(err, datasets.ErrMissing) && f.mode() == place.Redraw && !f.update && ctx.Err() == nil {
		line, _, _ := strings.Cut(err.Error(), "\n")
		out.Note("%s", line)
		out.Note("figures of records are redrawn without it; pictures of examples are left out")
		return nil
	}
	return err
}

// dataOptions are those of a command at a terminal.
func dataOptions(out *status.Printer) datasets.Options {
	return datasets.Options{Progress: fetch.Terminal(os.Stderr), Note: func(line string) { out.Note("%s", line) }}
}

// defaultJobs is how many notebooks at a time are fastest here. Most of what redrawing and quick training take is the
// compiling of cells, which keeps 1.2 of two cores busy; full training keeps all of them busy by itself.
func (f runFlags) defaultJobs() int {
	if f.full {
		return 1
	}
	return min(2, runtime.NumCPU(), sweep.DefaultJobs())
}

// runAll executes the notebooks, some at a time. One that fails doesn't keep the
// next from being executed; it isn't updated.
func runAll(ctx context.Context, s *jupyter.Session, f runFlags, p plan, out *status.Printer) []error {
	failures := make([]error, len(p.names))
	read := sync.OnceValues(func() (committed, error) { return readCommitted(p) })
	var group errgroup.Group
	group.SetLimit(p.jobs)
	for i, name := range p.names {
		group.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			err := runner.Run(ctx, s, runner.Job{
				Notebook: filepath.Join(p.folder, p.there.file(name)), Out: p.out,
				CellTimeout: f.cellTimeout, Extra: f.variables(p.out), Printer: out,
			})
			if err == nil && f.update {
				err = update(p, name, s.Dir, read)
			}
			failures[i] = err
			return nil
		})
	}
	_ = group.Wait() // what failed is in failures, in the notebooks' order
	return failures
}

// committed is what the committed records say, which takes some seconds to be read.
type committed struct {
	book   *numbers.Book
	digest string
}

func readCommitted(p plan) (committed, error) {
	results := filepath.Join(p.folder, "results")
	book, err := numbers.Open(results)
	if err != nil {
		return committed{}, err
	}
	digest, err := numbers.Digest(results)
	return committed{book, digest}, err
}

// update rewrites a committed notebook from its executed copy, normalised, with the numbers in its text as the
// committed records give them.
func update(p plan, name, session string, read func() (committed, error)) error {
	nb, err := ipynb.Read(filepath.Join(p.out, name+".ipynb"))
	if err != nil {
		return err
	}
	records, err := read()
	if err != nil {
		return err
	}
	if err := nb.EditMarkdown(func(text string) (string, error) { return numbers.Fill(text, records.book.Number) }); err != nil {
		return fmt.Errorf("%s is not updated: %w", name, err)
	}
	nb.SetRecords(records.digest)
	nb.Normalise(ipynb.Options{Paths: machinePaths(p, session)})
	if problems := nb.Problems(); len(problems) > 0 {
		return fmt.Errorf("%s is not updated: %s", name, problems[0])
	}
	text, err := nb.Bytes()
	if err != nil {
		return err
	}
	if err := place.WriteFile(filepath.Join(p.folder, p.there.file(name)), text, 0o644); err != nil {
		return fmt.Errorf("%s can't be rewritten: %w", name, err)
	}
	return nil
}

// machinePaths are this machine's folders and what a committed notebook says instead.
func machinePaths(p plan, session string) map[string]string {
	paths := map[string]string{p.root: ".", p.out: "OUT", os.TempDir(): "TMP", session: "TMP"}
	if cache, err := os.UserCacheDir(); err == nil {
		paths[cache] = "CACHE"
	}
	if home, err := os.UserHomeDir(); err == nil {
		paths[home] = "~"
	}
	if data := os.Getenv(datasets.DataDirVariable); data != "" {
		paths[data] = "$" + datasets.DataDirVariable
	}
	return paths
}
