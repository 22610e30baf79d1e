// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"context"
	"fmt"

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
		return nil, nil, fmt.Errorf("which examples of %s are easy follows from %s, which is not there with its scores: train it with go run ./notebooks sweep --paper examples --measure examples",
			set, s.Normalized().ID())
	}
	e, err := r.LoadExamples()
	return e, r, err
}

// EasyHardRuns are the specs of the runs on easy and on hard examples, as far as their data sets can be told from the
// records there are: see record.EasyHard. missing counts the others.
func EasyHardRuns(store *record.Store) (specs []record.Spec, missing int) {
	found := map[string]record.Spec{}
	list, _ := record.List(store.Clean().Write)
	for _, folder := range store.Clean().Folders {
		more, err := record.List(folder)
		if err == nil {
			list = append(list, more...)
		}
	}
	for _, at := range list {
		if at.Record != nil {
			s := at.Record.Spec
			data := s.Data
			s.Data = ""
			if _, there := found[s.ID()]; !there && data != "" && at.Record.Complete() {
				found[s.ID()] = at.Record.Spec
			}
		}
	}
	for _, seed := range record.ExampleSeeds {
		for _, set := range record.ExampleSets() {
			for _, trained := range []string{record.Easy, record.Hard} {
				for _, tested := range []string{record.Easy, record.Hard} {
					if s, ok := found[record.EasyHard(set, trained, tested, seed).Normalized().ID()]; ok {
						specs = append(specs, s)
					} else {
						missing++
					}
				}
			}
		}
	}
	return specs, missing
}
