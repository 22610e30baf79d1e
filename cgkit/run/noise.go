// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"fmt"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
)

// NoiseOf is the label noise of a spec on its data set.
func NoiseOf(s record.Spec, set *datasets.Set) (*datasets.LabelNoise, error) {
	if s.NoiseKind != record.NoisePairFlip {
		return datasets.NoiseOf(set.Train, s.Noise, uint64(s.Seed))
	}
	if set.Classes == 0 {
		return nil, fmt.Errorf("noise kind = %q with data set %q, which has a target and no classes: leave it out", s.NoiseKind, s.Dataset)
	}
	return datasets.NewPairFlip(set.Train.Labels, set.Classes, s.Noise, uint64(s.Seed))
}
