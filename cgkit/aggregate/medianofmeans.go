// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"

	"coherentgradients/cgkit/aggregate/internal/arith"
	"coherentgradients/cgkit/aggregate/internal/order"

	"github.com/gomlx/gomlx/core/graph"
)

// MedianOfMeans cuts the batch into k groups of consecutive examples, as equal as they can be, and takes in every
// coordinate the median of the groups' means. With k = 3 it is M3 (Weak and Strong Gradient Directions, §3) within one
// batch. Three means are compared as they are, max(min(a, b), min(max(a, b), c)): no sum that cancels, and an Inf in
// one group does not matter.
//
//	k = 1              the mean
//	k = m              the median of the examples
//	k > m, k < 1       refused
//	unequal groups     each group counts once, whatever its size
//	NaN in an example  NaN in that coordinate
//	±Inf in a group    harmless while such groups are fewer than half; Inf and −Inf in one group are NaN
//	half precision     means of groups are made and compared in float32
//
// It costs k matrix products of m/k rows, which is one ordinary gradient, and a network on k values.
type MedianOfMeans struct {
	Groups int // k; 0 means 3
	Method Method
}

var _ Aggregator = MedianOfMeans{}

func init() {
	Register("median-of-means", func(p Params) (Rule, error) {
		rule := MedianOfMeans{Groups: p.Groups, Method: p.Method}
		if p.Groups < 0 {
			return nil, fmt.Errorf("median-of-means: %d groups: choose 1 or more", p.Groups)
		}
		return rule, nil
	})
}

func (r MedianOfMeans) groups() int {
	if r.Groups == 0 {
		return 3
	}
	return r.Groups
}

// Name is "median-of-means".
func (MedianOfMeans) Name() string { return "median-of-means" }

// Check wants at least one example a group.
func (r MedianOfMeans) Check(m int) error {
	if r.Groups < 0 {
		return fmt.Errorf("median-of-means: %d groups: choose 1 or more", r.Groups)
	}
	return checkBatch("median-of-means", m, r.groups())
}

// Laws of the median of means: the order decides who is in which group.
func (r MedianOfMeans) Laws() Laws {
	return Laws{Translation: true, Scale: true, Range: true, Breakdown: func(int) int { return (r.groups() - 1) / 2 }}
}

// Directions are the medians of the groups' means.
func (r MedianOfMeans) Directions(params []Examples) []*graph.Node {
	return each(params, func(examples Examples) *graph.Node {
		return arith.Narrow(order.Median(groupMeans(examples, r.groups()), r.Method), examples.Mean().DType())
	})
}

func (r MedianOfMeans) demand(int) (d order.Demand, by Method, ok bool) {
	return order.MedianDemand(r.groups()), r.Method, r.groups() > 2
}

// means is the groups' means, as the sample of a median.
type means struct{ list []*graph.Node }

func groupMeans(examples Examples, k int) means {
	var s means
	m := examples.Len()
	for i := range k {
		s.list = append(s.list, examples.MeanOf(i*m/k, (i+1)*m/k))
	}
	return s
}

func (s means) Len() int                  { return len(s.list) }
func (s means) Example(b int) *graph.Node { return s.list[b] }
func (s means) Mean() *graph.Node         { return arith.Mean(s.list) }
