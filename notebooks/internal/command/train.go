// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/cgkit/train"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/dump"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/progress"
	"coherentgradients/notebooks/internal/setup"
	"coherentgradients/notebooks/internal/sweep"
)

const measureHelp = "measure more at evaluated steps, one or more of: gradients, those of all training examples (Figures 1 to 3); " +
	"coherence, of these how far they agree; clamping, whose gradients are clamped; health, dead units, logits and updates; signals, what rules look at that say when to stop; alignment, the first layer along the images; examples, scores of each training example"

// Help of what is no part of the paper's runs.
const (
	weightsHelp     = "float64 keeps weights in float64, as the authors' code does (default: the model's own precision)"
	maxUpdateHelp   = "shorten updates to this norm over all weights together; 0: none"
	weightDecayHelp = "weight decay, added to the gradient times the weights; 0: none"
	scheduleHelp    = "dense evaluates five times as often from step 1,000 on, even after each hundredth of the steps (default: the paper's steps)"
	momentumHelp    = "momentum of the updates, heavy ball, 0 to below 1; 0: none"
	optimizerHelp   = "what the rule's directions are handed to: adam, adamax, rmsprop (default: plain steps)"
	noiseKindHelp   = "pair-flip turns chosen labels into the next class (default: chosen labels are permuted)"
	augmentHelp     = "shift moves training images by up to a pixel each time they are seen, flip-shift flips them and moves them by up to four"
	firstHelp       = "train before step 0 on random-labels, random-labels-elsewhere (other images), or random-labels-norms (keeps the norms alone)"
	firstStepsHelp  = "updates made before step 0, see --first"
)

// trainFlags are the flags of train, as typed.
type trainFlags struct {
	spec   record.Spec
	hidden string
	c      string
	model  string
	sets   []string // settings of the model, as name=value
	rule   []string // settings of the rule
	out    string
	dump   string
	child  string // the spec as JSON, from a sweep: see trainChild

	saveWeights bool
	measure     string
}

func trainCommand() *cobra.Command {
	f := trainFlags{spec: record.DefaultSpec()}
	f.hidden = joinInts(f.spec.Hidden)
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train one net and record it",
		Long: "Train one net and record it.\n" +
			"The defaults are those of the paper's section 3. A finished run is loaded, not trained again; one that was\n" +
			"stopped, by Ctrl-C or worse, goes on from its last checkpoint when it is asked for again.",
		Example: "  go run ./notebooks train --noise 0.5 --aggregator winsorize --c 2\n" +
			"  go run ./notebooks train --dataset glyphs --steps 600 --hidden 64 --out /tmp/runs",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.child != "" {
				return trainChild(cmd, f)
			}
			return trainOne(cmd, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.spec.Dataset, "dataset", f.spec.Dataset, "data set: "+strings.Join(datasets.Names(), ", ")+", or the first of its examples, as mnist-6000, or a folder of $CG_DATA")
	flags.Float64Var(&f.spec.Noise, "noise", f.spec.Noise, "share of the training labels permuted among themselves, 0 to 1")
	flags.StringVar(&f.model, "model", "mlp", modelHelp())
	flags.StringArrayVar(&f.sets, "set", nil, "a setting of the model, as cnn_hidden=32; again for another")
	flags.StringVar(&f.hidden, "hidden", f.hidden, "widths of the hidden layers of mlp, separated by commas")
	flags.StringVar(&f.spec.Aggregator, "aggregator", f.spec.Aggregator, "rule: "+strings.Join(train.Rules(), ", "))
	flags.StringArrayVar(&f.rule, "rule-set", nil, "a setting of the rule, as f=20; again for another ("+ruleSettings()+")")
	flags.StringVar(&f.c, "c", "0", "percentage clamped or cut on each side, 0 ≤ c < 50")
	flags.StringVar(&f.spec.Percentile, "percentile", f.spec.Percentile, "what a percentile is: nearest, linear")
	flags.StringVar(&f.spec.Init, "init", f.spec.Init, "initial weights: authors (of the paper's code), xavier (as the paper says)")
	flags.IntVar(&f.spec.Steps, "steps", f.spec.Steps, "updates")
	flags.IntVar(&f.spec.Batch, "batch", f.spec.Batch, "examples in an update")
	flags.Float64Var(&f.spec.LearningRate, "learning-rate", f.spec.LearningRate, "learning rate, multiplies the mean gradient")
	flags.StringVar(&f.spec.Weights, "weights", "", weightsHelp)
	flags.Float64Var(&f.spec.MaxUpdate, "max-update", 0, maxUpdateHelp)
	flags.Float64Var(&f.spec.WeightDecay, "weight-decay", 0, weightDecayHelp)
	flags.StringVar(&f.spec.Schedule, "schedule", "", scheduleHelp)
	flags.Float64Var(&f.spec.Momentum, "momentum", 0, momentumHelp)
	flags.StringVar(&f.spec.Optimizer, "optimizer", "", optimizerHelp)
	flags.StringVar(&f.spec.NoiseKind, "noise-kind", "", noiseKindHelp)
	flags.StringVar(&f.spec.Augment, "augment", "", augmentHelp)
	flags.StringVar(&f.spec.First, "first", "", firstHelp)
	flags.IntVar(&f.spec.FirstSteps, "first-steps", 0, firstStepsHelp)
	flags.Int64Var(&f.spec.Seed, "seed", f.spec.Seed, "seed of weights, order and label noise")
	flags.StringVar(&f.out, "out", "", "folder of the record (default: $CG_RUNS, or the user's cache folder)")
	flags.StringVar(&f.dump, "dump-step", "", "write the first update to this .npz file, for checking it with NumPy, and stop")
	flags.StringVar(&f.measure, "measure", "", measureHelp)
	flags.BoolVar(&f.saveWeights, "save-weights", false, "write the final weights into the record, as weights.npz")
	flags.StringVar(&f.child, sweep.ChildFlag, "", "for sweep to use")
	_ = flags.MarkHidden(sweep.ChildFlag) // fails only for a flag that is not there
	return cmd
}

