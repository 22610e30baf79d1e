// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import "fmt"

// CoherenceSeeds are the seeds of the runs about coherence: [Coherence], [CoherenceWhole] and [CoherenceConvolutions].
// They had no run before the claims about them were written.
var CoherenceSeeds = []int64{11, 12, 13}

// CoherenceDatasets are the data sets of these runs, whole ones, and CoherenceNoises their levels of noise.
func CoherenceDatasets() []string { return []string{"mnist", "fashion-mnist"} }

// CoherenceNoises are the levels of noise of these runs.
func CoherenceNoises() []float64 { return []float64{0, 0.25, 0.5, 1} }

// CoherenceExamples is of how many training examples [Coherence] is, and CoherenceFewer [CoherenceConvolutions].
const (
	CoherenceExamples = 6_000
	CoherenceFewer    = 2_000
)

// Coherence is a run over which the agreement of gradients is followed: the paper's net of §3 by plain SGD on the first
// 6,000 training examples of a data set, for 100 epochs.
func Coherence(dataset string, noise float64) Spec {
	s := Figure4(fmt.Sprintf("%s-%d", dataset, CoherenceExamples), noise, 0)
	s.Steps = 6_000
	return s
}

// CoherenceWhole is [Coherence] on all training examples, for 20,000 steps: 33 epochs of 60,000 examples.
func CoherenceWhole(dataset string, noise float64) Spec {
	s := Figure4(dataset, noise, 0)
	s.Steps = 20_000
	return s
}

// CoherenceConvolutions is a run of a small convolutional net, two convolutions and two dense layers, by plain SGD on
// the first 2,000 training examples, for 50 epochs.
func CoherenceConvolutions(dataset string, noise float64) Spec {
	s := Figure4(fmt.Sprintf("%s-%d", dataset, CoherenceFewer), noise, 0)
	s.Model, s.Settings = "cnn", map[string]string{"cnn_channels": "4,8", "cnn_hidden": "32"}
	s.Steps = 1_000
	return s.plain()
}

// CoherenceRuns are the runs of [Coherence] at all levels of noise, and those of [CoherenceConvolutions] without noise and
// with all labels random, on both data sets: the first seed of all of them first.
func CoherenceRuns() (specs []Spec) {
	for _, seed := range CoherenceSeeds {
		for _, of := range []struct {
			run    func(dataset string, noise float64) Spec
			noises []float64
		}{{Coherence, CoherenceNoises()}, {CoherenceConvolutions, []float64{0, 1}}} {
			for _, dataset := range CoherenceDatasets() {
				for _, noise := range of.noises {
					s := of.run(dataset, noise)
					s.Seed = seed
					specs = append(specs, s)
				}
			}
		}
	}
	return specs
}

// CoherenceWholeRuns are the runs of [CoherenceWhole] on MNIST, the first seed of all of them first.
func CoherenceWholeRuns() (specs []Spec) {
	for _, seed := range CoherenceSeeds {
		for _, noise := range CoherenceNoises() {
			s := CoherenceWhole("mnist", noise)
			s.Seed = seed
			specs = append(specs, s)
		}
	}
	return specs
}
