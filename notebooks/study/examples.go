// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"context"
	"fmt"
	"os"
	"slices"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/cgkit/train"
	"coherentgradients/notebooks/internal/place"
)

// ExampleRuns are the specs of the runs about easy, hard and wrong examples that the claims C18, L1 and L2 are judged by,
// but for those on easy and hard examples, whose data sets follow from records: see [EasyHardRuns].
func ExampleRuns() []record.Spec {
	var specs []record.Spec
	for _, set := range record.ExampleSets() {
		specs = append(specs, withSeedsOf(record.CleanLabels(set), record.ExampleSeeds)...)
		for _, kind := range record.WrongKinds() {
			specs = append(specs, withSeedsOf(record.WrongLabels(set, kind), wrongSeeds())...)
		}
	}
	return specs
}

// wrongSeeds are the seeds of L1 and of L2.
func wrongSeeds() []int64 {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(record.ExampleSeeds, record.StopSeeds))))
}

func withSeedsOf(s record.Spec, seeds []int64) []record.Spec {
	var specs []record.Spec
	for _, seed := range seeds {
		s.Seed = seed
		specs = append(specs, s.Normalized())
	}
	return specs
}

// ExampleSets are the data sets of the runs about easy, hard and wrong examples; in quick mode the notebook's alone, cut.
func ExampleSets() []string {
	if Mode() == place.Quick {
		return []string{AtMost(Spec(0, 0), 1).Dataset}
	}
	return record.ExampleSets()
}

// quickExampleSteps is how long nets are trained that score examples in quick mode.
const quickExampleSteps = 300

// WrongRuns are the runs with wrong labels of a kind, see record.WrongLabels; in quick mode one short one.
func WrongRuns(set, kind string) []record.Spec {
	s, seeds := record.WrongLabels(set, kind), wrongSeeds()
	if Mode() == place.Quick {
		s.Steps, seeds = quickExampleSteps, seeds[:1]
	}
	return withSeedsOf(s, seeds)
}

// CleanRuns are the runs without noise that tell easy from hard examples, see record.CleanLabels; in quick mode two
// short ones.
func CleanRuns(set string) []record.Spec {
	s, seeds := record.CleanLabels(set), record.ExampleSeeds
	if Mode() == place.Quick {
		s.Steps, seeds = quickExampleSteps, seeds[:2]
	}
	return withSeedsOf(s, seeds)
}

// Scored are the finished records of runs that score examples. Only in the modes quick and full what is missing is
// trained; else it says in one line how many there are.
func Scored(specs ...record.Spec) []*record.Record {
	if mode := Mode(); mode == place.Quick || mode == place.Full {
		ctx, stop := run.Interruptible(context.Background())
		defer stop()
		pool := &train.Pool{}
		defer pool.Close()
		opt := options(record.MeasureExamples)
		opt.NewEngine = pool.New
		records, err := run.RunAll(ctx, specs, opt)
		must(err)
		return records
	}
	store, err := place.OpenStore("")
	must(err)
	found, _, unreadable := Finished(store, specs)
	tell(os.Stdout, unreadable)
	records := slices.DeleteFunc(found, func(r *record.Record) bool { return r == nil })
	fmt.Printf("%d of %d records found", len(records), len(specs))
	if len(records) < len(specs) {
		fmt.Print("; train the rest with: go run ./notebooks sweep --paper examples --measure examples")
	}
	fmt.Println()
	return records
}

// Scores are the scores of the examples in some records, as far as they have them: those committed of runs with wrong
// labels hold what they found, and not the scores.
func Scores(records []*record.Record) []*record.Examples {
	var list []*record.Examples
	for _, r := range records {
		if r == nil || !r.HasExamples() {
			continue
		}
		e, err := r.LoadExamples()
		must(err)
		list = append(list, e)
	}
	return list
}
