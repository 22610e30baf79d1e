// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"math"
	"sort"
	"strings"
)

func scoreNames() string { return strings.Join(ExampleScores(), ", ") }

// BySuspicion are the numbers of examples, the most suspicious first; equal ones in their order.
func BySuspicion(suspicion []float64) []int {
	order := make([]int, len(suspicion))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return suspicion[order[a]] > suspicion[order[b]] })
	return order
}

// Missed is the share of the wrong examples that is not among as many of the most suspicious examples as there are
// wrong ones: 0 for a score that puts all of them first. Examples of equal suspicion are flagged by a draw, and the
// result is what it gives on the average: 1 − w/n for a score that says nothing of w wrong examples among n. NaN
// without a wrong example.
func Missed(suspicion []float64, wrong func(i int) bool) float64 {
	var all float64
	for i := range suspicion {
		if wrong(i) {
			all++
		}
	}
	left, found := all, 0.0
	eachTie(suspicion, wrong, func(size, bad float64) bool {
		if size >= left {
			found += bad * left / size
			return false
		}
		found += bad
		left -= size
		return true
	})
	return 1 - found/all
}

// PrecisionAt is the share of wrong examples among the flagged ones when just as many are flagged, the most suspicious
// first, as are needed to find a share of the wrong ones, 0 < recall ≤ 1. Examples of equal suspicion are taken
// together, in the mean of all their orders. NaN without a wrong example.
func PrecisionAt(suspicion []float64, wrong func(i int) bool, recall float64) float64 {
	var all float64
	for i := range suspicion {
		if wrong(i) {
			all++
		}
	}
	want := recall * all
	if all == 0 {
		return math.NaN()
	}
	var flagged, found float64
	eachTie(suspicion, wrong, func(size, bad float64) bool {
		if found+bad >= want-1e-9 && bad > 0 {
			flagged += size * (want - found) / bad
			found = want
			return false
		}
		flagged += size
		found += bad
		return true
	})
	return found / flagged
}

// eachTie goes through the groups of equal suspicion, the most suspicious first, with their size and how many of them
// are wrong, until do says that it has enough.
func eachTie(suspicion []float64, wrong func(i int) bool, do func(size, bad float64) bool) {
	order := BySuspicion(suspicion)
	for from := 0; from < len(order); {
		to := from
		bad := 0.0
		for ; to < len(order) && suspicion[order[to]] == suspicion[order[from]]; to++ {
			if wrong(order[to]) {
				bad++
			}
		}
		if !do(float64(to-from), bad) {
			return
		}
		from = to
	}
}
