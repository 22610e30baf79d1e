// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/cgkit/train"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/remedy"
	"coherentgradients/notebooks/internal/setup"
	"coherentgradients/notebooks/internal/sweep"
)

// sweepFlags are the flags of sweep, as typed.
type sweepFlags struct {
	dataset, noise, aggregator, c, percentile, init string
	model                                           string
	sets, rules                                     []string
	steps, batch, rate, seeds                       string
	weights, maxUpdate, weightDecay, schedule       string
	momentum, noiseKind, augment, first, firstSteps string
	optimizer                                       string
	hidden                                          []string

	grid, paper string
	shard, out  string
	jobs        string
	dryRun      bool
	saveWeights bool
	measure     string
}

func sweepCommand() *cobra.Command {
	var f sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Train a grid of runs",
		Long: "Train a grid of runs, several at a time: all combinations of the values given.\n" +
			"What is left out is as in the paper's section 3; c = 0 is the plain mean.\n" +
			"Finished runs are skipped, a run that another process trains is put off to the end, and a sweep that\n" +
			"was stopped goes on when it is asked for again. Several sweeps on one folder share the work. The exit code is 75\n" +
			"where all else is done and other processes still train some of the runs.\n\n" +
			"A grid may also come from a file of JSON, a list of blocks whose keys are fields of a record's spec:\n" +
			"  [{\"noise\": [0, 0.5], \"c\": [0, 2], \"seed\": \"1..3\"}, {\"hidden\": [2048], \"steps\": 100000}]\n" +
			"or be one of the paper's; flags given beside it replace that field in every block.",
		Example: "  go run ./notebooks sweep --paper figure4\n" +
			"  go run ./notebooks sweep --noise 0,0.25,0.5 --c 0,1,2,4,8 --seeds 1..3 --dry-run\n" +
			"  go run ./notebooks sweep --grid grid.json --shard $SLURM_ARRAY_TASK_ID/8 --out /shared/runs",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runSweep(cmd, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.grid, "grid", "", "read the grid from this file")
	flags.StringVar(&f.paper, "paper", "", "the paper's grids: "+strings.Join(sweep.PaperNames(), ", "))
	flags.StringVar(&f.dataset, "dataset", "", "data sets: "+strings.Join(datasets.Names(), ", ")+", or the first of their examples, as mnist-6000")
	flags.StringVar(&f.noise, "noise", "", "shares of permuted training labels, as 0,0.25,0.5")
	flags.StringVar(&f.model, "model", "", "networks: "+strings.Join(models.Names(), ", ")+" (default mlp)")
	flags.StringArrayVar(&f.rules, "rule-set", nil, "a setting of the rules, as f=20; again for another")
	flags.StringArrayVar(&f.sets, "set", nil, "a setting of the models, as cnn_hidden=32; again for another")
	flags.StringArrayVar(&f.hidden, "hidden", nil, "widths of the hidden layers, as 256,256,256, or none; again for another net")
	flags.StringVar(&f.aggregator, "aggregator", "", "rules for c > 0: "+strings.Join(train.Rules(), ", ")+" (default winsorize)")
	flags.StringVar(&f.c, "c", "", "percentages clamped or cut on each side, as 0,1,2,4,8")
	flags.StringVar(&f.percentile, "percentile", "", "what a percentile is: nearest, linear")
	flags.StringVar(&f.init, "init", "", "initial weights: authors, xavier")
	flags.StringVar(&f.steps, "steps", "", "updates")
	flags.StringVar(&f.batch, "batch", "", "examples in an update")
	flags.StringVar(&f.rate, "learning-rate", "", "learning rates")
	flags.StringVar(&f.weights, "weights", "", weightsHelp)
	flags.StringVar(&f.maxUpdate, "max-update", "", maxUpdateHelp)
	flags.StringVar(&f.weightDecay, "weight-decay", "", weightDecayHelp)
	flags.StringVar(&f.schedule, "schedule", "", scheduleHelp)
	flags.StringVar(&f.momentum, "momentum", "", momentumHelp)
	flags.StringVar(&f.optimizer, "optimizer", "", optimizerHelp)
	flags.StringVar(&f.noiseKind, "noise-kind", "", noiseKindHelp)
	flags.StringVar(&f.augment, "augment", "", augmentHelp)
	flags.StringVar(&f.first, "first", "", firstHelp)
	flags.StringVar(&f.firstSteps, "first-steps", "", firstStepsHelp)
	flags.StringVar(&f.seeds, "seeds", "", "seeds, as 1..3 or 1,2,5")
	flags.StringVar(&f.shard, "shard", "", "train only part i of n, as 2/8: parts of about the same work, for job arrays")
	flags.StringVar(&f.out, "out", "", "folder of the records (default: $CG_RUNS, or the user's cache folder)")
	flags.StringVar(&f.jobs, "jobs", autoJobs, "runs at a time; auto is one for each two cores (two on two cores) as memory allows, and one on a GPU")
	flags.BoolVar(&f.dryRun, "dry-run", false, "list the runs and what is finished; train nothing")
	flags.BoolVar(&f.saveWeights, "save-weights", false, "write the final weights into each record, as weights.npz")
	flags.StringVar(&f.measure, "measure", "", measureHelp)
	cmd.MarkFlagsMutuallyExclusive("grid", "paper")
	return cmd
}

