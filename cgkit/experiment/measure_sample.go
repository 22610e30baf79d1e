// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"math/bits"
	"math/rand/v2"
	"slices"

	"coherentgradients/cgkit/coherence"
)

// The paper's estimate: this many training examples, and weights of each layer (CG §2.4). A smaller set or layer is
// taken whole.
const (
	sampleExamples = 400
	sampleWeights  = 300
	nullWorlds     = 6
)

// gradientSample is what the paper's estimate looks at.
type gradientSample struct {
	examples []int32   // indices, rising
	entries  [][]int32 // for each layer, indices into its row-major weights, rising
	worlds   [][]bool  // which of the examples are corrupt: the real world, then the null worlds
}

// newGradientSample draws the sample. Only the designations depend on the run: examples and weights are the same for all
// seeds and noise levels.
func newGradientSample(sizes []int, examples int, corrupt func(i int) bool) gradientSample {
	s := gradientSample{examples: distinct(Stream(0, "gradient sample, examples", 0), examples, sampleExamples)}
	for l := range len(sizes) - 1 {
		s.entries = append(s.entries, distinct(Stream(0, "gradient sample, weights", l), sizes[l]*sizes[l+1], sampleWeights))
	}
	real := make([]bool, len(s.examples))
	for i, example := range s.examples {
		real[i] = corrupt(int(example))
	}
	s.worlds = append(s.worlds, real)
	for k := range nullWorlds {
		s.worlds = append(s.worlds, coherence.NullWorld(real, Stream(0, "null world", k+1)))
	}
	return s
}

// sizes are the numbers of pristine and of corrupt examples in the sample.
func (s gradientSample) sizes() (pristine, corrupt int) {
	for _, c := range s.worlds[0] {
		if c {
			corrupt++
		}
	}
	return len(s.examples) - corrupt, corrupt
}

// distinct draws k of the numbers 0 … n−1 without replacement, in rising order; all of them if there are no more than k.
func distinct(source rand.Source, n, k int) []int32 {
	list := make([]int32, 0, min(n, k))
	if n <= k {
		for i := range n {
			list = append(list, int32(i))
		}
		return list
	}
	taken := make(map[uint64]bool, k)
	for len(list) < k {
		i, _ := bits.Mul64(source.Uint64(), uint64(n))
		if !taken[i] {
			taken[i] = true
			list = append(list, int32(i))
		}
	}
	slices.Sort(list)
	return list
}
