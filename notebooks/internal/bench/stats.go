// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"math"
	"slices"
)

// median of values, NaN of none. The values are left as they are.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// sample is one timed step of a round.
type sample struct {
	round int
	ms    float64
}

// medianOf is the median over all samples.
func medianOf(samples []sample) float64 { return medianIn(samples, nil) }

// medianIn is the median over the samples of the given rounds; nil: of all.
func medianIn(samples []sample, rounds map[int]bool) float64 {
	var values []float64
	for _, s := range samples {
		if rounds == nil || rounds[s.round] {
			values = append(values, s.ms)
		}
	}
	return median(values)
}

// ratioOf is the median of a over that of b, over the rounds in which both took part; NaN if there is none.
func ratioOf(a, b []sample) float64 {
	inA, both := map[int]bool{}, map[int]bool{}
	for _, s := range a {
		inA[s.round] = true
	}
	for _, s := range b {
		if inA[s.round] {
			both[s.round] = true
		}
	}
	return medianIn(a, both) / medianIn(b, both)
}

// line is y = intercept + slope·x fitted by least squares.
type line struct{ intercept, slope, r2 float64 }

// fit needs two different x; otherwise everything is NaN.
func fit(x, y []float64) line {
	n := float64(len(x))
	var mx, my float64
	for i := range x {
		mx += x[i] / n
		my += y[i] / n
	}
	var sxx, sxy, syy float64
	for i := range x {
		sxx += (x[i] - mx) * (x[i] - mx)
		sxy += (x[i] - mx) * (y[i] - my)
		syy += (y[i] - my) * (y[i] - my)
	}
	if len(x) < 2 || sxx == 0 {
		return line{math.NaN(), math.NaN(), math.NaN()}
	}
	l := line{slope: sxy / sxx, r2: 1}
	l.intercept = my - l.slope*mx
	if syy > 0 {
		l.r2 = sxy * sxy / (sxx * syy)
	}
	return l
}
