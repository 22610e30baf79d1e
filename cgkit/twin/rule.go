// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package twin

import (
	"math"
	"slices"
)

// Rule makes one number of the m per-example gradients of one coordinate, on the scale of their mean. It may reorder
// them. Values are finite.
type Rule func(values []float64) float64

// Mean is Σ g / m: plain gradient descent.
func Mean(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// Winsorize clamps the values to their c-th and (100−c)-th percentile and takes the mean. c is in per cent, from 0 to
// below 50.
func Winsorize(c float64) Rule {
	return func(values []float64) float64 {
		low, high := Thresholds(values, c)
		var sum float64
		for _, v := range values {
			sum += min(max(v, low), high)
		}
		return sum / float64(len(values))
	}
}

// TrimmedMean leaves out the values beyond the c-th and (100−c)-th percentile: as many on each side as Winsorize clamps,
// whatever ties there are.
func TrimmedMean(c float64) Rule {
	return func(values []float64) float64 {
		low, high := ranks(len(values), c)
		slices.Sort(values)
		return Mean(values[low : high+1])
	}
}

// Median is the middle value, or the mean of the two in the middle.
func Median(values []float64) float64 {
	slices.Sort(values)
	m := len(values)
	return (values[(m-1)/2] + values[m/2]) / 2
}

// Thresholds are the c-th and the (100−c)-th percentile of the values, each one of them: the sorted values number
// round(c/100·(m−1)) and round((100−c)/100·(m−1)) from 0, halves to even. It reorders the values. The cost is m times the
// ranks, at most that of an insertion sort.
func Thresholds(values []float64, c float64) (low, high float64) {
	i, j := ranks(len(values), c)
	pull(values, i+1)
	low = values[i]
	if j <= i {
		return low, low
	}
	rest := values[i+1:]
	negate(rest)
	pull(rest, len(values)-j)
	negate(rest)
	return low, rest[len(values)-j-1]
}

// pull brings the n smallest values to the front, sorted.
func pull(values []float64, n int) {
	for p, v := range values {
		at := p
		if p >= n {
			if v >= values[n-1] {
				continue
			}
			at = n - 1
			values[p] = values[at]
		}
		for ; at > 0 && v < values[at-1]; at-- {
			values[at] = values[at-1]
		}
		values[at] = v
	}
}

func negate(values []float64) {
	for i := range values {
		values[i] = -values[i]
	}
}

func ranks(m int, c float64) (low, high int) {
	return int(math.RoundToEven(c / 100 * float64(m-1))), int(math.RoundToEven((100 - c) / 100 * float64(m-1)))
}
