// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// xlaLimit is the largest batch for which XLA compiles any network within minutes.
const xlaLimit = 256

// CheckBackend says whether a rule is practical for batches of m examples on a backend; nil, or an error naming the size,
// the range and the remedy. Whoever builds a graph with the rule calls it beside Check. What is refused is [Networks] where
// XLA does not compile them; in a loop that holds several steps, [Automatic] comes to the same, see [Loops].
func CheckBackend(rule Rule, m int, b compute.Backend) error {
	s, ok := rule.(selecting)
	if !ok || m <= xlaLimit || !capable(b) {
		return nil
	}
	if d, method, selects := s.demand(m); selects && method == Networks && d.m > xlaLimit {
		return fmt.Errorf("%s: a batch of %d examples: on XLA a network on more than %d values does not compile in reasonable time; use method automatic",
			rule.Name(), m, xlaLimit)
	}
	return nil
}

// checkLoop panics where only a network could serve, within a loop, and XLA would not compile it, or not in reasonable time
// and memory.
func (d demand) checkLoop(g *graph.Graph) {
	if capable(g.Backend()) && (d.large(Automatic) || d.m > xlaLimit && d.onXLA(Automatic) != Networks) {
		panic(fmt.Errorf("aggregate: a batch of %d examples in a loop of steps: on XLA selecting among so many takes a loop of its own, and GoMLX has no loops within loops; make one step a call, or take fewer examples or a smaller c",
			d.m))
	}
}
