// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"errors"
	"fmt"
	"slices"

	"coherentgradients/cgkit/record"
)

// MaxRuns bounds a grid: more is a slip of the finger.
const MaxRuns = 10_000

// Block is a part of a grid: all combinations of its values. A nil list is the paper's value (CG §3); the aggregator is
// by default winsorize, which is the mean for c = 0.
type Block struct {
	run *record.Spec // a nil list is this run's value; nil: the paper's

	Dataset      []string
	Noise        []float64
	Model        []string
	Settings     map[string]string // of every model of the block
	Hidden       [][]int
	Aggregator   []string
	RuleSettings map[string]string // of every aggregator of the block
	C            []float64
	Percentile   []string
	Init         []string
	Steps        []int
	Batch        []int
	LearningRate []float64
	Weights      []string
	MaxUpdate    []float64
	WeightDecay  []float64
	Schedule     []string
	Momentum     []float64
	Optimizer    []string
	NoiseKind    []string
	Augment      []string
	First        []string
	FirstSteps   []int
	Seed         []int64
}

// Grid is a list of blocks.
type Grid []Block

// With returns the grid with every field that over gives in place of the blocks' own.
func (g Grid) With(over Block) Grid {
	changed := slices.Clone(g)
	for i := range changed {
		b := &changed[i]
		replace(&b.Dataset, over.Dataset)
		replace(&b.Noise, over.Noise)
		replace(&b.Model, over.Model)
		if over.Settings != nil {
			b.Settings = over.Settings
		}
		if over.RuleSettings != nil {
			b.RuleSettings = over.RuleSettings
		}
		replace(&b.Hidden, over.Hidden)
		replace(&b.Aggregator, over.Aggregator)
		replace(&b.C, over.C)
		replace(&b.Percentile, over.Percentile)
		replace(&b.Init, over.Init)
		replace(&b.Steps, over.Steps)
		replace(&b.Batch, over.Batch)
		replace(&b.LearningRate, over.LearningRate)
		replace(&b.Weights, over.Weights)
		replace(&b.MaxUpdate, over.MaxUpdate)
		replace(&b.WeightDecay, over.WeightDecay)
		replace(&b.Schedule, over.Schedule)
		replace(&b.Momentum, over.Momentum)
		replace(&b.Optimizer, over.Optimizer)
		replace(&b.NoiseKind, over.NoiseKind)
		replace(&b.Augment, over.Augment)
		replace(&b.First, over.First)
		replace(&b.FirstSteps, over.FirstSteps)
		replace(&b.Seed, over.Seed)
	}
	return changed
}

func replace[T any](list *[]T, by []T) {
	if by != nil {
		*list = by
	}
}

// Specs lists the runs, each once, normalized and valid: block after block, seed after seed, in it c after c and noise
// after noise, so that the first seed of a figure is there first.
func (g Grid) Specs() ([]record.Spec, error) {
	var specs []record.Spec
	seen := map[string]bool{}
	for i, b := range g {
		list, err := b.specs()
		if err != nil {
			if len(g) > 1 {
				err = fmt.Errorf("block %d of the grid: %w", i+1, err)
			}
			return nil, err
		}
		for _, s := range list {
			if id := s.ID(); !seen[id] {
				seen[id] = true
				specs = append(specs, s)
			}
		}
	}
	if len(specs) == 0 {
		return nil, errors.New("an empty grid: give it at least one block")
	}
	if len(specs) > MaxRuns {
		return nil, tooMany(len(specs))
	}
	return specs, nil
}

func tooMany(n int) error {
	return fmt.Errorf("a grid of %d runs: at most %d; give shorter lists", n, MaxRuns)
}

