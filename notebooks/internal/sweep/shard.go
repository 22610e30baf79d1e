// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"
)

// Part is one of several shards: Index of Count, from 1. The zero value is the whole.
type Part struct{ Index, Count int }

// ParsePart reads i/n, as "2/8". "" is the whole.
func ParsePart(text string) (Part, error) {
	if text == "" {
		return Part{}, nil
	}
	left, right, ok := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(left)
	n, err2 := strconv.Atoi(right)
	switch {
	case !ok || err1 != nil || err2 != nil:
		return Part{}, fmt.Errorf("shard = %q: must be i/n, as 2/8 for the second of eight", shorten(text))
	case n < 1 || n > MaxRuns:
		return Part{}, fmt.Errorf("shard = %q: n must be from 1 to %d", shorten(text), MaxRuns)
	case i < 1 || i > n:
		return Part{}, fmt.Errorf("shard = %q: i must be from 1 to %d; where the array counts from 0, add 1", shorten(text), n)
	}
	return Part{i, n}, nil
}

// Shard returns a part's runs in their order. The parts of a grid are disjoint and together the whole, and each costs
// about the same: the costliest run goes first, each to the part that has the least so far, so no part costs more than
// 4/3 of what the best split would make its costliest one (Graham 1969). The split is a function of the grid alone,
// never of what is finished, so that jobs that start at different times agree on it.
func Shard(specs []record.Spec, p Part) []record.Spec {
	if p.Count <= 1 {
		return specs
	}
	type item struct {
		at   int
		cost float64
		id   string
	}
	items := make([]item, len(specs))
	for i, s := range specs {
		items[i] = item{i, Cost(s), s.ID()}
	}
	slices.SortFunc(items, func(a, b item) int {
		switch {
		case a.cost > b.cost:
			return -1
		case a.cost < b.cost:
			return 1
		}
		return strings.Compare(a.id, b.id) // the order of the grid must not matter
	})
	load := make([]float64, p.Count)
	mine := map[int]bool{}
	for _, it := range items {
		least := 0
		for k := range load {
			if load[k] < load[least] {
				least = k
			}
		}
		load[least] += it.cost
		if least == p.Index-1 {
			mine[it.at] = true
		}
	}
	var part []record.Spec
	for i, s := range specs {
		if mine[i] {
			part = append(part, s)
		}
	}
	return part
}