// checkRule refuses settings of another model, and a rule that is asked for without what makes it another than the
// mean, and what the rule asked for has no use for: either would train something else than was meant, in silence.
func (f trainFlags) checkRule(given func(flag string) bool) error {
	rule := f.spec.Aggregator
	switch {
	case f.model != "mlp" && (given("hidden") || given("init")):
		return fmt.Errorf("--hidden and --init are of model mlp, and model %q is told by --set: leave them out", f.model)
	case record.TakesC(rule) && !given("c"):
		return fmt.Errorf("aggregator %q without c, the percentage on each side, is the plain mean: add --c, such as --c 2", rule)
	case f.spec.Percentile == record.PercentileLinear && !record.TakesPercentile(rule):
		return fmt.Errorf("percentile = %s with aggregator %q, which has no use for it: leave --percentile out, or add --aggregator %s --c 2",
			f.spec.Percentile, rule, record.AggregatorWinsorize)
	}
	return nil
}

// complete is the spec that the flags ask for, checked.
func (f trainFlags) complete() (record.Spec, error) {
	s := f.spec
	var err error
	if s.Hidden, err = splitInts(f.hidden); err != nil {
		return s, err
	}
	s.Model = f.model
	if s.Settings, err = settings(f.sets); err != nil {
		return s, err
	}
	if s.RuleSettings, err = settings(f.rule); err != nil {
		return s, err
	}
	if s.C, err = strconv.ParseFloat(f.c, 64); err != nil {
		return s, fmt.Errorf("c = %q: must be a number, 0 ≤ c < 50", f.c)
	}
	s = s.Normalized()
	return s, s.Validate()
}

