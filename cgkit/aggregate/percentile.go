// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/aggregate/internal/order"
)

// Percentile names the rule by which the c-th percentile of m values is one number.
type Percentile int

const (
	// Nearest is the sorted value with index round(c/100·(m−1)) counted from 0, halves rounded to even: always one of
	// the values. It is what the paper's code uses. c and 100−c are rounded each for itself, so the two sides may
	// differ: m = 26, c = 2 gives the indices 0 and 24.
	Nearest Percentile = iota
	// Linear lies between the two sorted values around the index c/100·(m−1), in proportion: the default of NumPy.
	Linear
)

var percentileNames = []string{"nearest", "linear"}

// String is the name used in specs and flags.
func (p Percentile) String() string {
	if p < 0 || int(p) >= len(percentileNames) {
		return fmt.Sprintf("Percentile(%d)", int(p))
	}
	return percentileNames[p]
}

// PercentileNamed returns the rule of that name.
func PercentileNamed(name string) (Percentile, error) {
	for i, known := range percentileNames {
		if name == known {
			return Percentile(i), nil
		}
	}
	return 0, fmt.Errorf("unknown percentile rule %q: choose nearest or linear", name)
}

// limits are the c-th and the (100−c)-th percentile of m values.
func (p Percentile) limits(c float64, m int) order.Limits {
	if p == Linear {
		position := c / 100 * float64(m-1)
		index := min(int(position), m-1)
		both := order.Bound{Index: index, Fraction: position - float64(index)}
		return order.Limits{Low: both, High: both}
	}
	at := func(percent float64) int {
		return min(max(int(math.RoundToEven(percent/100*float64(m-1))), 0), m-1)
	}
	return order.Limits{Low: order.Bound{Index: at(c)}, High: order.Bound{Index: m - 1 - at(100-c)}}
}

// Clamps says whether winsorizing m values by c percent on each side can change any of them: whether one of the two
// percentiles is no extreme.
func (p Percentile) Clamps(c float64, m int) bool {
	return !p.limits(c, m).None()
}

// breakdown is how many values on one side are clamped or cut, whatever they are.
func (p Percentile) breakdown(c float64) func(m int) int {
	return func(m int) int {
		l := p.limits(c, m)
		return min(l.Low.Index, l.High.Index)
	}
}

// checkC says whether c is a percentage that leaves a middle.
func checkC(rule string, c float64) error {
	if math.IsNaN(c) || c < 0 || c >= 50 {
		return fmt.Errorf("%s: c = %v is no percentage on each side: choose 0 ≤ c < 50", rule, c)
	}
	return nil
}

// formOf is how means are added up for users who ask for the exact form, or do not.
func formOf(exact bool) order.Form {
	if exact {
		return order.Exact
	}
	return order.Fast
}
