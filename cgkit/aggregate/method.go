// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"

	"coherentgradients/cgkit/internal/xlaflags"
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
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
type Method int

const (
	// Automatic takes, on XLA, the first of Networks, Sides and Counting that has at most [NetworkLimit] operations a
	// coordinate; where XLA is tuned, Networks of up to [TunedLimit] come before Counting, and for at most 240 examples
	// before Sides. On the pure-Go backend it takes Networks.
	Automatic Method = iota
	// Networks always.
	Networks
	// Sides where the sides are alike, else Counting. Neither runs on the pure-Go backend or inside a loop.
	Sides
	// Counting always.
	Counting
)

var methodNames = []string{"automatic", "networks", "sides", "counting"}

// String is the method's name.
func (m Method) String() string {
	if m < 0 || int(m) >= len(methodNames) {
		return fmt.Sprintf("Method(%d)", int(m))
	}
	return methodNames[m]
}

// NetworkLimit is the number of operations a coordinate up to which [Automatic] uses networks on XLA, the five that
// make each example's value included. XLA's CPU compiler cuts a loop of more than 4,000 operations into functions,
// and LLVM does not use vectors for it any more: a step becomes up to 40 times slower.
const NetworkLimit = 3990

// TunedLimit is the same where XLA_FLAGS raises the limits at which LLVM gives up, as package backend does for the
// plugin that it fetches. Steps are fast then whatever the size, and it is the time to compile that grows: about 2 s
// at 5,000 operations and 25 s at 8,000, for each loop with such a network. Above [NetworkLimit] parameters share
// loops, therefore.
const TunedLimit = 8200

// perValue is how many operations it takes to make a value of a dense layer: two slices, two broadcasts, a product.
const perValue = 5

// readLimit is how many examples a loop may read for LLVM to still use vectors, unless tuned: it counts up to 250
// memory locations that might overlap and then gives up.
const readLimit = 240

// limit is the one that holds.
func limit() int {
	if xlaflags.Tuned() {
		return TunedLimit
	}
	return NetworkLimit
}

// demand is what a rule asks of a sample of m values: its low smallest and high largest.
type demand struct {
	m, low, high int
	ordered      bool
	each         int // operations on every value, besides
	sums         bool
}

func (d demand) network() *selection.Network {
	if d.ordered {
		return selection.Ordered(d.m, d.low, d.high)
	}
	return selection.Extremes(d.m, d.low, d.high)
}

// size is the number of operations a coordinate, with a network on both sides or on one.
func (d demand) size(network func() *selection.Network, sides int) int {
	if d.m > readLimit && !xlaflags.Tuned() {
		return limit() + 1
	}
	size := d.m * perValue
	if d.sums {
		size += d.low
		if sides == 2 {
			size += d.high
		}
	}
	if sides == 2 {
		size += d.each * d.m
	}
	// Every value is compared at least once: no need to build the network where that is too much.
	if size+d.m > limit() {
		return size + d.m
	}
	return size + network().Size()
}

// alike says whether one network serves either side.
func (d demand) alike() bool { return d.low == d.high && !d.ordered }

// choose decides between the methods for one parameter; never Automatic. Networks so large that parameters share them
// are left to [pieces].
func (d demand) choose(m Method, g *graph.Graph) Method {
	loops := mayLoop(g)
	if (m == Sides || m == Counting) && !loops {
		panic(fmt.Errorf("aggregate: method %s: it needs XLA and a graph outside of loops; use method automatic", m))
	}
	if m == Automatic && !loops {
		d.checkLoop(g)
		return Networks
	}
	if d.large(m) {
		return Counting
	}
	return d.onXLA(m)
}

func (d demand) onXLA(m Method) Method {
	sides := func() bool {
		return d.alike() && d.size(func() *selection.Network { return selection.Extremes(d.m, d.low, 0) }, 1) <= NetworkLimit
	}
	switch {
	case m == Automatic && d.size(d.network, 2) <= NetworkLimit:
		return Networks
	case m == Automatic && (d.m > readLimit || !xlaflags.Tuned()) && sides():
		return Sides
	case m == Automatic && d.size(d.network, 2) <= limit():
		return Networks
	case m == Networks, m == Sides && d.alike():
		return m
	}
	return Counting
}

// capable says whether a backend can run loops with all that counting needs.
func capable(b compute.Backend) bool { return b.Name() == "xla" }

// mayLoop says whether a loop can be built here.
func mayLoop(g *graph.Graph) bool { return capable(g.Backend()) && !g.CurrentFunc().IsClosure() }

// selecting is a rule that selects among values of a batch.
type selecting interface {
	// demand is what the rule asks for in a batch of m; ok is false where it selects nothing.
	demand(m int) (d demand, method Method, ok bool)
}

// Loops says whether a rule's directions for batches of m examples contain a loop of their own. GoMLX has no loops
// within loops: a [graph.While] over several steps is to be given up then for one step a call. Inside such a loop
// [Automatic] is Networks, and panics where XLA would not compile those in reasonable time: for more than 256
// examples, and, tuned, for more than [NetworkLimit] operations a coordinate.
func Loops(rule Rule, m int, b compute.Backend) bool {
	s, ok := rule.(selecting)
	if !ok || !capable(b) {
		return false
	}
	d, method, ok := s.demand(m)
	return ok && (d.onXLA(method) != Networks || d.large(method))
}
