// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence

import "math"

// Groups is the gradient g = g^p + g^c of all examples by the inner products of its two parts: the sums over pristine
// and over corrupt examples, or any other two groups. Over several layers groups add.
type Groups struct {
	PP float64 // ⟨g^p, g^p⟩
	PC float64 // ⟨g^p, g^c⟩
	CC float64 // ⟨g^c, g^c⟩
}

// Plus is the groups over both of two disjoint sets of parameters.
func (g Groups) Plus(o Groups) Groups { return Groups{g.PP + o.PP, g.PC + o.PC, g.CC + o.CC} }

// Scaled is the groups with every gradient multiplied by s.
func (g Groups) Scaled(s float64) Groups { return Groups{s * s * g.PP, s * s * g.PC, s * s * g.CC} }

// Pristine is ⟨g, g^p⟩: to first order, and times the learning rate, how much of what a step takes off the loss is owed
// to pristine examples. It may be negative.
func (g Groups) Pristine() float64 { return g.PP + g.PC }

// Corrupt is ⟨g, g^c⟩.
func (g Groups) Corrupt() float64 { return g.PC + g.CC }

// Norm2 is ⟨g, g⟩ = ⟨g, g^p⟩ + ⟨g, g^c⟩, 0 or more but for rounding.
func (g Groups) Norm2() float64 { return g.Pristine() + g.Corrupt() }

// F is f^p = ⟨g, g^p⟩/⟨g, g⟩ and f^c likewise. f^p + f^c = 1; either may leave [0, 1], where the groups work against
// each other. Both are NaN where g is 0.
func (g Groups) F() (fp, fc float64) {
	norm2 := g.Norm2()
	if !(norm2 > 0) {
		return math.NaN(), math.NaN()
	}
	return g.Pristine() / norm2, g.Corrupt() / norm2
}

// Cosine is ⟨g^p, g^c⟩/(‖g^p‖ ‖g^c‖): −1 where the groups pull in opposite directions. NaN where either is 0.
func (g Groups) Cosine() float64 {
	if !(g.PP > 0 && g.CC > 0) {
		return math.NaN()
	}
	return min(max(g.PC/(math.Sqrt(g.PP)*math.Sqrt(g.CC)), -1), 1)
}

// Contributed is i^p = (1/p) Σ_t ⟨g_t, g^p_t⟩ and i^c = (1/c) Σ_t ⟨g_t, g^c_t⟩ over the given steps: the mean
// contribution of one example of a group of p, or c, so far. NaN for a group without examples. It has the scale of
// the gradients, squared.
func Contributed(steps []Groups, p, c int) (ip, ic float64) {
	for _, g := range steps {
		ip += g.Pristine()
		ic += g.Corrupt()
	}
	return share(ip, p), share(ic, c)
}

func share(sum float64, n int) float64 {
	if n < 1 {
		return math.NaN()
	}
	return sum / float64(n)
}
