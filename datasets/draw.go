// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"math/bits"
	"math/rand/v2"
)

// source draws from PCG in a way that is the same on every platform and in every version of Go. The bounded draws of
// rand.Rand take another path on 32-bit machines and may change; a recorded run must not.
type source struct{ pcg rand.PCG }

func newSource(seed, stream uint64) *source {
	s := &source{}
	s.pcg.Seed(seed, stream)
	return s
}

// below returns a uniform integer in [0, n), n > 0 (Lemire's multiplication, with rejection, so exactly uniform).
func (s *source) below(n uint64) uint64 {
	hi, lo := bits.Mul64(s.pcg.Uint64(), n)
	if lo < n {
		for least := -n % n; lo < least; {
			hi, lo = bits.Mul64(s.pcg.Uint64(), n)
		}
	}
	return hi
}

// between returns a uniform integer in [low, high].
func (s *source) between(low, high int64) int64 {
	return low + int64(s.below(uint64(high-low+1)))
}

// unit returns a uniform multiple of 2⁻⁵³ in [0, 1).
func (s *source) unit() float64 { return float64(s.pcg.Uint64()>>11) / (1 << 53) }

// shuffle permutes x uniformly (Fisher and Yates).
func (s *source) shuffle(x []uint8) {
	for i := len(x) - 1; i > 0; i-- {
		j := s.below(uint64(i + 1))
		x[i], x[j] = x[j], x[i]
	}
}
