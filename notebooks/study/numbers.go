// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"

	"github.com/dustin/go-humanize"
)

// Unit is how numbers are written: times Factor (1 where it is 0), with so many digits after the point, with commas
// between thousands or without, and with a name behind.
type Unit struct {
	Factor    float64
	Digits    int
	Thousands bool
	Name      string
}

// Percent, Steps and Plain are the commonest units.
var (
	Percent = Unit{Factor: 100, Digits: 1, Name: " %"}
	Steps   = Unit{Thousands: true}
	Plain   = Unit{Digits: 2}
)

// One writes one number, with its unit: 84.5 %. What is never reached (+Inf) is "never", and NaN "–".
func (u Unit) One(v float64) string {
	if s := u.bare(v); s == never || s == undefined {
		return s
	}
	return u.bare(v) + u.Name
}

const never, undefined = "never", "–"

func (u Unit) bare(v float64) string {
	if u.Factor != 0 {
		v *= u.Factor
	}
	switch {
	case math.IsInf(v, 1):
		return never
	case math.IsNaN(v):
		return undefined
	case u.Thousands:
		return strings.ReplaceAll(humanize.Comma(int64(math.Round(v))), "-", "−")
	}
	s := strconv.FormatFloat(v, 'f', u.Digits, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-") // no −0.0
	}
	return strings.ReplaceAll(s, "-", "−")
}

// Range writes the least and the largest: 84.4–84.7 %; one of them where they are written alike.
func (u Unit) Range(values []float64) string {
	low, high := u.bare(least(values)), u.bare(largest(values))
	if low == high {
		return u.One(least(values))
	}
	dash := "–"
	if strings.HasPrefix(high, "−") || low == undefined || high == never {
		dash = " to "
	}
	if high == never {
		return low + dash + high
	}
	return low + dash + high + u.Name
}

// Spread writes the median over seeds, with the least and the largest: 84.5 % (84.4–84.7). Of one seed it says so.
func (u Unit) Spread(values []float64) string {
	middle := u.One(Median(values))
	if len(values) == 1 {
		return middle + " (one seed)"
	}
	bare := u
	bare.Name = ""
	if span := bare.Range(values); span != u.bare(Median(values)) {
		return middle + " (" + span + ")"
	}
	return middle
}

// least and largest leave out what is undefined.
func least(values []float64) float64   { return edge(values, 1) }
func largest(values []float64) float64 { return -edge(values, -1) }

func edge(values []float64, sign float64) float64 {
	low := math.NaN()
	for _, v := range values {
		if v *= sign; !math.IsNaN(v) && !(v >= low) {
			low = v
		}
	}
	return low
}

// Median is the median, the mean of the two in the middle for an even number; NaN of none, and where a value is NaN.
func Median(values []float64) float64 {
	n := len(values)
	if n == 0 || slices.ContainsFunc(values, math.IsNaN) {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	if n%2 == 1 {
		return sorted[n/2]
	}
	return sorted[n/2-1]/2 + sorted[n/2]/2
}

// Reach is the step at which values over steps first are at least a level: between two steps on the straight line that
// joins them, +Inf if they never are.
func Reach(steps, values []float64, level float64) float64 {
	for i, v := range values {
		switch {
		case v < level:
			continue
		case i == 0:
			return steps[0]
		}
		share := (level - values[i-1]) / (v - values[i-1])
		return steps[i-1] + share*(steps[i]-steps[i-1])
	}
	return math.Inf(1)
}

// Crossing is the first step from which values over steps are below a level at three steps in a row, +Inf if there is
// none: how the claims tell a crossing from a single step of noise.
func Crossing(steps, values []float64, level float64) float64 {
	below := 0
	for i, v := range values {
		if v >= level {
			below = 0
		} else if below++; below == 3 {
			return steps[i-2]
		}
	}
	return math.Inf(1)
}

// Column is a value of a record at the steps that have it; see [Derive] for what records don't have themselves.
func Column(r *record.Record, name string) (steps, values []float64) {
	for _, e := range r.Evaluations {
		if v, ok := e.Value(name); ok {
			steps, values = append(steps, float64(e.Step)), append(values, v)
		}
	}
	return steps, values
}

// BySeed computes a number of each record at a level of label noise, nil ones left out.
func BySeed(records []*record.Record, noise float64, f func(r *record.Record) float64) []float64 {
	var values []float64
	for _, r := range byNoise(records, noise) {
		values = append(values, f(r))
	}
	return values
}

// At takes the value of a column at a step; NaN where there is none.
func At(name string, step int) func(*record.Record) float64 {
	return func(r *record.Record) float64 {
		for _, e := range r.Evaluations {
			if e.Step == step {
				if v, ok := e.Value(name); ok {
					return v
				}
			}
		}
		return math.NaN()
	}
}

// Final takes the value of a column at the last evaluation.
func Final(name string) func(*record.Record) float64 {
	return func(r *record.Record) float64 {
		_, values := Column(r, name)
		if len(values) == 0 {
			return math.NaN()
		}
		return values[len(values)-1]
	}
}

// Best takes the largest value of a column.
func Best(name string) func(*record.Record) float64 {
	return func(r *record.Record) float64 {
		_, values := Column(r, name)
		return largest(values)
	}
}

// Memorised is the share of the corrupt examples that a run has learned at its end: corrupt accuracy less (1 − va)/9,
// what a net with test accuracy va has of them if its mistakes fall on the nine other digits alike.
func Memorised(r *record.Record) float64 {
	return Final("corrupt_accuracy")(r) - (1-Final("test_accuracy")(r))/9
}

// Ratios are i^p / i^c at step 9 by the paper's estimate, in the real world and in the null worlds of a run.
func Ratios(r *record.Record) (real float64, nulls []float64) {
	last := []float64{contributionSteps - 1}
	for k := 1; slices.Contains(r.Columns(), "ip_null_"+strconv.Itoa(k)); k++ {
		nulls = append(nulls, ratioOver(r, last, "_null_"+strconv.Itoa(k))[0])
	}
	return ratioOver(r, last, "_sample")[0], nulls
}

// ByCell computes a number of each record of a cell of Figure 4, nil ones left out.
func ByCell(records []*record.Record, noise, c float64, f func(r *record.Record) float64) []float64 {
	var values []float64
	for _, r := range byCell(records, noise, c) {
		values = append(values, f(r))
	}
	return values
}
