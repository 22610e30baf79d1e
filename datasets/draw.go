// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"math/rand/v2"

	"coherentgradients/datasets/random"
)

// source draws what glyphs and label noise are made of, see package random.
type source struct{ pcg rand.PCG }

func newSource(seed, stream uint64) *source {
	s := &source{}
	s.pcg.Seed(seed, stream)
	return s
}

func (s *source) below(n uint64) uint64 { return random.Below(&s.pcg, n) }

// between returns a uniform integer in [low, high].
func (s *source) between(low, high int64) int64 {
	return low + int64(s.below(uint64(high-low+1)))
}

func (s *source) unit() float64 { return random.Unit(&s.pcg) }

func (s *source) shuffle(x []uint8) { random.Shuffle(&s.pcg, x) }
