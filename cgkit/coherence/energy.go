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

// Agreement is α̂ = (A−1)/(m−1) of the m-coherence A of m examples: the mean of ⟨g_a, g_b⟩ over the pairs of different
// examples, over the mean of ‖g_e‖². Unlike A it does not grow with m, so it can be compared between groups of unequal
// size: 1 for identical gradients, 0 where they are orthogonal on average, and at least −1/(m−1). NaN for m < 2.
func Agreement(coherence float64, m int) float64 {
	if m < 2 {
		return math.NaN()
	}
	return (coherence - 1) / float64(m-1)
}

// Agreement is α̂ of m examples, see the function.
func (e Energy) Agreement(m int) float64 { return Agreement(e.MCoherence(), m) }
