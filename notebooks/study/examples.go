// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"coherentgradients/cgkit/record"
)

// ExampleRuns are the specs of the runs about easy, hard and wrong examples that the claims C18 and L1 are judged by,
// but for those on easy and hard examples, whose data sets follow from records: see [EasyHardRuns].
func ExampleRuns() []record.Spec {
	var specs []record.Spec
	for _, set := range record.ExampleSets() {
		for _, seed := range record.ExampleSeeds {
			s := record.CleanLabels(set)
			s.Seed = seed
			specs = append(specs, s.Normalized())
			for _, kind := range record.WrongKinds() {
				s := record.WrongLabels(set, kind)
				s.Seed = seed
				specs = append(specs, s.Normalized())
			}
		}
	}
	return specs
}
