// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import "math"

// Comparisons that conditions are made of. All are false where a value is NaN.

// longer says whether b takes at least factor times as long as a. A level that b never reaches takes longer than any
// that a reaches; two never reached can't be told apart, so that is false.
func longer(a, b, factor float64) bool { return !math.IsInf(a, 0) && b >= factor*a }

// each says whether ok holds for every quantity.
func each(v value, list []Quantity, ok func(float64) bool) bool {
	for _, q := range list {
		if !ok(v(q)) {
			return false
		}
	}
	return true
}

// atLeast and atMost make the commonest tests.
func atLeast(bound float64) func(float64) bool { return func(x float64) bool { return x >= bound } }
func atMost(bound float64) func(float64) bool  { return func(x float64) bool { return x <= bound } }
func within(low, high float64) func(float64) bool {
	return func(x float64) bool { return x >= low && x <= high }
}

// count is for how many quantities ok holds.
func count(v value, list []Quantity, ok func(float64) bool) (n int) {
	for _, q := range list {
		if ok(v(q)) {
			n++
		}
	}
	return n
}

// chain says whether ok holds for each value and the next.
func chain(v value, list []Quantity, ok func(a, b float64) bool) bool {
	return links(v, list, ok) == len(list)-1
}

// links is for how many neighbours ok holds.
func links(v value, list []Quantity, ok func(a, b float64) bool) (n int) {
	for i := 1; i < len(list); i++ {
		if ok(v(list[i-1]), v(list[i])) {
			n++
		}
	}
	return n
}
