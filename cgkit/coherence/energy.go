// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence

import "math"

// Energy is what m-coherence is made of. Over several layers, or several parts of a set of parameters, energies add.
type Energy struct {
	Sum2  float64 // ‖Σ_e g_e‖², of the sum over the examples
	Total float64 // Σ_e ‖g_e‖²
}

// Plus is the energy over both of two disjoint sets of parameters, for the same examples.
func (e Energy) Plus(o Energy) Energy { return Energy{e.Sum2 + o.Sum2, e.Total + o.Total} }

// MCoherence is m·α = ‖Σ g_e‖²/Σ‖g_e‖²: how many examples, on average, a small step for one of them helps. It lies in
// [0, m]: m for identical gradients, 1 for orthogonal ones, below 1 where they oppose. NaN where all gradients are 0.
func (e Energy) MCoherence() float64 {
	if !(e.Total > 0) {
		return math.NaN()
	}
	return e.Sum2 / e.Total
}

// Alpha is α = ‖E g‖²/E‖g‖² = MCoherence/m, in [0, 1], for m examples. NaN where all gradients are 0, or m < 1.
func (e Energy) Alpha(m int) float64 {
	if m < 1 {
		return math.NaN()
	}
	return e.MCoherence() / float64(m)
}
