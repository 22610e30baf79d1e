// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence

import (
	"math/bits"
	"math/rand/v2"
	"slices"
)

// NullWorld returns the designations permuted uniformly among the examples: as many are marked as before, and which
// ones has nothing to do with their gradients. What f^p and i^p show in the real world and in no null world is about
// the examples, not about the sizes of the groups (CG §2.4).
//
// The same source gives the same permutation on every machine. designations is not changed.
func NullWorld(designations []bool, source rand.Source) []bool {
	d := slices.Clone(designations)
	for i := len(d) - 1; i > 0; i-- {
		// The high half of the product favours some places by less than one part in 2⁴⁰ for up to 2²⁴ examples.
		j, _ := bits.Mul64(source.Uint64(), uint64(i+1))
		d[i], d[j] = d[j], d[i]
	}
	return d
}
