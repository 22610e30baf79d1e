// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"slices"
)

// ExampleSeeds are the seeds of the runs about easy, hard and wrong examples. None of them had a run before the claims
// about those were written.
var ExampleSeeds = []int64{11, 12, 13}

// StopSeeds are the seeds of the runs of [WrongLabels] that the claim about scores up to a stop is judged by: it was
// written when those of seed 11 had been looked at, and no other.
var StopSeeds = []int64{12, 13, 14}

// WrongSeeds are the seeds of all runs of [WrongLabels].
func WrongSeeds() []int64 {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(ExampleSeeds, StopSeeds))))
}

// ExampleSets are the data sets of those runs.
func ExampleSets() []string { return []string{"mnist-6000", "fashion-mnist-6000"} }

// WrongKinds are the kinds of wrong labels of [WrongLabels], as in Spec.NoiseKind.
func WrongKinds() []string { return []string{"", NoisePairFlip} }

// CleanLabels is a run that shows which examples are easy: Figure 4's net without noise for 100 epochs of 6,000
// examples. Measure [MeasureExamples] with it.
func CleanLabels(dataset string) Spec {
	s := Figure4(dataset, 0, 0)
	s.Steps = 6000
	return s
}

// WrongLabels is [CleanLabels] with 25 % of the labels chosen to be made wrong, by one of [WrongKinds].
func WrongLabels(dataset, kind string) Spec {
	s := CleanLabels(dataset)
	s.Noise, s.NoiseKind = 0.25, kind
	return s
}

// WrongLabelsByEpoch is [WrongLabels] with permuted labels, evaluated after every epoch: its averages over training are
// over the epochs. Its runs, with [ExampleSeeds], belong to no claim.
func WrongLabelsByEpoch(dataset string) Spec {
	s := WrongLabels(dataset, "")
	s.Schedule = ScheduleEven
	return s
}

// ExampleRuns are the runs of [CleanLabels] and [WrongLabels], the first seed of all of them first.
func ExampleRuns() (specs []Spec) {
	for _, seed := range WrongSeeds() {
		for _, set := range ExampleSets() {
			var runs []Spec
			if slices.Contains(ExampleSeeds, seed) {
				runs = append(runs, CleanLabels(set))
			}
			for _, kind := range WrongKinds() {
				runs = append(runs, WrongLabels(set, kind))
			}
			for _, s := range runs {
				s.Seed = seed
				specs = append(specs, s)
			}
		}
	}
	return specs
}

// Easy and Hard name the halves of a training set, see [EasyHardSet].
const (
	Easy = "easy"
	Hard = "hard"
)

// EasyHardSet names the set that trains on the easy or the hard examples of another and tests on other examples of
// either kind. Which are easy for a seed is told by the runs of [CleanLabels] with the other [ExampleSeeds].
func EasyHardSet(dataset, trained, tested string, seed int64) string {
	return fmt.Sprintf("%s-%s-on-%s-s%d", dataset, trained, tested, seed)
}

// EasyHardClass is how many examples of each class are trained on, and as many others are tested on, in an
// [EasyHardSet].
const EasyHardClass = 125

// EasyHard is the run on an [EasyHardSet]: 100 epochs of 1,250 examples in batches of 50.
func EasyHard(dataset, trained, tested string, seed int64) Spec {
	s := Figure4(EasyHardSet(dataset, trained, tested, seed), 0, 0)
	s.Steps, s.Batch, s.Seed = 2500, 50, seed
	return s
}

// EasyHardRuns are the runs of [EasyHard] on all its sets, the first seed of all of them first. What a set is made of is
// filled in from the runs of [CleanLabels].
func EasyHardRuns() (specs []Spec) {
	kinds := []string{Easy, Hard}
	for _, seed := range ExampleSeeds {
		for _, set := range ExampleSets() {
			for _, trained := range kinds {
				for _, tested := range kinds {
					specs = append(specs, EasyHard(set, trained, tested, seed))
				}
			}
		}
	}
	return specs
}
