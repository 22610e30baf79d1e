// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Sort orders rows by columns, the first the weightiest, downwards where a '-' stands before the name. Rows without a
// value come last either way, and equal ones keep their order.
func Sort(rows []Row, by []string) {
	slices.SortStableFunc(rows, func(a, b Row) int {
		for _, name := range by {
			name, down := strings.CutPrefix(name, "-")
			v, w := Column(a, name), Column(b, name)
			order := v.Compare(w)
			if down && v.There() && w.There() {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
}

// Group is runs that differ in their seed alone.
type Group []Row

// Compare joins the runs that differ in their seed alone, in the order of the first of each.
func Compare(rows []Row) (groups []Group) {
	at := map[string]int{}
	for _, r := range rows {
		id := groupID(r.Spec)
		i, known := at[id]
		if !known {
			i = len(groups)
			at[id] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}

// Spread is a column over the runs of a group that have it: a number's mean and extremes.
type Spread struct {
	Mean, Min, Max float64
	N              int
}

// Over is a column over a group. false where it is no number, or no run has it.
func (g Group) Over(name string) (s Spread, ok bool) {
	s.Min, s.Max = math.Inf(1), math.Inf(-1)
	for _, r := range g {
		if v := Column(r, name); v.IsNumber {
			s.N++
			s.Mean += v.Number
			s.Min, s.Max = min(s.Min, v.Number), max(s.Max, v.Number)
		}
	}
	if s.N == 0 {
		return Spread{}, false
	}
	s.Mean /= float64(s.N)
	return s, true
}

// Text is a column of a group for people: what all runs have in common, or a number's mean with its extremes, as
// "86.7 % (86.3–87.0)".
func (g Group) Text(name string) string {
	first := Column(g[0], name)
	same := true
	var all []string
	for _, r := range g {
		v := Column(r, name)
		same = same && v == first
		if !slices.Contains(all, v.Text) {
			all = append(all, v.Text)
		}
	}
	spread, isNumber := g.Over(name)
	switch {
	case name == "seed" && !same:
		return fmt.Sprintf("%d seeds", len(g))
	case same || !isNumber:
		return strings.Join(all, ", ")
	case strings.HasSuffix(first.Text, "%"):
		return fmt.Sprintf("%s (%s–%s)", percent(spread.Mean), points(spread.Min), points(spread.Max))
	}
	return fmt.Sprintf("%s (%s–%s)", short(spread.Mean), short(spread.Min), short(spread.Max))
}
