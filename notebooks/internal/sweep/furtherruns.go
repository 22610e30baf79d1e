// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import "coherentgradients/cgkit/record"

// listed is the grid of a list of runs.
func listed(specs []record.Spec) func() Grid {
	return func() Grid {
		var g Grid
		for _, s := range specs {
			g = append(g, only(s))
		}
		return g
	}
}

// carried are the runs of record.CarryOver on a data set.
func carried(dataset string) (specs []record.Spec) {
	for _, s := range record.CarryOver() {
		if s.Dataset == dataset {
			specs = append(specs, s)
		}
	}
	return specs
}

// only is the block of one run.
func only(s record.Spec) Block {
	b := Block{
		Dataset: []string{s.Dataset}, Noise: []float64{s.Noise}, Aggregator: []string{s.Aggregator}, C: []float64{s.C},
		Percentile: []string{s.Percentile}, Init: []string{s.Init}, Steps: []int{s.Steps}, Batch: []int{s.Batch},
		LearningRate: []float64{s.LearningRate}, Weights: []string{s.Weights}, MaxUpdate: []float64{s.MaxUpdate},
		WeightDecay: []float64{s.WeightDecay}, Schedule: []string{s.Schedule}, Momentum: []float64{s.Momentum},
		NoiseKind: []string{s.NoiseKind}, Augment: []string{s.Augment}, First: []string{s.First}, FirstSteps: []int{s.FirstSteps},
		RuleSettings: s.RuleSettings, Seed: []int64{s.Seed}, Hidden: [][]int{s.Hidden},
	}
	if s.Model != "" {
		b.Model, b.Settings, b.Hidden = []string{s.Model}, s.Settings, nil
	}
	return b
}