// specs are the runs that the flags ask for.
func (f sweepFlags) specs() ([]record.Spec, error) {
	var over sweep.Block
	var errs []error
	read(&over.Dataset, f.dataset, "dataset", sweep.Words, &errs)
	read(&over.Model, f.model, "model", sweep.Words, &errs)
	if set, err := settings(f.sets); err != nil {
		errs = append(errs, err)
	} else {
		over.Settings = set
	}
	if set, err := settings(f.rules); err != nil {
		errs = append(errs, err)
	} else {
		over.RuleSettings = set
	}
	read(&over.Noise, f.noise, "noise", sweep.Numbers, &errs)
	read(&over.Aggregator, f.aggregator, "aggregator", sweep.Words, &errs)
	read(&over.C, f.c, "c", sweep.Numbers, &errs)
	read(&over.Percentile, f.percentile, "percentile", sweep.Words, &errs)
	read(&over.Init, f.init, "init", sweep.Words, &errs)
	read(&over.Steps, f.steps, "steps", sweep.Ints, &errs)
	read(&over.Batch, f.batch, "batch", sweep.Ints, &errs)
	read(&over.LearningRate, f.rate, "learning rate", sweep.Numbers, &errs)
	read(&over.Weights, f.weights, "weights", sweep.Words, &errs)
	read(&over.MaxUpdate, f.maxUpdate, "max update", sweep.Numbers, &errs)
	read(&over.WeightDecay, f.weightDecay, "weight decay", sweep.Numbers, &errs)
	read(&over.Schedule, f.schedule, "schedule", sweep.Words, &errs)
	read(&over.Momentum, f.momentum, "momentum", sweep.Numbers, &errs)
	read(&over.Optimizer, f.optimizer, "optimizer", sweep.Words, &errs)
	read(&over.NoiseKind, f.noiseKind, "noise kind", sweep.Words, &errs)
	read(&over.Augment, f.augment, "augment", sweep.Words, &errs)
	read(&over.First, f.first, "first", sweep.Words, &errs)
	read(&over.FirstSteps, f.firstSteps, "first steps", sweep.Ints, &errs)
	read(&over.Seed, f.seeds, "seeds", sweep.Integers, &errs)
	for _, text := range f.hidden {
		net, err := sweep.Net(text)
		if err != nil {
			errs = append(errs, err)
		}
		over.Hidden = append(over.Hidden, net)
	}
	if len(errs) > 0 {
		return nil, errs[0]
	}
	grid := sweep.Grid{{}}
	var err error
	switch {
	case f.grid != "":
		grid, err = sweep.ReadGrid(f.grid)
	case f.paper != "":
		grid, err = sweep.Paper(f.paper)
	}
	if err != nil {
		return nil, err
	}
	for _, rule := range over.Aggregator {
		if err := train.CheckName(rule); err != nil {
			return nil, remedy.Suggested(err, rule, train.Rules())
		}
	}
	specs, err := grid.With(over).Specs()
	if err != nil {
		return nil, err
	}
	for _, s := range specs { // what the rule itself refuses, before anything is trained
		if err := train.Check(s); err != nil {
			return nil, suggestedSpec(err, s)
		}
	}
	part, err := sweep.ParsePart(f.shard)
	if err != nil {
		return nil, err
	}
	return sweep.Shard(specs, part), nil
}

