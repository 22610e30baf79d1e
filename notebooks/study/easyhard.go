// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"context"
	"fmt"
	"os"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
)

func init() {
	kinds := []string{record.Easy, record.Hard}
	for _, set := range record.ExampleSets() {
		for _, seed := range record.ExampleSeeds {
			for _, trained := range kinds {
				for _, tested := range kinds {
					datasets.RegisterUnlisted(record.EasyHardSet(set, trained, tested, seed), func(ctx context.Context, opt datasets.Options) (*datasets.Set, error) {
						return openEasyHard(ctx, set, trained, tested, seed, opt)
					})
				}
			}
		}
	}
}

// openEasyHard makes a set of easy or hard examples, by the records of the other seeds.
func openEasyHard(ctx context.Context, name, trained, tested string, seed int64, opt datasets.Options) (*datasets.Set, error) {
	store, err := place.OpenStore("")
	if err != nil {
		return nil, err
	}
	halves, err := halvesOf(store, name, seed)
	if err != nil {
		return nil, err
	}
	whole, err := datasets.Open(ctx, name, opt)
	if err != nil {
		return nil, err
	}
	set := *whole
	train, _ := halves.Of(trained)
	_, test := halves.Of(tested)
	set.Name = record.EasyHardSet(name, trained, tested, seed)
	set.Title = fmt.Sprintf("%s, %s examples tested on %s ones", whole.Title, trained, tested)
	set.Train, set.Test = whole.Pick(train), whole.Pick(test)
	return &set, nil
}

// halvesOf are the easy and hard examples for a seed: by the clean runs of the other seeds.
func halvesOf(store *record.Store, set string, seed int64) (*record.Halves, error) {
	var runs []*record.Examples
	var schedule []int
	for _, other := range record.ExampleSeeds {
		if other == seed {
			continue
		}
		e, r, err := cleanScores(store, set, other)
		if err != nil {
			return nil, err
		}
		runs, schedule = append(runs, e), r.Spec.Evaluated()
	}
	order, err := record.ByHardness(runs, schedule)
	if err != nil {
		return nil, err
	}
	return record.SplitByHardness(order, runs[0].Original, 10, record.EasyHardClass, seed)
}

// cleanScores are the scores of the examples in a clean run.
func cleanScores(store *record.Store, set string, seed int64) (*record.Examples, *record.Record, error) {
	s := record.CleanLabels(set)
	s.Seed = seed
	r, err := store.FindMeasured(s.Normalized(), record.MeasureExamples)
	if err != nil {
		return nil, nil, err
	}
	if r == nil || !r.Complete() || !r.HasExamples() {
		return nil, nil, fmt.Errorf("which examples of %s are easy follows from %s, which is not there with its scores: train it with go run ./notebooks sweep --paper examples",
			set, s.Normalized().ID())
	}
	e, err := r.LoadExamples()
	return e, r, err
}

// EasyHardRuns are the specs of the runs on easy and on hard examples, as far as their data sets can be told from the
// records there are: see record.EasyHard. missing counts the others.
func EasyHardRuns(store *record.Store) (specs []record.Spec, missing int) {
	for _, wanted := range record.EasyHardRuns() {
		if s, ok := withItsData(store, wanted); ok {
			specs = append(specs, s)
		} else {
			missing++
		}
	}
	return specs, missing
}

// withItsData finds the complete record of a spec that leaves out what its data set is made of, and is that record's spec.
// It reads no others: the name of a record is that of the spec but for the hash at its end.
func withItsData(store *record.Store, wanted record.Spec) (record.Spec, bool) {
	id := wanted.ID()
	name := id[:strings.LastIndex(id, "-")+1]
	for _, folder := range store.Clean().Folders {
		entries, _ := os.ReadDir(folder) // one that can't be read holds none
		for _, entry := range entries {
			if !strings.HasPrefix(entry.Name(), name) {
				continue
			}
			r, err := record.FindIn(folder, entry.Name())
			if err != nil || !r.Complete() || r.Spec.Data == "" {
				continue
			}
			s := r.Spec
			if s.Data = ""; s.ID() == id {
				return r.Spec, true
			}
		}
	}
	return record.Spec{}, false
}
