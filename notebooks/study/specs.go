// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import "coherentgradients/cgkit/experiment"

// quickSteps is how long a run is in quick mode: one epoch of MNIST, seconds.
const quickSteps = 600

// Spec is the paper's net of section 3 (784–256–256–256–10, batch 100, rate 0.1, 60,000 steps) on the notebook's data
// set, with a share of label noise and c percent winsorized on each side; c = 0 is plain SGD. In quick mode it is cut to
// 600 steps.
func Spec(noise, c float64) experiment.Spec {
	s := experiment.DefaultSpec()
	s.Dataset, s.Noise, s.C = Dataset(), noise, c
	if c > 0 {
		s.Aggregator = "winsorize"
	}
	return AtMost(s, s.Steps)
}

// AtMost is a spec with its number of steps set, or fewer in quick mode.
func AtMost(s experiment.Spec, steps int) experiment.Spec {
	s.Steps = steps
	if Mode() == experiment.Quick {
		s.Steps = min(s.Steps, quickSteps)
	}
	return s
}

// Noises are the columns of Figure 4; in quick mode there are two.
func Noises() []float64 {
	if Mode() == experiment.Quick {
		return []float64{0, 0.5}
	}
	return []float64{0, 0.25, 0.5, 0.75, 1}
}

// Cs are the rows of Figure 4; in quick mode there are two.
func Cs() []float64 {
	if Mode() == experiment.Quick {
		return []float64{0, 2}
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
