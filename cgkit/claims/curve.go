// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"math"
	"slices"
)

// curve is a value over the evaluated steps, in rising order of steps, all finite.
type curve struct{ steps, values []float64 }

// between keeps the points with from ≤ step ≤ to.
func (c curve) between(from, to float64) curve {
	var out curve
	for i, s := range c.steps {
		if s >= from && s <= to {
			out.steps = append(out.steps, s)
			out.values = append(out.values, c.values[i])
		}
	}
	return out
}

// at is the value at an evaluated step, NaN at any other.
func (c curve) at(step float64) float64 {
	if i := slices.Index(c.steps, step); i >= 0 {
		return c.values[i]
	}
	return math.NaN()
}

// reach is the step at which the curve first is at least level: between two evaluated steps on the straight line
// that joins them, +Inf if it never is, NaN for an empty curve.
func (c curve) reach(level float64) float64 {
	if len(c.values) == 0 {
		return math.NaN()
	}
	for i, v := range c.values {
		switch {
		case v < level:
			continue
		case i == 0:
			return c.steps[0]
		}
		share := (level - c.values[i-1]) / (v - c.values[i-1])
		return c.steps[i-1] + share*(c.steps[i]-c.steps[i-1])
	}
	return math.Inf(1)
}

// along is the value of c, on straight lines between its points, at any step.
func (c curve) along(step float64) float64 {
	for i, s := range c.steps {
		switch {
		case s < step:
			continue
		case s == step:
			return c.values[i]
		case i == 0:
			return math.NaN()
		}
		share := (step - c.steps[i-1]) / (s - c.steps[i-1])
		return c.values[i-1] + share*(c.values[i]-c.values[i-1])
	}
	return math.NaN()
}

// peak is the first largest point; NaN, NaN for an empty curve.
func (c curve) peak() (step, value float64) {
	step, value = math.NaN(), math.NaN()
	for i, v := range c.values {
		if i == 0 || v > value {
			step, value = c.steps[i], v
		}
	}
	return step, value
}

func (c curve) mean() float64 {
	sum := 0.0
	for _, v := range c.values {
		sum += v
	}
	return sum / float64(len(c.values)) // NaN for an empty curve
}

// tail is the mean of the last three points.
func (c curve) tail() float64 {
	n := max(0, len(c.values)-3)
	return curve{c.steps[n:], c.values[n:]}.mean()
}

// smooth replaces every point but the first and last by the median of it and its two neighbours.
func (c curve) smooth() curve {
	out := curve{c.steps, slices.Clone(c.values)}
	for i := 1; i+1 < len(c.values); i++ {
		a, b, d := c.values[i-1], c.values[i], c.values[i+1]
		out.values[i] = max(min(a, b), min(max(a, b), d))
	}
	return out
}

// shareBelowZero is the part of the points whose value is below zero.
func (c curve) shareBelowZero() float64 {
	n := 0
	for _, v := range c.values {
		if v < 0 {
			n++
		}
	}
	return float64(n) / float64(len(c.values)) // NaN for an empty curve
}

// crossing is the first step from which the curve is below zero at three evaluated steps in a row, +Inf if there is
// none: one step below is noise of the estimate.
func (c curve) crossing() float64 {
	below := 0
	for i, v := range c.values {
		if v >= 0 {
			below = 0
		} else if below++; below == 3 {
			return c.steps[i-2]
		}
	}
	return math.Inf(1)
}

// slope is the Theil–Sen slope against log10(step): the median over all pairs of points, which a few wild estimates
// can't move. NaN for fewer than two steps ≥ 1.
func (c curve) slope() float64 {
	c = c.between(1, math.Inf(1))
	var slopes []float64
	for i := range c.steps {
		for j := range i {
			if c.steps[i] != c.steps[j] {
				slopes = append(slopes, (c.values[i]-c.values[j])/math.Log10(c.steps[i]/c.steps[j]))
			}
		}
	}
	slices.Sort(slopes)
	return median(slopes)
}

// kendall is Kendall's τ of value and step: the share of pairs of points that rise less the share that falls. NaN for
// fewer than two points.
func (c curve) kendall() float64 {
	var rising, pairs float64
	for i := range c.values {
		for j := range i {
			pairs++
			switch {
			case c.values[i] > c.values[j]:
				rising++
			case c.values[i] < c.values[j]:
				rising--
			}
		}
	}
	return rising / pairs
}

// minus subtracts b at the steps that both have.
func (c curve) minus(b curve) curve {
	var out curve
	for i, s := range c.steps {
		if v := b.at(s); !math.IsNaN(v) {
			out.steps = append(out.steps, s)
			out.values = append(out.values, c.values[i]-v)
		}
	}
	return out
}

// median of sorted values, the mean of the two in the middle for an even number; NaN for none.
func median(sorted []float64) float64 {
	n := len(sorted)
	switch {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return sorted[n/2]
	}
	return sorted[n/2-1]/2 + sorted[n/2]/2
}

// medianValue is the median of a curve's values.
func (c curve) medianValue() float64 {
	sorted := slices.Clone(c.values)
	slices.Sort(sorted)
	return median(sorted)
}
