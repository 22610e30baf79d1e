// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package stopping

import (
	"math"
	"slices"
)

// Rises stops when a column has risen n times since the beginning, in a row or not, and keeps the weights of then.
func Rises(values []float64, n int) Choice {
	rises := 0
	for i := 1; i < len(values); i++ {
		if values[i] > values[i-1] {
			rises++
		}
		if rises == n {
			return Choice{Keep: i, Stop: i, Stopped: true}
		}
	}
	return never(len(values))
}

// FirstLow stops when the mean of the last window values is larger than one evaluation before, and keeps the weights of
// that one: the first local minimum of the moving average.
func FirstLow(values []float64, window int) Choice {
	for i := window; i < len(values); i++ {
		// The two means share all values but one each.
		if values[i] > values[i-window] {
			return Choice{Keep: i - 1, Stop: i, Stopped: true}
		}
	}
	return never(len(values))
}

// FirstAbove stops at the first value above a level and keeps the weights of then.
func FirstAbove(values []float64, level float64) Choice {
	for i, v := range values {
		if v > level {
			return Choice{Keep: i, Stop: i, Stopped: true}
		}
	}
	return never(len(values))
}

// Flat stops at the first evaluation from a step on at which a column is less than a share below that before, and keeps
// the weights of then.
func Flat(steps, values []float64, from, share float64) Choice {
	for i := 1; i < len(values); i++ {
		if steps[i] >= from && values[i-1]-values[i] < share*values[i-1] {
			return Choice{Keep: i, Stop: i, Stopped: true}
		}
	}
	return never(len(values))
}

// Patience stops when n values in a row have not been larger than the largest before, and keeps the weights of that.
// Where it never stops it keeps those of the largest too.
func Patience(values []float64, n int) Choice {
	best := 0
	for i, v := range values {
		switch {
		case v > values[best] || math.IsNaN(values[best]):
			best = i
		case i-best == n:
			return Choice{Keep: best, Stop: i, Stopped: true}
		}
	}
	if len(values) == 0 {
		return never(0)
	}
	return Choice{Keep: best, Stop: len(values) - 1}
}

// Medians are the medians of each value and the two before it; the first two values stay as they are.
func Medians(values []float64) []float64 {
	out := slices.Clone(values)
	for i := 2; i < len(values); i++ {
		out[i] = median3(values[i-2], values[i-1], values[i])
	}
	return out
}
