// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
)

// ratio is b/a; undefined where a is never reached, without bound where a is 0.
func ratio(a, b float64) float64 {
	switch {
	case math.IsInf(a, 0) || math.IsNaN(a) || math.IsNaN(b):
		return math.NaN()
	case a == 0:
		return math.Inf(1)
	}
	return b / a
}

// as takes a quantity as a part's number.
func as(q Quantity) func(v value) float64 { return func(v value) float64 { return v(q) } }

// compare makes a part for each quantity of a list, whose words a format and the list of names give.
func compare(list []Quantity, what string, names []string, sign string, limit float64, u unit) []part {
	var parts []part
	for i, q := range list {
		parts = append(parts, part{what: fmt.Sprintf(what, names[i]), number: as(q), sign: sign, limit: limit, unit: u})
	}
	return parts
}

// percents are noise levels in words.
func percents(noises []float64) []string {
	var names []string
	for _, n := range noises {
		names = append(names, fmt.Sprintf("%g %% noise", 100*n))
	}
	return names
}
