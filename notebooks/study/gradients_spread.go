// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"math"
	"slices"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// byNoise gathers the records of each level, leaving out those that are nil. No level, or one without a record, has an
// empty list.
func byNoise(records []*record.Record, level float64) []*record.Record {
	var list []*record.Record
	for _, r := range records {
		if r != nil && r.Spec.Noise == level {
			list = append(list, r)
		}
	}
	return list
}

// levelsOf lists the noise levels of the records, rising, and csOf their c.
func levelsOf(records []*record.Record) []float64 {
	return distinct(records, func(s record.Spec) float64 { return s.Noise })
}

func csOf(records []*record.Record) []float64 {
	return distinct(records, func(s record.Spec) float64 { return s.C })
}

// distinct lists the values that the records' specs have, rising; nil records have none.
func distinct(records []*record.Record, of func(record.Spec) float64) []float64 {
	var values []float64
	for _, r := range records {
		if r != nil {
			values = append(values, of(r.Spec))
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// evaluated lists the steps at which some record was evaluated, up to last.
func evaluated(records []*record.Record, last int) []float64 {
	var steps []float64
	for _, r := range records {
		for _, e := range r.Evaluations {
			if s := float64(e.Step); e.Step <= last && !slices.Contains(steps, s) {
				steps = append(steps, s)
			}
		}
	}
	slices.Sort(steps)
	return steps
}

// spread is the median over the records, which are seeds of one run, of a value at each of the steps, and the range
// of it as a band where there are several. It is empty if no record has the value.
func spread(records []*record.Record, steps []float64, value func(record.Evaluation) (float64, bool)) plots.Line {
	at := make([][]float64, len(steps))
	most := 0
	for _, r := range records {
		for _, e := range r.Evaluations {
			i, ok := slices.BinarySearch(steps, float64(e.Step))
			if !ok {
				continue
			}
			if v, ok := value(e); ok {
				at[i] = append(at[i], v)
				most = max(most, len(at[i]))
			}
		}
	}
	var l plots.Line
	if most == 0 {
		return l
	}
	for _, values := range at {
		slices.Sort(values)
		middle, low, high := math.NaN(), math.NaN(), math.NaN()
		if n := len(values); n > 0 {
			middle, low, high = (values[(n-1)/2]+values[n/2])/2, values[0], values[n-1]
		}
		l.Y = append(l.Y, middle)
		if most > 1 {
			l.Lo, l.Hi = append(l.Lo, low), append(l.Hi, high)
		}
	}
	return l
}

// named is a value of an evaluation by its name in the record.
func named(name string) func(record.Evaluation) (float64, bool) {
	return func(e record.Evaluation) (float64, bool) { return e.Value(name) }
}

// rest is 1 less a value: f^c where a record has f^p alone.
func rest(name string) func(record.Evaluation) (float64, bool) {
	return func(e record.Evaluation) (float64, bool) {
		v, ok := e.Value(name)
		return 1 - v, ok
	}
}
