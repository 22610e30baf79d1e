// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence

import "math"

// Sampling is what the f^p of a sample of the training examples is expected to be made of: f^p over all N examples,
// their m-coherence A = ‖g‖²/Σ_e ‖g_e‖², and the pristine examples' share s of the energy Σ_e ‖g_e‖².
//
// For n examples drawn without replacement, g_S = g_S^p + g_S^c being the sums of their gradients, an example is drawn
// with probability q₁ = n/N and a pair of different ones with q₂ = n(n−1)/(N(N−1)). So, E being the energy of all and
// E^p that of the pristine examples,
//
//	E⟨g_S, g_S^p⟩ = q₁ E^p + q₂ (⟨g, g^p⟩ − E^p)
//	E⟨g_S, g_S⟩   = q₁ E   + q₂ (⟨g, g⟩   − E),
//
// and the ratio of the two, everything divided by q₂ E, with λ = q₁/q₂ − 1 = (N−n)/(n−1), is
//
//	f^p(n) = (λ s + A f^p)/(λ + A).
//
// The products of an example's gradient with itself, which among all examples are one part in A, make λ parts of it in
// a sample: where λ is much larger than A, the sampled f^p is the pristine share of the energy whatever the true f^p
// is. For 400 of 60,000 examples λ is 149.
//
// It is the ratio of the expectations; the expectation of the ratio differs by a term of the order of the ratio's
// variance.
type Sampling struct {
	FP        float64 // f^p over all examples
	Share     float64 // s
	Coherence float64 // A
	Energy    float64 // of a layer beside others, in any unit: only ratios count. Unused by [Sampling.Expected]
}

// Expected is f^p(n) of n examples of N. NaN unless 2 ≤ n ≤ N. f^p itself for n = N.
func (s Sampling) Expected(n, of int) float64 {
	s.Energy = 1
	return ExpectedOfLayers([]Sampling{s}, []float64{1}, n, of)
}

// ExpectedOfLayers is f^p(n) where of each layer only some coordinates are looked at, a share kept[l] of them, drawn at
// random for each layer: then layers count by their energy times that share. The paper looks at 300 weights of each
// layer.
func ExpectedOfLayers(layers []Sampling, kept []float64, n, of int) float64 {
	if n < 2 || n > of || len(kept) != len(layers) {
		return math.NaN()
	}
	lambda := float64(of-n) / float64(n-1)
	var pristine, all float64
	for l, s := range layers {
		weight := kept[l] * s.Energy
		pristine += weight * (lambda*s.Share + s.Coherence*s.FP)
		all += weight * (lambda + s.Coherence)
	}
	if !(all > 0) {
		return math.NaN()
	}
	return pristine / all
}
