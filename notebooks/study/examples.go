// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"slices"

	"coherentgradients/cgkit/record"
)

// ExampleRuns are the specs of the runs about easy, hard and wrong examples that the claims C18 and L1 are judged by,
// but for those on easy and hard examples, whose data sets follow from records: see [EasyHardRuns].
func ExampleRuns() []record.Spec {
	var specs []record.Spec
	for _, set := range record.ExampleSets() {
		for _, seed := range record.ExampleSeeds {
			specs = append(specs, withSeed(record.CleanLabels(set), seed))
		}
		for _, kind := range record.WrongKinds() {
			specs = append(specs, WrongRuns(set, kind)...)
		}
	}
	return specs
}

// WrongRuns are those with wrong labels of a kind, see record.WrongLabels: the seeds of L1 and of L2.
func WrongRuns(set, kind string) []record.Spec {
	var specs []record.Spec
	for _, seed := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(record.ExampleSeeds, record.StopSeeds)))) {
		specs = append(specs, withSeed(record.WrongLabels(set, kind), seed))
	}
	return specs
}

func withSeed(s record.Spec, seed int64) record.Spec {
	s.Seed = seed
	return s.Normalized()
}