// paperMeasures are what each of the specs, which [sweepFlags.specs] has made of --paper, is to be measured by.
func (f sweepFlags) paperMeasures(specs []record.Spec) ([]record.Measure, error) {
	words, err := sweep.Words("paper", f.paper)
	if err != nil {
		return nil, err
	}
	by := map[string]record.Measure{}
	for _, word := range words {
		measure := sweep.PaperMeasure(word)
		if measure == "" {
			continue
		}
		part := f
		part.paper, part.shard = word, ""
		of, err := part.specs()
		if err != nil {
			return nil, err
		}
		for _, s := range of {
			by[s.ID()] = measure
		}
	}
	measures := make([]record.Measure, len(specs))
	for i, s := range specs {
		measures[i] = by[s.ID()]
	}
	return measures, nil
}

// read parses a flag's list, unless the flag is not given.
func read[T any](into *[]T, text, name string, parse func(name, text string) ([]T, error), errs *[]error) {
	if text == "" {
		return
	}
	values, err := parse(name, text)
	if err != nil {
		*errs = append(*errs, err)
	}
	*into = values
}

// autoJobs, as --jobs, leaves the number to the program.
const autoJobs = "auto"

// countJobs reads --jobs.
func countJobs(text string, auto func() int) (int, error) {
	if text == autoJobs {
		return auto(), nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("jobs = %q: must be a number from 1 to %d, or auto", text, sweep.MaxJobs)
	}
	return n, sweep.CheckJobs(n)
}

func runSweep(cmd *cobra.Command, f sweepFlags) error {
	specs, err := f.specs()
	if err != nil {
		return err
	}
	jobs, err := countJobs(f.jobs, sweep.DefaultJobs)
	if err != nil {
		return err
	}
	store, err := place.OpenStore(f.out)
	if err != nil {
		return err
	}
	measure, err := record.ParseMeasure(f.measure)
	if err != nil {
		return err
	}
	measures := slices.Repeat([]record.Measure{measure}, len(specs))
	if f.paper != "" && !cmd.Flags().Changed("measure") {
		if measures, err = f.paperMeasures(specs); err != nil {
			return err
		}
		if some := slices.Compact(slices.Sorted(slices.Values(measures))); some[len(some)-1] != "" {
			printer(cmd).Note("runs that are there to be measured are: by %s; --measure says otherwise", joinMeasures(some))
		}
	}
	asked := specs
	if specs, err = run.CompleteSpecs(cmd.Context(), specs, dataOptions(printer(cmd))); err != nil {
		return suggestedSet(err, asked)
	}
	runs := sweep.PlanEach(store, specs, measures)
	if f.dryRun {
		sweep.List(cmd.OutOrStdout(), runs)
		return nil
	}
	started := time.Now()
	ctx := cmd.Context()
	if err := prepare(cmd, store, runs); err != nil {
		return err
	}
	jobs = min(jobs, max(len(runs), 1))
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("this program can't find its own file to start the runs from: %w", err)
	}
	sweep.Train(ctx, runs, sweep.Options{
		Store: store, Out: f.out, Jobs: jobs, SaveWeights: f.saveWeights, Program: program, Board: sweep.NewBoard(cmd.ErrOrStderr()),
	})
	err = sweep.Report(cmd.OutOrStdout(), runs, time.Since(started), f.saveWeights)
	if tableErr := endTable(cmd.OutOrStdout(), store, specs); err == nil {
		err = tableErr
	}
	if ctx.Err() != nil {
		printer(cmd).Note("everything is saved; the same command goes on from there")
		return context.Cause(ctx)
	}
	return err
}

