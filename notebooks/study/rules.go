// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"io"
	"os"
	"slices"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
)

// Contest is the finished runs that compare rules, by arm and cell: see record.RuleArms and record.RuleCells.
type Contest struct {
	Arms  []record.RuleArm
	Cells []record.RuleCell
	runs  map[string][]*record.Record
}

// Rules are the runs that compare rules, as far as there are; it says how many. It trains none of them, as they take
// hours, but in quick mode, where it trains three arms in one cell, briefly.
func Rules() *Contest {
	if Mode() == place.Quick {
		return quickRules()
	}
	store, err := place.OpenStore("")
	must(err)
	return rulesIn(store, os.Stdout)
}

// rulesIn is Rules by a store.
func rulesIn(store *record.Store, w io.Writer) *Contest {
	c := &Contest{Arms: record.RuleArms(), Cells: record.RuleCells(DefaultDataset), runs: map[string][]*record.Record{}}
	asked, found := 0, 0
	for _, arm := range c.Arms {
		for _, cell := range c.Cells {
			if !arm.Runs(cell) {
				continue
			}
			records := findIn(store, w, "", withSeedsOf(arm.On(cell), record.RuleSeeds))
			asked += len(record.RuleSeeds)
			found += len(records)
			c.runs[cell.Name+" "+arm.Name] = records
		}
	}
	sayFound(w, found, asked, "sweep --paper rules")
	return c
}

// quickRules are three arms in the first cell, one seed, short.
func quickRules() *Contest {
	arms, cells := record.RuleArms(), record.RuleCells(DefaultDataset)
	c := &Contest{Arms: arms[:3], Cells: cells[:1], runs: map[string][]*record.Record{}}
	for _, arm := range c.Arms {
		s := arm.On(cells[0])
		s.Dataset, s.Seed = Dataset(), record.RuleSeeds[0]
		c.runs[cells[0].Name+" "+arm.Name] = Train(AtMost(s, 1500))
	}
	return c
}

// Of are the runs of an arm in a cell, by their names, one a seed.
func (c *Contest) Of(cell, arm string) []*record.Record { return c.runs[cell+" "+arm] }

// Over computes a number of each run of an arm in a cell.
func (c *Contest) Over(cell, arm string, f func(*record.Record) float64) (values []float64) {
	for _, r := range c.Of(cell, arm) {
		values = append(values, f(r))
	}
	return values
}

// In are the arms that have runs in a cell.
func (c *Contest) In(cell string) (arms []record.RuleArm) {
	for _, a := range c.Arms {
		if len(c.Of(cell, a.Name)) > 0 {
			arms = append(arms, a)
		}
	}
	return arms
}

// all are the runs of the cells and arms named; of every arm where none is.
func (c *Contest) all(cells, arms []string) (records []*record.Record) {
	for _, cell := range cells {
		for _, a := range c.Arms {
			if len(arms) == 0 || slices.Contains(arms, a.Name) {
				records = append(records, c.Of(cell, a.Name)...)
			}
		}
	}
	return records
}

// Families are the kinds of ways to train that figures have a colour for.
var Families = []string{"plain SGD", "SGD, other rates, momentum", "median of batches: RM3, M3", "mean of batches: RA3", "clamped, cut: winsorized, trimmed, median",
	"by signs: masks, sign rules", "whole examples: clipping, GAF, AGRA, Krum", "shifted images"}

// Family is the place of an arm in [Families].
func Family(a record.RuleArm) int {
	switch a.Kind {
	case record.ArmPlain:
		return 0
	case record.ArmSetting:
		return 1
	case record.ArmControl:
		return 7
	}
	switch s := a.On(record.RuleCells(DefaultDataset)[0]); s.Aggregator {
	case "rolling-median", "median-of-batches":
		return 2
	case "rolling-mean":
		return 3
	case record.AggregatorWinsorize, record.AggregatorTrimmedMean, "median":
		return 4
	case "and-mask", "sand-mask", "sign-of-sum", "sum-of-signs":
		return 5
	}
	return 6
}

// BestStep is the evaluated step at which a run's test accuracy is largest.
func BestStep(r *record.Record) int {
	best := r.Evaluations[0]
	for _, e := range r.Evaluations {
		if e.TestAccuracy > best.TestAccuracy {
			best = e
		}
	}
	return best.Step
}

// StopAt is the value of a column where the training accuracy first reaches a level, on straight lines between
// evaluations; NaN where it never does.
func StopAt(name string, level float64) func(*record.Record) float64 {
	return func(r *record.Record) float64 {
		steps, train := Column(r, "train_accuracy")
		return along(r, name, Reach(steps, train, level))
	}
}

// PristineAt is the step at which a run first has learned a share of the pristine examples, on straight lines between
// evaluations; +Inf where it never does.
func PristineAt(level float64) func(*record.Record) float64 {
	return func(r *record.Record) float64 {
		steps, pristine := Column(r, "pristine_accuracy")
		return Reach(steps, pristine, level)
	}
}

// AtPristine is the value of a column there, so that a rule that is slow is compared with a fast one where both have
// learned as much of what is right; NaN where a run never gets there.
func AtPristine(name string, level float64) func(*record.Record) float64 {
	return func(r *record.Record) float64 { return along(r, name, PristineAt(level)(r)) }
}

// MemorisedAtPristine is the memorised share there: of the corrupt examples those predicted as labelled, less what mistakes
// give, (1 − test accuracy)/9.
func MemorisedAtPristine(level float64) func(*record.Record) float64 {
	return func(r *record.Record) float64 {
		return AtPristine("corrupt_accuracy", level)(r) - (1-AtPristine("test_accuracy", level)(r))/9
	}
}

// Steady are the finished runs of a rule with momentum 0.9 at a rate, 1,000 steps; none in quick mode.
func Steady(rule string, rate float64) []*record.Record {
	if Mode() == place.Quick {
		return nil
	}
	store, err := place.OpenStore("")
	must(err)
	return findIn(store, os.Stdout, "", withSeedsOf(record.Steady(DefaultDataset, rule, rate, 0.9), record.RuleSeeds))
}
