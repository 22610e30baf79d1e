// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package selection

import (
	"fmt"
	"slices"
	"sync"
)

// Extremes returns a network that brings out the low smallest and the high largest of m values, each with its bound:
// the low-th smallest value and the high-th largest. 1 ≤ m, 0 ≤ low ≤ m, 0 ≤ high ≤ m; anything else panics, as it can
// only be a mistake in the calling code.
//
// For m = 100 and low = high = 2, 3, 5, 9 it takes 440, 582, 812 and 1,140 operations a coordinate. Building costs
// milliseconds, and the result is shared: do not change it.
func Extremes(m, low, high int) *Network { return smallest(request{m, low, high, false}) }

// Ordered is [Extremes] with Low in rising and High in falling order, at the cost of sorting them.
func Ordered(m, low, high int) *Network { return smallest(request{m, low, high, true}) }

// request is what a network is built for.
type request struct {
	m, low, high int
	ordered      bool
}

var built sync.Map // request → *Network

// smallest tries the ways to build a network and keeps the one with the fewest operations.
func smallest(r request) *Network {
	if r.m < 1 || r.low < 0 || r.low > r.m || r.high < 0 || r.high > r.m {
		panic(fmt.Sprintf("selection: m = %d, low = %d, high = %d: needs m ≥ 1, and low and high between 0 and m", r.m, r.low, r.high))
	}
	if n, ok := built.Load(r); ok {
		return n.(*Network)
	}
	var best *Network
	for _, group := range groupSizes(r.m, max(r.low, r.high)) {
		for _, bitonic := range []bool{false, true} {
			if n := build(r, group, bitonic); best == nil || n.Size() < best.Size() {
				best = n
			}
		}
	}
	built.Store(r, best)
	return best
}

// groupSizes lists the group sizes worth trying: small ones, those near k, and the whole.
func groupSizes(m, k int) []int {
	var sizes []int
	for _, s := range []int{2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 25, 32, k, k + 1, 2 * k, (m + 1) / 2, m} {
		if s >= 1 && s <= m {
			sizes = append(sizes, s)
		}
	}
	slices.Sort(sizes)
	return slices.Compact(sizes)
}

// build cuts the inputs into groups, sorts each, and merges from both ends.
func build(r request, group int, bitonic bool) *Network {
	m, low, high := r.m, r.low, r.high
	b := newBuilder(m)
	var lows, highs [][]int
	count := (m + group - 1) / group
	for i := range count {
		// Groups as equal as they can be: the smaller ones sort cheaper than one odd remainder saves.
		wires := make([]int, 0, group)
		for v := i * m / count; v < (i+1)*m/count; v++ {
			wires = append(wires, v)
		}
		b.sort(wires)
		lows = append(lows, wires[:min(low, len(wires))])
		reversed := slices.Clone(wires)
		slices.Reverse(reversed)
		highs = append(highs, reversed[:min(high, len(wires))])
	}
	n := &Network{Inputs: m, LowBound: -1, HighBound: -1}
	if low > 0 {
		n.Low, n.LowBound = b.keep(lows, low, bitonic, false, r.ordered)
	}
	if high > 0 {
		n.High, n.HighBound = b.keep(highs, high, bitonic, true, r.ordered)
	}
	n.Ops = b.ops
	n.prune()
	return n
}

// keep merges sorted lists pairwise, as a tree, into the k foremost values of all, and returns them with the hindmost of
// them. With mirrored set the lists fall and the k largest are kept.
func (b *builder) keep(lists [][]int, k int, bitonic, mirrored, ordered bool) (kept []int, bound int) {
	front, back := b.min, b.max
	if mirrored {
		front, back = b.max, b.min
	}
	for len(lists) > 2 || (len(lists) == 2 && ordered) {
		var next [][]int
		for i := 0; i+1 < len(lists); i += 2 {
			next = append(next, b.mergeFront(lists[i], lists[i+1], k, bitonic, mirrored))
		}
		if len(lists)%2 == 1 {
			next = append(next, lists[len(lists)-1])
		}
		lists = next
	}
	if len(lists) == 1 {
		kept = lists[0]
		return slices.Clone(kept), kept[len(kept)-1]
	}
	// The last merge brings out the set without ordering it.
	kept = frontOfTwo(lists[0], lists[1], k, front)
	return kept, fold(slices.Clone(kept), back)
}

// frontOfTwo returns the k foremost values of two sorted lists, unsorted: each value of x that can be among them is set
// against the value of y that would have to give way. x[i] is among the k foremost unless y[k−1−i] comes before it.
func frontOfTwo(x, y []int, k int, front func(int, int) int) []int {
	out := make([]int, 0, k)
	for i := range k {
		j := k - 1 - i
		switch {
		case i < len(x) && j < len(y):
			out = append(out, front(x[i], y[j]))
		case i < len(x):
			out = append(out, x[i])
		case j < len(y):
			out = append(out, y[j])
		}
	}
	return out
}

// mergeFront returns the k foremost values of two sorted lists, sorted.
func (b *builder) mergeFront(x, y []int, k int, bitonic, mirrored bool) []int {
	front, back := b.min, b.max
	if mirrored {
		front, back = b.max, b.min
	}
	if bitonic && len(x) >= k && len(y) >= k {
		return b.sortBitonic(frontOfTwo(x, y, k, front), front, back)
	}
	merged := mergeSorted(x, y, front, back)
	return merged[:min(k, len(merged))]
}
