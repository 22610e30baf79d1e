// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"fmt"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
	"coherentgradients/datasets/random"
)

// NoiseOf is the label noise of a spec on its data set.
func NoiseOf(s record.Spec, set *datasets.Set) (*datasets.LabelNoise, error) {
	return noiseOf(s, set, set.Train, uint64(s.Seed))
}

// noiseOf is the noise of a spec on a split of its data set.
func noiseOf(s record.Spec, set *datasets.Set, split datasets.Split, seed uint64) (*datasets.LabelNoise, error) {
	if s.NoiseKind != record.NoisePairFlip {
		return datasets.NoiseOf(split, s.Noise, seed)
	}
	if set.Classes == 0 {
		return nil, fmt.Errorf("noise kind = %q with data set %q, which has a target and no classes: leave it out", s.NoiseKind, s.Dataset)
	}
	return datasets.NewPairFlip(split.Labels, set.Classes, s.Noise, seed)
}

// Validation is a noisy validation split of a run: the [record.ValidationExamples] examples behind those trained on, or
// as many as there are, with label noise of the run's kind and share from draws of its own. ok is false where the set
// has no examples behind its own: where it is not the first ones of a larger set.
func Validation(s record.Spec, set *datasets.Set) (split datasets.Split, noise *datasets.LabelNoise, ok bool, err error) {
	n := min(set.Beyond.Len(), record.ValidationExamples)
	if n == 0 {
		return split, nil, false, nil
	}
	if split, err = set.Beyond.Take(n); err != nil {
		return split, nil, false, err
	}
	noise, err = noiseOf(s, set, split, random.Stream(s.Seed, "validation noise", 0).Uint64())
	return split, noise, err == nil, err
}
