// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit/record"
)

func TestParsePart(t *testing.T) {
	if p, err := ParsePart("2/8"); err != nil || p != (Part{2, 8}) {
		t.Errorf("%v, %v", p, err)
	}
	if p, err := ParsePart(""); err != nil || p != (Part{}) {
		t.Errorf("%v, %v", p, err)
	}
	for text, want := range map[string]string{
		"0/8": "i must be from 1 to 8; where the array counts from 0, add 1", "9/8": "i must be from 1", "1/0": "n must be from 1",
		"-1/-1": "n must be", "1": "must be i/n", "a/b": "must be i/n", "1/2/3": "must be i/n", "/": "must be i/n",
	} {
		if _, err := ParsePart(text); !says(err, want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// paperSpecs are all runs of the paper.
func paperSpecs(t *testing.T) []record.Spec {
	t.Helper()
	g, err := Paper("all")
	if err != nil {
		t.Fatal(err)
	}
	specs, err := g.Specs()
	if err != nil {
		t.Fatal(err)
	}
	return specs
}

// TestShard: the parts are disjoint, together the grid, in its order, and balanced, whatever the order of the grid.
func TestShard(t *testing.T) {
	specs := paperSpecs(t)
	for _, n := range []int{1, 2, 3, 7, 8, 25, 100} {
		part := map[string]int{}
		var total, largest, dearest float64
		for i := 1; i <= n; i++ {
			var cost float64
			at := 0
			for _, s := range Shard(specs, Part{i, n}) {
				if was, twice := part[s.ID()]; twice {
					t.Errorf("%s is in %d/%d and %d/%d", s.ID(), was, n, i, n)
				}
				part[s.ID()] = i
				cost += Cost(s)
				dearest = max(dearest, Cost(s))
				for at < len(specs) && specs[at].ID() != s.ID() {
					at++
				}
				if at == len(specs) {
					t.Errorf("%d/%d is not in the grid's order", i, n)
				}
			}
			total += cost
			largest = max(largest, cost)
		}
		if len(part) != len(specs) {
			t.Errorf("%d parts hold %d runs of %d", n, len(part), len(specs))
		}
		// No split is better than this, and ours is at most 4/3 of the best; on this grid it comes closer.
		if bound := max(total/float64(n), dearest); largest > 1.15*bound {
			t.Errorf("%d parts: the largest costs %.3g, the best possible is at least %.3g", n, largest, bound)
		}

		shuffled := append([]record.Spec(nil), specs...)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		for _, s := range Shard(shuffled, Part{1, n}) {
			if n > 1 && part[s.ID()] != 1 {
				t.Errorf("%d parts: %s moves when the grid is in another order", n, s.ID())
			}
		}
	}
}

// TestCost: what was measured, as ratios.
func TestCost(t *testing.T) {
	spec := func(change func(*record.Spec)) record.Spec {
		s := record.DefaultSpec()
		change(&s)
		return s
	}
	plain := Cost(spec(func(*record.Spec) {}))
	winsorized := func(c float64) float64 {
		return Cost(spec(func(s *record.Spec) { s.Aggregator, s.C = record.AggregatorWinsorize, c }))
	}
	for name, r := range map[string]struct{ got, low, high float64 }{
		"c = 1":      {winsorized(1) / plain, 2, 3},
		"c = 8":      {winsorized(8) / plain, 3, 4.5},
		"twice":      {Cost(spec(func(s *record.Spec) { s.Steps *= 2 })) / plain, 1.7, 2},
		"wide":       {Cost(spec(func(s *record.Spec) { s.Hidden = []int{2048} })) / plain, 3, 6},
		"c = 0":      {winsorized(0) / plain, 1, 1},
		"subset":     {Cost(spec(func(s *record.Spec) { s.Dataset = "mnist-6000" })) / plain, 0.8, 0.95},
		"full batch": {Cost(spec(func(s *record.Spec) { s.Batch *= 60 })) / plain, 40, 60},
		"median":     {Cost(spec(func(s *record.Spec) { s.Aggregator = "median" })) / plain, 1.5, 6},
	} {
		if r.got < r.low || r.got > r.high {
			t.Errorf("%s: %.3g times a plain run, want %v to %v", name, r.got, r.low, r.high)
		}
	}
}
