// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/cgkit/train"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/progress"
	"coherentgradients/notebooks/internal/remedy"
	"coherentgradients/notebooks/internal/setup"
	"coherentgradients/notebooks/internal/suspects"
)

// labelsFlags are the flags of labels, as typed.
type labelsFlags struct {
	suspects.Options
	top int
	out string
}

func labelsCommand() *cobra.Command {
	f := labelsFlags{Options: suspects.Options{Score: record.ScoreAUM, Seed: 1}, top: 30}
	cmd := &cobra.Command{
		Use:   "labels --dataset X",
		Short: "Find the examples of a data set whose labels look wrong",
		Long: "Find the examples of a data set whose labels look wrong: train a net on them as they are, follow each example over\n" +
			"training, and list the most suspicious ones. The data set may be your own: a folder with one folder of pictures\n" +
			"for each class, an IDX, CSV or NPZ file; all pictures of one size, and small ones, up to about 64×64.\n\n" +
			"A net learns what many examples have in common first, so the label of an example that it long takes for another\n" +
			"class is wrong, rare, or unclear: look before you change it. Of a set without a test part all examples are looked\n" +
			"at, by two nets; of others the training part. Scores: " + strings.Join(record.ExampleScores(), ", ") + ".\n" +
			"Nets are kept where records are: the same command again trains nothing, and one that was stopped goes on.",
		Example: "  go run ./notebooks labels --dataset ./photos --out /tmp/photos-labels\n" +
			"  go run ./notebooks labels --dataset fashion-mnist --top 50\n" +
			"  go run ./notebooks labels --dataset ./photos --noise 0.05      makes 5 % wrong first, and says how many it finds",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return findLabels(cmd, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.Dataset, "dataset", "", "data set: "+strings.Join(datasets.Names(), ", ")+", the first of its examples, as mnist-6000, a folder of $CG_DATA, or the path of a folder")
	flags.IntVar(&f.top, "top", f.top, "how many to list")
	flags.StringVar(&f.out, "out", "", "folder for labels.csv with all examples, and labels.json and the page labels.html with those listed")
	flags.StringVar(&f.Score, "score", f.Score, "by what: "+strings.Join(record.ExampleScores(), ", "))
	flags.IntVar(&f.Epochs, "epochs", 0, "how often to go through the examples (default: 2,000 updates, but 10 to 100 times)")
	flags.IntVar(&f.Runs, "nets", 0, fmt.Sprintf("nets whose scores are averaged, 1 to %d (default: 1, and 2 for a set without a test part)", suspects.MaxRuns))
	flags.Float64Var(&f.Rate, "learning-rate", suspects.DefaultRate, "learning rate")
	flags.StringVar(&f.Model, "model", "mlp", "network: "+strings.Join(models.Names(), ", "))
	flags.Int64Var(&f.Seed, "seed", f.Seed, "seed of the first net, and of the labels made wrong")
	flags.Float64Var(&f.Noise, "noise", 0, "make this share of the labels wrong first, to see how many are found")
	flags.StringVar(&f.Kind, "noise-kind", "", noiseKindHelp)
	return cmd
}

// check refuses flags before anything is read.
func (f *labelsFlags) check(given func(flag string) bool) error {
	switch {
	case strings.TrimSpace(f.Dataset) == "":
		return errors.New("which data set? add --dataset, such as --dataset ./photos, a folder with one folder of pictures for each class")
	case f.top < 1:
		return fmt.Errorf("top = %d: must be at least 1", f.top)
	case given("epochs") && (f.Epochs < 1 || f.Epochs > 10_000):
		return fmt.Errorf("epochs = %d: must be from 1 to 10000, such as 20", f.Epochs)
	case given("nets") && (f.Runs < 1 || f.Runs > suspects.MaxRuns):
		return fmt.Errorf("nets = %d: must be from 1 to %d", f.Runs, suspects.MaxRuns)
	case !slices.Contains(record.ExampleScores(), f.Score):
		return fmt.Errorf("score = %q: %suse one of %s", record.Clip(f.Score), remedy.Meant(f.Score, record.ExampleScores(), ""), strings.Join(record.ExampleScores(), ", "))
	case f.Kind != "" && f.Noise == 0:
		return fmt.Errorf("noise kind = %q without noise: add --noise, such as 0.05", record.Clip(f.Kind))
	}
	if _, err := models.Named(f.Model); err != nil {
		return remedy.Suggested(err, f.Model, models.Names())
	}
	s := record.DefaultSpec()
	s.Noise, s.NoiseKind, s.Model, s.Seed, s.LearningRate = f.Noise, f.Kind, f.Model, f.Seed, f.Rate
	return s.Normalized().Validate()
}

func findLabels(cmd *cobra.Command, f labelsFlags) error {
	if err := f.check(cmd.Flags().Changed); err != nil {
		return err
	}
	out := printer(cmd)
	data := dataOptions(out)
	if err := f.takePath(&data); err != nil {
		return err
	}
	store, err := place.OpenStore("")
	if err != nil {
		return err
	}
	undo, err := outFolder(f.out)
	if err != nil {
		return err
	}
	defer undo()
	set, err := datasets.Open(cmd.Context(), f.Dataset, data)
	if err != nil {
		return remedy.Suggested(err, f.Dataset, datasets.Names())
	}
	plan, err := suspects.NewPlan(f.Options, set)
	if err != nil {
		return err
	}
	for _, s := range plan.Specs() {
		if err := train.Check(s); err != nil {
			return err
		}
	}
	if err := setup.Plugin(cmd.Context(), "", out); err != nil {
		return err
	}
	out.Note("%s", place.Backend(backend.Describe()))
	if n := plan.Repeated(); n > 0 {
		out.Note("%d of the examples are trained on twice an epoch, because batches must divide their number", n)
	}
	pool := &train.Pool{}
	defer pool.Close()
	report, err := plan.Train(cmd.Context(), place.CompileTimes(run.Options{
		NewEngine: pool.New, Store: store, Datasets: data, Progress: progress.NewProgress(),
	}))
	if interrupted := (*run.InterruptedError)(nil); errors.As(err, &interrupted) {
		out.Note("%v", interrupted)
	}
	if err != nil {
		return err
	}
	if err := report.WriteText(cmd.OutOrStdout(), f.top); err != nil {
		return err
	}
	for _, line := range report.Summary(f.top) {
		fmt.Fprintln(cmd.OutOrStdout(), line)
	}
	if f.out == "" {
		out.Note("--out DIR writes all of them as CSV, and those listed as JSON and as a page with their pictures")
		return nil
	}
	if err := report.Write(f.out, f.top); err != nil {
		return err
	}
	fmt.Fprintln(cmd.OutOrStdout(), filepath.Join(f.out, suspects.PageName))
	return nil
}

// takePath lets --dataset be the path of a folder: its name is then the data set's, and the folder around it that of the
// user's data.
func (f *labelsFlags) takePath(data *datasets.Options) error {
	if !strings.ContainsRune(f.Dataset, filepath.Separator) && !strings.ContainsRune(f.Dataset, '/') && f.Dataset != "." && f.Dataset != ".." {
		return nil
	}
	path, err := filepath.Abs(f.Dataset)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("--dataset %q: there is no such folder; name one that holds %s", f.Dataset, datasets.OwnForms)
	case !info.IsDir():
		return fmt.Errorf("--dataset %q is not a folder: name the folder that holds %s", f.Dataset, datasets.OwnForms)
	}
	name := filepath.Base(path)
	s := record.DefaultSpec()
	if s.Dataset = name; s.Validate() != nil || datasets.KnownByName(name) {
		return fmt.Errorf("--dataset %q: a folder's name is its data set's, of small letters, digits, '-', '_' and '.', and not that of a built-in set; rename it, or make a link such as my-photos to it", f.Dataset)
	}
	f.Dataset, data.DataDir = name, filepath.Dir(path)
	return nil
}

// outFolder makes the folder for files, and takes it away again if nothing was written.
func outFolder(dir string) (undo func(), err error) {
	if dir == "" {
		return func() {}, nil
	}
	_, before := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("--out %q can't be made: %w; name another folder", dir, err)
	}
	if err := place.Writable(dir); err != nil {
		return nil, fmt.Errorf("--out %q can't be written: %w; name another folder", dir, err)
	}
	return func() {
		if before != nil {
			_ = os.Remove(dir) // which fails unless it is empty
		}
	}, nil
}
