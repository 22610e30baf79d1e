// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// width is the number of coordinates of the inputs.
const width = 6

// inputs are nasty matrices [m, width].
func inputs(m int) map[string][][]float64 {
	rng := rand.New(rand.NewPCG(uint64(m), 1))
	make2 := func(f func(i, j int) float64) [][]float64 {
		x := make([][]float64, m)
		for i := range x {
			x[i] = make([]float64, width)
			for j := range x[i] {
				x[i][j] = f(i, j)
			}
		}
		return x
	}
	u := make2(func(_, _ int) float64 { return rng.NormFloat64() })
	return map[string][][]float64{
		"normal":    u,
		"ties":      make2(func(_, _ int) float64 { return float64(rng.IntN(3) - 1) }),
		"all equal": make2(func(_, j int) float64 { return float64(j) - 2.5 }),
		"zeros":     make2(func(_, _ int) float64 { return 0 }),
		"rank one":  make2(func(i, j int) float64 { return u[i][0] * u[0][j] }),
		"tiny":      make2(func(i, j int) float64 { return 1e-15 * u[i][j] }),
		"huge":      make2(func(i, j int) float64 { return 1e15 * u[i][j] }),
		"opposed": make2(func(i, j int) float64 {
			if j == 0 {
				return 1
			}
			return float64(10 - 20*(i%2))
		}),
		"far off": make2(func(i, j int) float64 {
			if i == m/2 {
				return 1000
			}
			return u[i][j]
		}),
		"mostly 0": make2(func(_, _ int) float64 { return float64(max(0, rng.IntN(12)-10)) }),
	}
}

// sideBySide puts matrices of as many rows next to each other.
func sideBySide(matrices map[string][][]float64) [][]float64 {
	var all [][]float64
	for _, name := range slices.Sorted(maps.Keys(matrices)) {
		for i, row := range matrices[name] {
			if i == len(all) {
				all = append(all, nil)
			}
			all[i] = append(all[i], row...)
		}
	}
	return all
}
