// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"slices"
	"strconv"

	"coherentgradients/cgkit/experiment"
)

// In quick mode nets are trained on the first quickExamples of a set, on which 50 epochs are a matter of seconds, and
// long enough to learn labels by heart; on the synthetic set, which is there for tests, more briefly still.
const (
	quickExamples    = 6000
	quickSteps       = 3000
	quickGlyphsSteps = 300
)

// Spec is the paper's net of section 3 (784–256–256–256–10, batch 100, rate 0.1, 60,000 steps) on the notebook's data
// set, with a share of label noise and c percent winsorized on each side; c = 0 is plain SGD. In quick mode it is cut to
// 3,000 steps on 6,000 examples.
func Spec(noise, c float64) experiment.Spec {
	s := experiment.DefaultSpec()
	s.Dataset, s.Noise, s.C = Dataset(), noise, c
	if c > 0 {
		s.Aggregator = "winsorize"
	}
	return AtMost(s, s.Steps)
}

// AtMost is a spec with its number of steps set; in quick mode it is cut as [Spec] says.
func AtMost(s experiment.Spec, steps int) experiment.Spec {
	s.Steps = steps
	if Mode() != experiment.Quick {
		return s
	}
	limit := quickGlyphsSteps
	if slices.Contains([]string{"mnist", "fashion-mnist", "cifar-10"}, s.Dataset) {
		s.Dataset += "-" + strconv.Itoa(quickExamples)
	}
	if s.Dataset != "glyphs" {
		limit = quickSteps
	}
	s.Steps = min(s.Steps, limit)
	return s
}

// Noises are the columns of Figure 4; in quick mode there are two.
func Noises() []float64 {
	if Mode() == experiment.Quick {
		return []float64{0, 0.5}
	}
	return []float64{0, 0.25, 0.5, 0.75, 1}
}

// Cs are the rows of Figure 4; in quick mode there are three.
func Cs() []float64 {
	if Mode() == experiment.Quick {
		return []float64{0, 2, 8}
	}
	return []float64{0, 1, 2, 4, 8}
}

// Grid is Figure 4's specs, row after row of c.
func Grid() []experiment.Spec {
	var specs []experiment.Spec
	for _, c := range Cs() {
		for _, noise := range Noises() {
			specs = append(specs, Spec(noise, c))
		}
	}
	return specs
}
