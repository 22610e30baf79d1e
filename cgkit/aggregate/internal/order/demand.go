// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import (
	"fmt"

	"coherentgradients/cgkit/aggregate/internal/sample"
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// Demand is what a rule asks of a sample of M values: its Low smallest and its High largest.
type Demand struct {
	M, Low, High int
	ordered      bool
	each         int // operations on every value, besides
	sums         bool
}

func (d Demand) network() *selection.Network {
	if d.ordered {
		return selection.Ordered(d.M, d.Low, d.High)
	}
	return selection.Extremes(d.M, d.Low, d.High)
}

// Size is the number of operations a coordinate on a backend, with a network for both sides.
func (d Demand) Size(b compute.Backend) int { return d.size(machineOf(b), d.network, 2) }

// size is the same with a network for both sides or for one.
func (d Demand) size(on machine, network func() *selection.Network, sides int) int {
	if d.M > on.reads {
		return on.operations + 1
	}
	size := d.M * perValue
	if d.sums {
		size += d.Low
		if sides == 2 {
			size += d.High
		}
	}
	if sides == 2 {
		size += d.each * d.M
	}
	// Every value is compared at least once: no need to build the network where that is too much.
	if size+d.M > on.operations {
		return size + d.M
	}
	return size + network().Size()
}

// alike says whether one network serves either side.
func (d Demand) alike() bool { return d.Low == d.High && !d.ordered }

// choose decides between the methods for one parameter; never Automatic. Networks so large that parameters share them
// are left to package layout.
func (d Demand) choose(m Method, g *graph.Graph) Method {
	loops := sample.MayLoop(g)
	if (m == Sides || m == Counting) && !loops {
		panic(fmt.Errorf("aggregate: method %s: it needs XLA and a graph outside of loops; use method automatic", m))
	}
	if m == Automatic && !loops {
		d.checkLoop(g)
		return Networks
	}
	if d.Shared(m, g.Backend()) {
		return Counting
	}
	return d.OnXLA(m, g.Backend())
}

// OnXLA is the method taken on XLA, outside of loops, for a parameter that goes alone.
func (d Demand) OnXLA(m Method, b compute.Backend) Method {
	on := machineOf(b)
	oneSide := func() *selection.Network { return selection.Extremes(d.M, d.Low, 0) }
	switch {
	case m == Automatic && d.Size(b) <= NetworkLimit:
		return Networks
	case m == Automatic && d.M > on.sidesAbove && d.alike() && d.size(on, oneSide, 1) <= NetworkLimit:
		return Sides
	case m == Automatic && d.Size(b) <= on.operations:
		return Networks
	case m == Networks, m == Sides && d.alike():
		return m
	}
	return Counting
}

// Shared says whether networks are so large on a backend that parameters are to share them.
func (d Demand) Shared(m Method, b compute.Backend) bool {
	return m == Automatic && machineOf(b).shares && d.OnXLA(m, b) == Networks && d.Size(b) > NetworkLimit
}

// checkLoop panics where only a network could serve, within a loop, and XLA would not compile it, or not in reasonable time
// and memory.
func (d Demand) checkLoop(g *graph.Graph) {
	b := g.Backend()
	if sample.CanLoop(b) && (d.Shared(Automatic, b) || d.M > MostOnXLA && d.OnXLA(Automatic, b) != Networks) {
		panic(fmt.Errorf("aggregate: a batch of %d examples in a loop of steps: on XLA selecting among so many takes a loop of its own, and GoMLX has no loops within loops; make one step a call, or take fewer examples or a smaller c",
			d.M))
	}
}