// specs is one block's product.
func (b Block) specs() ([]record.Spec, error) {
	d := record.DefaultSpec()
	d.Aggregator = record.AggregatorWinsorize
	if b.run != nil {
		d = *b.run
	}
	list := []record.Spec{d}
	if b.Model == nil && len(b.Settings) > 0 {
		return nil, errors.New("settings without a model: say which model they are of")
	}
	if b.Aggregator == nil && len(b.RuleSettings) > 0 {
		return nil, errors.New("rule_settings without an aggregator: say which rule they are of")
	}
	var err error
	// The first is the slowest to change.
	list, err = vary(list, err, "dataset", b.Dataset, func(s *record.Spec, v string) { s.Dataset = v })
	list, err = vary(list, err, "model", b.Model, func(s *record.Spec, v string) { s.Model, s.Settings = v, b.Settings })
	list, err = vary(list, err, "hidden", b.Hidden, func(s *record.Spec, v []int) { s.Hidden = v })
	list, err = vary(list, err, "init", b.Init, func(s *record.Spec, v string) { s.Init = v })
	list, err = vary(list, err, "percentile", b.Percentile, func(s *record.Spec, v string) { s.Percentile = v })
	list, err = vary(list, err, "steps", b.Steps, func(s *record.Spec, v int) { s.Steps = v })
	list, err = vary(list, err, "batch", b.Batch, func(s *record.Spec, v int) { s.Batch = v })
	list, err = vary(list, err, "learning_rate", b.LearningRate, func(s *record.Spec, v float64) { s.LearningRate = v })
	list, err = vary(list, err, "weights", b.Weights, func(s *record.Spec, v string) { s.Weights = v })
	list, err = vary(list, err, "max_update", b.MaxUpdate, func(s *record.Spec, v float64) { s.MaxUpdate = v })
	list, err = vary(list, err, "weight_decay", b.WeightDecay, func(s *record.Spec, v float64) { s.WeightDecay = v })
	list, err = vary(list, err, "schedule", b.Schedule, func(s *record.Spec, v string) { s.Schedule = v })
	list, err = vary(list, err, "momentum", b.Momentum, func(s *record.Spec, v float64) { s.Momentum = v })
	list, err = vary(list, err, "optimizer", b.Optimizer, func(s *record.Spec, v string) { s.Optimizer = v })
	list, err = vary(list, err, "noise_kind", b.NoiseKind, func(s *record.Spec, v string) { s.NoiseKind = v })
	list, err = vary(list, err, "augment", b.Augment, func(s *record.Spec, v string) { s.Augment = v })
	list, err = vary(list, err, "first_steps", b.FirstSteps, func(s *record.Spec, v int) { s.FirstSteps = v })
	list, err = vary(list, err, "first", b.First, func(s *record.Spec, v string) { s.First = v })
	list, err = vary(list, err, "seed", b.Seed, func(s *record.Spec, v int64) { s.Seed = v })
	list, err = vary(list, err, "aggregator", b.Aggregator, func(s *record.Spec, v string) { s.Aggregator, s.RuleSettings = v, b.RuleSettings })
	list, err = vary(list, err, "c", b.C, func(s *record.Spec, v float64) { s.C = v })
	list, err = vary(list, err, "noise", b.Noise, func(s *record.Spec, v float64) { s.Noise = v })
	if err != nil {
		return nil, err
	}
	if err := b.checkRules(); err != nil {
		return nil, err
	}
	percentile := false
	for i, s := range list {
		list[i] = s.Normalized() // of a rule that takes a c, c = 0 is the mean
		if err := list[i].Validate(); err != nil {
			return nil, err
		}
		percentile = percentile || record.TakesPercentile(list[i].Aggregator)
	}
	if slices.Contains(b.Percentile, record.PercentileLinear) && !percentile {
		return nil, fmt.Errorf("percentile = %s, and no run has a use for it: give c above 0 with aggregator %s, or leave percentile out",
			record.PercentileLinear, record.AggregatorWinsorize)
	}
	return list, nil
}

// checkRules refuses a rule that is asked for by name without the c that makes it another than the mean.
func (b Block) checkRules() error {
	if b.C != nil || b.run != nil {
		return nil
	}
	for _, rule := range b.Aggregator {
		if record.TakesC(rule) {
			return fmt.Errorf("aggregator %q without c, the percentages on each side, is the plain mean: give c, such as 2 or 0,2", rule)
		}
	}
	return nil
}

// vary makes of each spec one for each value.
func vary[T any](specs []record.Spec, err error, field string, values []T, set func(*record.Spec, T)) ([]record.Spec, error) {
	switch {
	case err != nil:
		return nil, err
	case values == nil:
		return specs, nil
	case len(values) == 0:
		return nil, fmt.Errorf("%s is an empty list: give it a value, or leave it out for the paper's", field)
	case len(values) > MaxRuns || len(specs)*len(values) > MaxRuns:
		return nil, tooMany(len(specs) * len(values))
	}
	var product []record.Spec
	for _, s := range specs {
		for _, v := range values {
			set(&s, v)
			product = append(product, s)
		}
	}
	return product, nil
}
