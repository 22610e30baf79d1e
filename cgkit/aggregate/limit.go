// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"

	"github.com/gomlx/compute"
)

// xlaLimit is the largest batch that XLA compiles a selection among in reasonable time. From about 250 examples on it no
// longer uses vectors, which makes a step some ten times slower; with several hundreds its compiler does not end within
// minutes.
const xlaLimit = 256

// selecting is a rule that selects among the examples of a batch, at least from some size of it on.
type selecting interface {
	selects(m int) bool
}

func (w Winsorize) selects(m int) bool {
	low, high := w.Percentile.bounds(w.C, m)
	return low != (bound{}) || high != (bound{})
}

func (t TrimmedMean) selects(m int) bool {
	low, high := Nearest.bounds(t.C, m)
	return low != (bound{}) || high != (bound{})
}

func (Median) selects(m int) bool { return m > 2 }

// CheckBackend says whether a rule is practical for batches of m examples on a backend; nil, or an error naming the size,
// the range and the remedy. Whoever builds a graph with the rule calls it beside Check.
func CheckBackend(rule Rule, m int, b compute.Backend) error {
	s, ok := rule.(selecting)
	if !ok || m <= xlaLimit || b.Name() != "xla" || !s.selects(m) {
		return nil
	}
	return fmt.Errorf("%s: a batch of %d examples: on XLA selecting among more than %d does not compile in reasonable time; use a batch of at most %d, the mean, or GOMLX_BACKEND=go",
		rule.Name(), m, xlaLimit, xlaLimit)
}
