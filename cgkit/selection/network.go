// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package selection

import "cmp"

// Kind of an operation.
type Kind uint8

// The two operations of a comparator network.
const (
	Min Kind = iota
	Max
)

// Op is one operation: the minimum or maximum of the values numbered A and B.
type Op struct {
	Kind Kind
	A, B int
}

// Network is a straight line of operations on m inputs. The inputs are values 0 … Inputs−1, and operation i makes value
// Inputs+i, so an operation may use any value with a smaller number.
type Network struct {
	Inputs int
	Ops    []Op
	// Low holds the numbers of the smallest values asked for, High of the largest. Their order within each is not
	// stated: what is needed of them is the set.
	Low, High []int
	// LowBound is the largest of Low (the k-th smallest value of all), HighBound the smallest of High; −1 where
	// nothing was asked for on that side.
	LowBound, HighBound int
}

// Size is the number of min and max operations.
func (n *Network) Size() int { return len(n.Ops) }

// Depth is the length of the longest chain of operations.
func (n *Network) Depth() int {
	depth := make([]int, n.Inputs+len(n.Ops))
	deepest := 0
	for i, op := range n.Ops {
		d := 1 + max(depth[op.A], depth[op.B])
		depth[n.Inputs+i] = d
		deepest = max(deepest, d)
	}
	return deepest
}

// Run evaluates the network on values, of length Inputs, and returns every value it makes, by number. T's order is that
// of the built-in min and max, so floating-point NaN spreads.
func Run[T cmp.Ordered](n *Network, values []T) []T {
	all := make([]T, n.Inputs, n.Inputs+len(n.Ops))
	copy(all, values)
	for _, op := range n.Ops {
		if op.Kind == Min {
			all = append(all, min(all[op.A], all[op.B]))
		} else {
			all = append(all, max(all[op.A], all[op.B]))
		}
	}
	return all
}

// Pick returns the values with the given numbers out of what [Run] returned.
func Pick[T any](all []T, numbers []int) []T {
	picked := make([]T, len(numbers))
	for i, v := range numbers {
		picked[i] = all[v]
	}
	return picked
}

// prune drops the operations that no output needs and renumbers the rest, keeping their order.
func (n *Network) prune() {
	used := make([]bool, n.Inputs+len(n.Ops))
	mark := func(v int) {
		if v >= 0 {
			used[v] = true
		}
	}
	for _, v := range n.Low {
		mark(v)
	}
	for _, v := range n.High {
		mark(v)
	}
	mark(n.LowBound)
	mark(n.HighBound)
	for i := len(n.Ops) - 1; i >= 0; i-- {
		if used[n.Inputs+i] {
			used[n.Ops[i].A], used[n.Ops[i].B] = true, true
		}
	}
	renumbered := make([]int, n.Inputs+len(n.Ops))
	for v := range n.Inputs {
		renumbered[v] = v
	}
	kept := make([]Op, 0, len(n.Ops))
	for i, op := range n.Ops {
		if !used[n.Inputs+i] {
			continue
		}
		renumbered[n.Inputs+i] = n.Inputs + len(kept)
		kept = append(kept, Op{Kind: op.Kind, A: renumbered[op.A], B: renumbered[op.B]})
	}
	n.Ops = kept
	rename := func(v int) int {
		if v < 0 {
			return v
		}
		return renumbered[v]
	}
	for i := range n.Low {
		n.Low[i] = rename(n.Low[i])
	}
	for i := range n.High {
		n.High[i] = rename(n.High[i])
	}
	n.LowBound, n.HighBound = rename(n.LowBound), rename(n.HighBound)
}
