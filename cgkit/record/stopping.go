// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import "fmt"

// StoppingSeeds are the seeds of the runs of [Stopping]: they had no run before the claim about them was written. It is
// judged once there are those of the first [StoppingNeeded].
var StoppingSeeds = []int64{11, 12, 13, 14, 15}

// StoppingNeeded is how many seeds must be there.
const StoppingNeeded = 3

// StoppingSets are the data sets of the runs of [Stopping].
func StoppingSets() []string {
	return []string{fmt.Sprintf("mnist-%d", FullBatchExamples), fmt.Sprintf("fashion-mnist-%d", FullBatchExamples)}
}

// Stopping is a run by which rules are judged that say when to stop: Figure 4's net by plain SGD on 6,000 examples, 100
// epochs, evaluated after each. kind is the noise's, as Spec.NoiseKind has it. Measure signals with it.
func Stopping(dataset string, noise float64, kind string) Spec {
	s := Figure4(dataset, noise, 0)
	s.Steps, s.Schedule, s.NoiseKind = 6_000, ScheduleEven, kind
	return s
}

// StoppingNoise is a kind and a share of noise of the runs of [Stopping].
type StoppingNoise struct {
	Name  string // in letters and digits
	Text  string // for people
	Share float64
	Kind  string
}

// StoppingNoises are the noises of the runs of [Stopping].
func StoppingNoises() []StoppingNoise {
	return []StoppingNoise{
		{"n0", "no noise", 0, ""}, {"n25", "25 %", 0.25, ""}, {"n50", "50 %", 0.5, ""}, {"n75", "75 %", 0.75, ""},
		{"flip25", "25 % to the next class", 0.25, NoisePairFlip},
	}
}

// StoppingRuns are all runs of [Stopping], the first seed of all of them first.
func StoppingRuns() (specs []Spec) {
	for _, seed := range StoppingSeeds {
		for _, n := range StoppingNoises() {
			for _, set := range StoppingSets() {
				s := Stopping(set, n.Share, n.Kind)
				s.Seed = seed
				specs = append(specs, s.Normalized())
			}
		}
	}
	return specs
}

// Right is the share of labels that are expected to be right among those trained on, of ten classes: 1 − 0.9 ε, or 1 − ε
// of [NoisePairFlip].
func (s Spec) Right() float64 {
	if s.NoiseKind == NoisePairFlip {
		return 1 - s.Noise
	}
	return 1 - 0.9*s.Noise
}