func trainOne(cmd *cobra.Command, f trainFlags) error {
	if err := train.CheckName(f.spec.Aggregator); err != nil {
		return suggestedSpec(err, f.spec)
	}
	if err := f.checkRule(cmd.Flags().Changed); err != nil {
		return err
	}
	spec, err := f.complete()
	if err != nil {
		return suggestedSpec(err, spec)
	}
	if err := train.Check(spec); err != nil {
		return suggestedSpec(err, spec)
	}
	store, err := place.OpenStore(f.out)
	if err != nil {
		return err
	}
	if f.dump != "" {
		if err := dump.CheckDumpPath(f.dump); err != nil {
			return err
		}
	}
	measure, err := record.ParseMeasure(f.measure)
	if err != nil {
		return err
	}
	opt := run.Options{
		NewEngine: train.New, Store: store, SaveWeights: f.saveWeights, Measure: measure, Progress: progress.NewProgress(),
		Datasets: dataOptions(printer(cmd)),
	}
	completed, err := run.CompleteSpecs(cmd.Context(), []record.Spec{spec}, opt.Datasets)
	if err != nil {
		return suggestedSpec(err, spec)
	}
	spec = completed[0]
	if err := checkFiles(cmd.Context(), spec, f.dump != "", &opt); err != nil {
		return err
	}
	out := printer(cmd)
	if err := setup.Plugin(cmd.Context(), "", out); err != nil {
		return err
	}
	if f.dump != "" {
		if err := dump.DumpStep(cmd.Context(), spec, f.dump, opt); err != nil {
			return err
		}
		out.Note("the first update of %s is in %s", spec.ID(), f.dump)
		return nil
	}
	out.Note("%s", place.Backend(backend.Describe()))
	rec, err := run.Run(cmd.Context(), spec, place.CompileTimes(opt))
	if rec != nil {
		fmt.Fprintln(cmd.OutOrStdout(), rec.Dir)
		if _, ok := rec.WeightsPath(); f.saveWeights && rec.Loaded && !ok {
			out.Note("it was finished without weights: those are saved while training; move the record away to train it again")
		}
	}
	var interrupted *run.InterruptedError
	if errors.As(err, &interrupted) {
		out.Note("%v", interrupted)
	}
	return err
}

// checkFiles judges the record's folder and the data before anything is set up, and lets opt use the data read for
// that. A finished record needs neither.
func checkFiles(ctx context.Context, spec record.Spec, dump bool, opt *run.Options) error {
	if !dump {
		if finished, err := opt.Store.Check(spec); finished || err != nil {
			return err
		}
	}
	set, err := datasets.Open(ctx, spec.Dataset, opt.Datasets)
	if err != nil {
		return err
	}
	opt.OpenSet = func(context.Context, string, datasets.Options) (*datasets.Set, error) { return set, nil }
	return spec.ValidateData(set.Train.Len())
}

// modelHelp describes --model with what there is.
func modelHelp() string {
	var list []string
	for _, name := range models.Names() {
		m, err := models.Named(name)
		if err != nil {
			continue
		}
		text := name + ", " + m.About
		if names := slices.Sorted(maps.Keys(m.Settings)); len(names) > 0 {
			text += " (--set " + strings.Join(names, ", ") + ")"
		}
		list = append(list, text)
	}
	return "network: " + strings.Join(list, "; ")
}

// ruleSettings lists which rule has which settings.
func ruleSettings() string {
	var list []string
	for _, rule := range train.Rules() {
		if names := aggregate.Settings(rule); len(names) > 0 {
			list = append(list, rule+": "+strings.Join(names, ", "))
		}
	}
	return strings.Join(list, "; ")
}

// settings reads name=value pairs; nil for none.
func settings(pairs []string) (map[string]string, error) {
	var all map[string]string
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, fmt.Errorf("set = %q: must be a name and a value, such as cnn_hidden=32", pair)
		}
		if _, twice := all[name]; twice {
			return nil, fmt.Errorf("set = %q: %s is given twice", pair, name)
		}
		if all == nil {
			all = map[string]string{}
		}
		all[name] = strings.TrimSpace(value)
	}
	return all, nil
}

func joinInts(list []int) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = strconv.Itoa(v)
	}
	return strings.Join(words, ",")
}

func splitInts(text string) ([]int, error) {
	var list []int
	for word := range strings.SplitSeq(text, ",") {
		v, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			return nil, fmt.Errorf("hidden = %q: must be widths such as 256,256,256, each a whole number from 1 up", text)
		}
		list = append(list, v)
	}
	return list, nil
}