// prepare sees that records can be written, and gets, once and for all runs, what the children need: the plugin and
// the data sets. It says what is computed on, and refuses a batch that does not fit its data before anything is
// trained.
func prepare(cmd *cobra.Command, store *record.Store, runs []*sweep.Run) error {
	sets, checked := map[string]*datasets.Set{}, map[string]bool{}
	for _, r := range runs {
		name := r.Spec.Dataset
		if r.State != sweep.Missing && r.State != sweep.Started {
			if checked[name] {
				continue
			}
			checked[name] = true
			// Finished runs need no data, but what lies there under their data set's name must not be another.
			_, err := datasets.Identity(cmd.Context(), name, datasets.Options{})
			if nowhere := new(datasets.MissingError); err != nil && !errors.As(err, &nowhere) {
				return err
			}
			continue
		}
		if len(sets) == 0 {
			if _, err := store.Check(r.Spec); err != nil {
				return err
			}
		}
		if sets[name] == nil {
			set, err := datasets.Open(cmd.Context(), name, dataOptions(printer(cmd)))
			if err != nil {
				return err
			}
			sets[name] = set
		}
		if err := r.Spec.ValidateData(sets[name].Train.Len()); err != nil {
			return err
		}
	}
	if len(sets) == 0 {
		return nil // all is there
	}
	out := printer(cmd)
	if err := setup.Plugin(cmd.Context(), "", out); err != nil {
		return err
	}
	out.Note("%s", place.Backend(backend.Describe()))
	return nil
}

// trainChild is train as a sweep starts it: the spec is JSON, progress and result go to standard output as JSON, and
// the end of standard input ends it. Until then it trains the specs that come there, a line each, with what was compiled
// for those before.
func trainChild(cmd *cobra.Command, f trainFlags) error {
	measure, err := record.ParseMeasure(f.measure)
	if err != nil {
		return err
	}
	ctx, specs, cancel := sweep.UntilParentGone(cmd.Context(), cmd.InOrStdin())
	defer cancel()
	reporter := sweep.NewReporter(cmd.OutOrStdout())
	pool := &train.Pool{}
	defer pool.Close()
	for text, more := f.child, true; more; text, more = <-specs {
		spec, err := record.DecodeSpec([]byte(text))
		if err != nil {
			return fmt.Errorf("--%s is for sweep to use: %w", sweep.ChildFlag, err)
		}
		if err := trainFor(ctx, spec, f, measure, pool, reporter); err != nil {
			return err
		}
	}
	return nil
}

// trainFor trains one of a sweep's runs and tells how it ended; the error is one after which the child ends.
func trainFor(ctx context.Context, spec record.Spec, f trainFlags, measure record.Measure, pool *train.Pool, reporter *sweep.Reporter) error {
	store, err := place.OpenStore(f.out)
	if err != nil {
		reporter.Result(nil, err)
		return err
	}
	rec, err := run.Run(ctx, spec, place.CompileTimes(run.Options{
		NewEngine: pool.New, Store: store, Progress: reporter, SaveWeights: f.saveWeights, Measure: measure,
	}))
	reporter.Result(rec, err)
	var held *run.HeldError
	var diverged *record.DivergedError
	if errors.As(err, &held) || errors.As(err, &diverged) {
		return nil // told, and nothing went wrong
	}
	return err
}

// joinMeasures lists measures for people, without the empty one.
func joinMeasures(list []record.Measure) string {
	var words []string
	for _, m := range list {
		if m != "" {
			words = append(words, strings.ReplaceAll(string(m), ",", " and "))
		}
	}
	return strings.Join(words, ", ")
}
