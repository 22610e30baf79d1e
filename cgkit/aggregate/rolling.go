// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// rolling is the three rules on the last three batches (Weak and Strong Gradient Directions, §3):
//
//	rolling-median, RM3      the median, in every coordinate, of the mean gradients of this batch and the two before
//	rolling-mean, RA3        their mean: the control that tells whether it is the median or the averaging that matters
//	median-of-batches, M3    the median of three batches, of which each is used once: one update every third step
//
// The first two make no update in their first two steps. All need two gradients of memory a parameter, no momentum
// (it is unstable with them), and weight decay, if any, in the loss, so that it goes in before the median. A NaN in
// one of the three, whichever it is, is NaN in the direction; an Inf in one of three does not matter to a median, and
// is the mean. The mean is finite where the three are.
type rolling struct {
	name string
	take statistic
	pace pace
}

// statistic is what is taken of three batches.
type statistic int

const (
	takeMedian statistic = iota
	takeMean
)

// pace is when there is an update.
type pace int

const (
	everyStep pace = iota // from the third on
	everyThird
)

var _ Stateful = rolling{}

func init() {
	for _, rule := range []rolling{
		{"rolling-median", takeMedian, everyStep}, {"rolling-mean", takeMean, everyStep}, {"median-of-batches", takeMedian, everyThird},
	} {
		Register(rule.name, func(Params) (Rule, error) { return rule, nil })
	}
}

// RollingMedian is RM3: the median of the mean gradients of the last three batches, in every coordinate for itself.
func RollingMedian() Stateful { return rolling{"rolling-median", takeMedian, everyStep} }

// RollingMean is RA3: the mean of the last three batches' gradients.
func RollingMean() Stateful { return rolling{"rolling-mean", takeMean, everyStep} }

// MedianOfBatches is M3: three batches, then one update with the median of their gradients.
func MedianOfBatches() Stateful { return rolling{"median-of-batches", takeMedian, everyThird} }

func (r rolling) Name() string { return r.name }

func (r rolling) Check(m int) error { return checkBatch(r.name, m, 1) }

// Laws within one batch: the mean of its examples enters as one, so their order does not matter. What holds over three
// batches is not a law of one.
func (r rolling) Laws() Laws { return Laws{Permutation: true} }

func (r rolling) State(param shapes.Shape) []shapes.Shape { return []shapes.Shape{param, param} }

func (r rolling) Next(params []Examples, state [][]*graph.Node, step *graph.Node) (directions []*graph.Node, after [][]*graph.Node, ready *graph.Node) {
	for i, p := range params {
		g, last, before := p.Mean(), state[i][0], state[i][1]
		if r.take == takeMedian {
			directions = append(directions, medianOfThree(g, last, before))
		} else {
			directions = append(directions, arith.Narrow(arith.Mean([]*graph.Node{g, last, before}), g.DType()))
		}
		after = append(after, []*graph.Node{g, last})
	}
	if r.pace == everyStep {
		return directions, after, graph.GreaterOrEqual(step, graph.Scalar(step.Graph(), step.DType(), 2))
	}
	return directions, after, graph.Equal(graph.ModScalar(step, 3), graph.Scalar(step.Graph(), step.DType(), 2))
}

// medianOfThree picks one of the three values: no sum that cancels, and an Inf among them does not spread. NaN does.
func medianOfThree(a, b, c *graph.Node) *graph.Node {
	to := a.DType()
	a, b, c = arith.Widen(a), arith.Widen(b), arith.Widen(c)
	return arith.Narrow(arith.WithNaN(graph.Max(graph.Min(a, b), graph.Min(graph.Max(a, b), c)), a, b, c), to)
}
