// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/train"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/runs"
)

// Controls are where the sliders, menus and fields stand.
type Controls struct {
	Dataset, Model, Net, Rule string
	Settings                  string  // of a model that is not the paper's net, as "name=value, name=value"
	Percentile                string  // of the rules that have a use for it
	RuleSettings              string  // of the rule, as "name=value, name=value"
	Optimizer                 string  // "" for plain steps, or one of record.Optimizers
	Momentum                  float64 // of plain steps
	NoiseKind, Augment        string  // "" for the paper's: permuted labels, images as they are
	Length                    int     // steps of the run
	Batch                     int     // examples in an update
	Rate                      float64 // learning rate
	Seed                      int64
	Noise, C                  float64 // share of label noise; percentage clamped or cut on each side
	At                        int     // place on the run's schedule that is looked at, from 0
}

// choices are what the sliders and menus offer, in their order. Nets, lengths, batches and rates are proposals: their
// fields take any.
type choices struct {
	datasets, models, nets, rules []string
	lengths, batches              []int
	rates                         []float64
	noises, cs                    []float64
}

// offer lists what is there to choose from: the usual values, the data sets and models there are, those of the records,
// and those of the start.
func offer(start record.Spec, known []record.Spec) choices {
	c := choices{
		datasets: append(datasets.Names(), "mnist-6000"), // of which a run is short
		models:   models.Names(),
		nets:     []string{"256,256,256", "2048", "256", "64"},
		rules:    train.Rules(),
		lengths:  []int{300, 1500, 3000, 10_000, 60_000},
		batches:  []int{10, 20, 50, 100, 200},
		rates:    []float64{0.01, 0.03, 0.1, 0.3},
		noises:   []float64{0, 0.1, 0.25, 0.35, 0.5, 0.65, 0.75, 0.9, 1},
		cs:       []float64{0, 0.5, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30, 40, 45},
	}
	for _, name := range ownSets() {
		c.datasets = with(c.datasets, name)
	}
	for _, s := range append([]record.Spec{start}, known...) {
		c.datasets = with(c.datasets, s.Dataset)
		c.models = with(c.models, s.ModelName())
		if s.Model == "" {
			c.nets = with(c.nets, netName(s.Hidden))
		}
		c.lengths = with(c.lengths, s.Steps)
		c.batches = with(c.batches, s.Batch)
		c.rates = with(c.rates, s.LearningRate)
		c.noises = with(c.noises, s.Noise)
		c.cs = with(c.cs, s.C)
	}
	slices.Sort(c.lengths)
	slices.Sort(c.batches)
	slices.Sort(c.rates)
	slices.Sort(c.noises)
	slices.Sort(c.cs)
	return c
}

// ownSets are the folders of $CG_DATA, which may each hold a data set; whoever chooses one is told if it holds none.
func ownSets() (names []string) {
	entries, err := os.ReadDir(os.Getenv(datasets.DataDirVariable))
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if info, err := os.Stat(filepath.Join(os.Getenv(datasets.DataDirVariable), e.Name())); err == nil && info.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

// with appends what is not in a list yet.
func with[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// controlsOf puts the sliders, menus and fields where a spec has them, at its last step.
func controlsOf(s record.Spec) Controls {
	c := Controls{Dataset: s.Dataset, Model: s.ModelName(), Net: netName(s.Hidden), Rule: s.Aggregator, Settings: settingsText(s.Settings),
		Percentile: s.Percentile, RuleSettings: settingsText(s.RuleSettings), Optimizer: s.Optimizer, Momentum: s.Momentum,
		NoiseKind: s.NoiseKind, Augment: s.Augment, Length: s.Steps, Batch: s.Batch, Rate: s.LearningRate, Seed: s.Seed, Noise: s.Noise, C: s.C}
	if c.Rule == record.AggregatorMean {
		c.Rule = record.AggregatorWinsorize // c = 0 is plain SGD: the slider stays of use
	}
	c.At = len(record.Schedule(c.Length)) - 1
	return c
}

// spec is the run that the controls ask for, with all else as base has it.
func (c Controls) spec(base record.Spec) (record.Spec, error) {
	s := base
	hidden, err := parseNet(c.Net)
	if err != nil {
		return s, err
	}
	if s.Settings, err = parseSettings(c.Settings); err != nil {
		return s, err
	}
	if s.RuleSettings, err = parseSettings(c.RuleSettings); err != nil {
		return s, err
	}
	s.Optimizer, s.Momentum, s.NoiseKind, s.Augment = c.Optimizer, c.Momentum, c.NoiseKind, c.Augment
	s.Dataset, s.Model, s.Hidden, s.Aggregator, s.Percentile = c.Dataset, c.Model, hidden, c.Rule, c.Percentile
	s.Steps, s.Batch, s.LearningRate, s.Seed, s.Noise, s.C = c.Length, c.Batch, c.Rate, c.Seed, c.Noise, c.C
	if s.Dataset != base.Dataset {
		s.Data = ""
	}
	if c.Model == "mlp" {
		s.Settings = nil // they are another model's
	}
	if !usesC(c.Rule) {
		s.C = 0
	}
	if len(train.RuleSettings(c.Rule)) == 0 {
		s.RuleSettings = nil // they are another rule's
	}
	if c.Optimizer != "" {
		s.Momentum = 0 // it is of plain steps, and its field is greyed
	}
	s = s.Normalized()
	if err := s.Validate(); err != nil {
		return s, err
	}
	if s.Model != "" && !slices.Contains(models.Names(), s.Model) {
		return s, nil // of a program that had it: there may be a record, and that is all
	}
	return s, train.Check(s)
}

// settingsText is a model's settings as the field has them.
func settingsText(settings map[string]string) string {
	return strings.Join(runs.Settings(settings), ", ")
}

// parseSettings reads a settingsText; nil for none.
func parseSettings(text string) (map[string]string, error) {
	var all map[string]string
	for part := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, fmt.Errorf("settings = %q: must be names and values, such as cnn_hidden=32", text)
		}
		if all == nil {
			all = map[string]string{}
		}
		all[name] = strings.TrimSpace(value)
	}
	return all, nil
}

// usesC tells the rules for which c means something.
func usesC(rule string) bool {
	return rule == record.AggregatorWinsorize || rule == record.AggregatorTrimmedMean
}

// netName is a net's hidden layers as the menu has them.
func netName(hidden []int) string {
	words := make([]string, len(hidden))
	for i, width := range hidden {
		words[i] = strconv.Itoa(width)
	}
	return strings.Join(words, ",")
}

// parseNet reads a netName; an empty one is a linear classifier.
func parseNet(name string) ([]int, error) {
	var hidden []int
	for word := range strings.SplitSeq(name, ",") {
		if name == "" {
			break
		}
		width, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			return nil, fmt.Errorf("net = %q: must be widths such as 256,256,256", name)
		}
		hidden = append(hidden, width)
	}
	return hidden, nil
}
