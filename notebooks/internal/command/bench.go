// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/spf13/cobra"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/models"
	"coherentgradients/notebooks/internal/bench"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/remedy"
	"coherentgradients/notebooks/internal/setup"
)

// mostSteps bounds --steps: more rounds tell nothing new.
const mostSteps = 1000

// benchFlags are the flags of bench, as typed.
type benchFlags struct {
	steps                 int
	rules, backend        string
	model                 string
	sets                  []string
	asJSON, details       bool
	curves, memory, peers bool
}

func benchCommand() *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure step time and peak memory",
		Long: "Measure step time and peak memory of one training step of the paper's net, m = 100, for plain SGD and for\n" +
			"winsorizing with c = 1, 2, 4, 8, on the best backend. Every contender is a process of its own; they take turns,\n" +
			"so that noise hits all alike, but nothing else should run meanwhile.\n\n" +
			"step ms is one call a step, as a GoMLX Trainer makes it; loop ms is a step of a training run, many in one call.",
		Example: "  go run ./notebooks bench\n" +
			"  go run ./notebooks bench --peers --json --details > bench.jsonl\n" +
			"  go run ./notebooks bench --rules median,trimmed-mean:8 --steps 20\n" +
			"  go run ./notebooks bench --model cnn --set cnn_channels=64,128,256 --set cnn_hidden=0 --peers",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runBench(cmd, f) },
	}
	flags := cmd.Flags()
	flags.IntVar(&f.steps, "steps", 30, fmt.Sprintf("rounds, each of one timed step or more, 1 to %d", mostSteps))
	flags.StringVar(&f.rules, "rules", "", "more aggregators, as median,trimmed-mean:8 (NAME or NAME:C)")
	flags.StringVar(&f.model, "model", "", "measure this model, on 32×32×3 pictures, in place of the paper's net: "+strings.Join(models.Names(), ", ")+"; --peers brings PyTorch for cnn")
	flags.StringArrayVar(&f.sets, "set", nil, "a setting of the model, as cnn_channels=16,32,64; again for another")
	flags.StringVar(&f.backend, "backend", "", "GoMLX backend, as go or xla:cpu (default: the best that is there)")
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object a line, each a row")
	flags.BoolVar(&f.details, "details", false, "with --json: lines for machine, fits, agreement and ratios beside the rows")
	flags.BoolVar(&f.curves, "curves", false, "add cost against parameters (0.1 to 40 million) and against m (10 to 1000)")
	flags.BoolVar(&f.memory, "memory", false, "add peak memory of a net of 37 million parameters")
	flags.BoolVar(&f.peers, "peers", false, "add JAX, PyTorch and NumPy, installed into the user's cache folder (about 800 MB to fetch)")
	cmd.AddCommand(&cobra.Command{
		Use:    "worker",
		Short:  "Make steps as told on standard input",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return bench.Serve(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout())
		},
	})
	return cmd
}

// options checks the flags.
func (f benchFlags) options() (bench.Options, error) {
	if f.steps < 1 || f.steps > mostSteps {
		return bench.Options{}, fmt.Errorf("steps = %d: must be 1 to %d", f.steps, mostSteps)
	}
	kinds := compute.List()
	slices.Sort(kinds)
	if kind, _, _ := strings.Cut(f.backend, ":"); f.backend != "" && !slices.Contains(kinds, kind) {
		return bench.Options{}, fmt.Errorf("backend = %q: must begin with one of %s, as in go or xla:cpu", f.backend, strings.Join(kinds, ", "))
	}
	rules, err := bench.ParseRules(f.rules)
	o := bench.Options{Backend: f.backend, Steps: f.steps, Rules: rules, Curves: f.curves, Memory: f.memory}
	if err != nil {
		return o, err
	}
	o.Model, err = f.modelOf()
	return o, err
}

// modelOf is the model asked for, checked; nil for none.
func (f benchFlags) modelOf() (*bench.Model, error) {
	set, err := settings(f.sets)
	switch {
	case err != nil:
		return nil, err
	case f.model == "" && set != nil:
		return nil, fmt.Errorf("--set %s without a model: add --model, one of %s", f.sets[0], strings.Join(models.Names(), ", "))
	case f.model == "":
		return nil, nil
	case f.curves || f.memory:
		return nil, errors.New("--curves and --memory are of the paper's net: leave them out, or --model")
	case f.model == "mlp":
		return nil, errors.New("model mlp is the paper's net: leave --model out")
	}
	m, err := models.Named(f.model)
	if err != nil {
		return nil, remedy.Suggested(err, f.model, models.Names())
	}
	return &bench.Model{Name: f.model, Settings: set}, m.Configure(model.NewStore().RootScope(), set)
}

func runBench(cmd *cobra.Command, f benchFlags) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	ctx, out := cmd.Context(), printer(cmd)
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("the path of this program is unknown: %w", err)
	}
	o.Worker = bench.Command{Args: []string{self, "bench", "worker"}, Env: os.Environ()}
	o.Printer = out
	if f.backend == "" {
		if err := setup.Plugin(ctx, "", out); err != nil {
			return err
		}
		out.Note("%s", place.Backend(backend.Describe()))
	}
	if f.peers {
		cache, err := place.MakeCache()
		if err != nil {
			return err
		}
		libraries := bench.Libraries
		if o.Model != nil {
			libraries = o.Model.Peers()
		}
		if o.Peers, o.Missing, err = bench.EnsurePeers(ctx, cache, out, libraries...); err != nil {
			return err
		}
	}
	report, err := bench.Run(ctx, o)
	if err != nil {
		return err
	}
	if f.asJSON {
		err = report.JSON(cmd.OutOrStdout(), f.details)
	} else {
		err = report.Table(cmd.OutOrStdout())
	}
	return errors.Join(err, report.Err())
}
