// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit/coherence"
)

// twoGroups are made-up gradients of two layers: a common direction, a pull of the groups against each other, and each
// example's own part. The corrupt ones are larger.
func twoGroups(many, corruptOnes int) (rows [][]float64, corrupt []bool, split int) {
	draw := rand.New(rand.NewPCG(5, 6))
	const size = 24
	split = 16
	for e := range many {
		isCorrupt := e < corruptOnes
		scale, pull := 1.0, 0.3
		if isCorrupt {
			scale, pull = 1.7, -0.9
		}
		row := make([]float64, size)
		for k := range row {
			row[k] = scale*draw.NormFloat64() + pull*math.Cos(float64(k)) + 0.05
		}
		rows, corrupt = append(rows, row), append(corrupt, isCorrupt)
	}
	return rows, corrupt, split
}

func part(rows [][]float64, from, to int) [][]float64 {
	var out [][]float64
	for _, row := range rows {
		out = append(out, row[from:to])
	}
	return out
}

func samplingOf(t *testing.T, rows [][]float64, corrupt []bool) coherence.Sampling {
	t.Helper()
	groups, err := coherence.GroupsOfRows(rows, corrupt)
	if err != nil {
		t.Fatal(err)
	}
	energy, _ := coherence.Rows(rows)
	var pristine float64
	for e, row := range rows {
		for _, v := range row {
			if !corrupt[e] {
				pristine += v * v
			}
		}
	}
	fp, _ := groups.F()
	return coherence.Sampling{FP: fp, Share: pristine / energy.Total, Coherence: energy.MCoherence(), Energy: energy.Total}
}

// The predicted f^p of a sample against 40,000 samples drawn.
func TestSampledFAgainstDrawing(t *testing.T) {
	const many, draws = 200, 40_000
	rows, corrupt, split := twoGroups(many, 50)
	whole := samplingOf(t, rows, corrupt)
	layers := []coherence.Sampling{samplingOf(t, part(rows, 0, split), corrupt), samplingOf(t, part(rows, split, 24), corrupt)}
	draw := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{2, 10, 60, 200} {
		var pristine, all, pristineFew, allFew float64
		some := draws
		if n == many {
			some = 1
		}
		for range some {
			order := draw.Perm(many)[:n]
			few := append(draw.Perm(split)[:4], split+draw.IntN(8)) // 4 of 16 coordinates, and 1 of 8
			var g, gp [24]float64
			for _, e := range order {
				for k, v := range rows[e] {
					g[k] += v
					if !corrupt[e] {
						gp[k] += v
					}
				}
			}
			for k := range g {
				pristine += g[k] * gp[k]
				all += g[k] * g[k]
			}
			for _, k := range few {
				pristineFew += g[k] * gp[k]
				allFew += g[k] * g[k]
			}
		}
		if got, want := whole.Expected(n, many), pristine/all; !(math.Abs(got-want) < 0.01) {
			t.Errorf("f^p of %d of %d: predicted %v, drawn %v", n, many, got, want)
		}
		got, want := coherence.ExpectedOfLayers(layers, []float64{4. / 16, 1. / 8}, n, many), pristineFew/allFew
		if n < many && !(math.Abs(got-want) < 0.01) {
			t.Errorf("f^p of %d of %d, some coordinates: predicted %v, drawn %v", n, many, got, want)
		}
	}
	// It is a pull: from the true f^p towards the share of the energy, the further the fewer.
	near, far := whole.Expected(60, many), whole.Expected(10, many)
	if math.Abs(whole.FP-whole.Share) < 0.2 || !(math.Abs(near-whole.FP) < math.Abs(far-whole.FP)) || !(math.Abs(far-whole.Share) < math.Abs(near-whole.Share)) {
		t.Errorf("f^p %v, share %v: of 60 %v, of 10 %v", whole.FP, whole.Share, near, far)
	}
	if got := whole.Expected(many, many); math.Abs(got-whole.FP) > 1e-12 {
		t.Errorf("of all: %v, want %v", got, whole.FP)
	}
	for _, bad := range []float64{whole.Expected(1, many), whole.Expected(many+1, many), coherence.ExpectedOfLayers(layers, []float64{1}, 5, many),
		coherence.Sampling{}.Expected(3, 3)} {
		if !math.IsNaN(bad) {
			t.Errorf("%v, want NaN", bad)
		}
	}
}

// Agreement is the mean product of pairs over the mean square, whatever the size of the group.
func TestAgreementAgainstPairs(t *testing.T) {
	rows, _, _ := twoGroups(40, 15)
	for _, m := range []int{2, 7, 40} {
		var pairs, squares float64
		for a := range m {
			for b := range m {
				for k := range rows[a] {
					if a == b {
						squares += rows[a][k] * rows[a][k] / float64(m)
					} else {
						pairs += rows[a][k] * rows[b][k] / float64(m*(m-1))
					}
				}
			}
		}
		energy, _ := coherence.Rows(rows[:m])
		if got, want := energy.Agreement(m), pairs/squares; !(math.Abs(got-want) < 1e-12) {
			t.Errorf("m = %d: %v, want %v", m, got, want)
		}
	}
	if got := coherence.Agreement(1, 1); !math.IsNaN(got) {
		t.Errorf("of one example: %v", got)
	}
}

func TestCosineOfGroups(t *testing.T) {
	for _, c := range []struct {
		g    coherence.Groups
		want float64
	}{
		{coherence.Groups{PP: 4, PC: -6, CC: 9}, -1}, {coherence.Groups{PP: 4, PC: 0, CC: 9}, 0}, {coherence.Groups{PP: 4, PC: 3, CC: 9}, 0.5},
		{coherence.Groups{PP: 0, CC: 1}, math.NaN()},
	} {
		if got := c.g.Cosine(); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%+v: %v, want %v", c.g, got, c.want)
		}
	}
}
