// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence

import "fmt"

// Rows measures stored gradients, one row an example, all of one length. The sums are in float64, one value after the
// other: it is slow and obvious, and what faster ways are checked against. No rows give zeros.
func Rows(gradients [][]float64) (Energy, error) {
	g, err := GroupsOfRows(gradients, make([]bool, len(gradients)))
	e := Energy{Sum2: g.PP}
	for _, row := range gradients {
		for _, v := range row {
			e.Total += v * v
		}
	}
	return e, err
}

// GroupsOfRows sums the rows of the gradients in two groups, the corrupt ones being those marked. Rows of different
// lengths, or marks for another number of rows, are an error.
func GroupsOfRows(gradients [][]float64, corrupt []bool) (Groups, error) {
	if len(corrupt) != len(gradients) {
		return Groups{}, fmt.Errorf("%d designations for %d gradients: give one each", len(corrupt), len(gradients))
	}
	if len(gradients) == 0 {
		return Groups{}, nil
	}
	n := len(gradients[0])
	sums := [2][]float64{make([]float64, n), make([]float64, n)}
	for e, row := range gradients {
		if len(row) != n {
			return Groups{}, fmt.Errorf("gradient %d has %d values, the first one %d: give all of one length", e, len(row), n)
		}
		sum := sums[0]
		if corrupt[e] {
			sum = sums[1]
		}
		for k, v := range row {
			sum[k] += v
		}
	}
	var g Groups
	for k, p := range sums[0] {
		c := sums[1][k]
		g.PP += p * p
		g.PC += p * c
		g.CC += c * c
	}
	return g, nil
}
