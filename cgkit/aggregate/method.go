// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"

	"coherentgradients/cgkit/aggregate/internal/order"
	"coherentgradients/cgkit/aggregate/internal/sample"

	"github.com/gomlx/compute"
)

// Method is how a rule finds order statistics. Whichever it is, they are the same numbers; sums may be rounded
// otherwise.
//
//	Networks   one loop over the coordinates that holds all m values of a coordinate in registers and stack and runs a
//	           network of min and max on them (package selection). The fastest way, as long as the compiler keeps up.
//	Sides      a network for the low side, run twice: 1.5 to 2 times the operations of one for both. It needs as many
//	           values on the low side as on the high one, and no interpolation between them.
//	Counting   one counting of all values for each bit of a number, in a loop over blocks of examples. The time is linear
//	           in m and the same for every c, as is the time to compile; memory is a few times that of the parameter.
//
// Subnormal numbers are the exception: XLA on CPUs compares and computes those of float32, float64 and bfloat16 as 0,
// so any of the subnormal numbers of a coordinate may come out for another, or 0. The pure-Go backend has them;
// models that compute in float16 lose those on it all the same, as its own operations make them 0.
//
// Its String is the method's name.
type Method = order.Method

const (
	// Automatic takes, on XLA, the first of Networks, Sides and Counting that has at most [NetworkLimit] operations a
	// coordinate; where XLA is tuned, Networks of up to [TunedLimit] come before Counting, and for at most 240 examples
	// before Sides. On a GPU Sides are left out. On the pure-Go backend it takes Networks.
	Automatic = order.Automatic
	// Networks always.
	Networks = order.Networks
	// Sides where the sides are alike, else Counting. Neither runs on the pure-Go backend or inside a loop.
	Sides = order.Sides
	// Counting always.
	Counting = order.Counting
)

// NetworkLimit is the number of operations a coordinate up to which [Automatic] uses networks on XLA, the five that
// make each example's value included. XLA's CPU compiler cuts a loop of more than 4,000 operations into functions,
// and LLVM does not use vectors for it any more: a step becomes up to 40 times slower.
const NetworkLimit = order.NetworkLimit

// TunedLimit is the same where XLA_FLAGS raises the limits at which LLVM gives up, as package backend does for the
// plugin that it fetches. Steps are fast then whatever the size, and it is the time to compile that grows: about 2 s
// at 5,000 operations and 25 s at 8,000, for each loop with such a network. Above [NetworkLimit] parameters share
// loops, therefore.
const TunedLimit = order.TunedLimit

// selecting is a rule that selects among values of a batch.
type selecting interface {
	// demand is what the rule asks for in a batch of m; ok is false where it selects nothing.
	demand(m int) (d order.Demand, by Method, ok bool)
}

// Loops says whether a rule's directions for batches of m examples contain a loop of their own. GoMLX has no loops
// within loops: a graph.While over several steps is to be given up then for one step a call. Inside such a loop
// [Automatic] is Networks, and panics where XLA would not compile those in reasonable time: for more than 256
// examples, and, tuned, for more than [NetworkLimit] operations a coordinate.
func Loops(rule Rule, m int, b compute.Backend) bool {
	s, ok := rule.(selecting)
	if !ok || !sample.CanLoop(b) {
		return false
	}
	d, by, ok := s.demand(m)
	return ok && (d.OnXLA(by, b) != Networks || d.Shared(by, b))
}

// CheckBackend says whether a rule is practical for batches of m examples on a backend; nil, or an error naming the size,
// the range and the remedy. Whoever builds a graph with the rule calls it beside Check. What is refused is [Networks] where
// XLA does not compile them; in a loop that holds several steps, [Automatic] comes to the same, see [Loops].
func CheckBackend(rule Rule, m int, b compute.Backend) error {
	s, ok := rule.(selecting)
	if !ok || m <= order.MostOnXLA || !sample.CanLoop(b) {
		return nil
	}
	if d, by, selects := s.demand(m); selects && by == Networks && d.M > order.MostOnXLA {
		return fmt.Errorf("%s: a batch of %d examples: on XLA a network on more than %d values does not compile in reasonable time; use method automatic",
			rule.Name(), m, order.MostOnXLA)
	}
	return nil
}
