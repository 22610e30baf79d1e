// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import "coherentgradients/cgkit/record"

// CarryRuns are the runs of notebook 12, which the claims F1 to F4 are judged by, whatever the notebook's data set.
func CarryRuns() []record.Spec {
	specs := record.CarryOver()
	for i, seed := range record.CarrySeeds {
		for _, noise := range []float64{0, 0.25, 0.5} {
			s := record.CarriedWide(noise)
			s.Seed = seed
			specs = append(specs, s)
			for _, c := range []float64{0, 1, 2} {
				if s := record.CarriedWhole(noise, c); i == 0 && noise > 0 {
					s.Seed = seed
					specs = append(specs, s)
				}
			}
		}
	}
	return specs
}

// OpenRuns are the runs of notebook 11, which the claims O1 to O3 are judged by, whatever the notebook's data set.
func OpenRuns() []record.Spec {
	return append(append(record.CapacityRuns(), record.StartedRuns()...), record.PatternRuns()...)
}
