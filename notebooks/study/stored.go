// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"math"
	"os"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/plots"
)

// Stored are the finished records of runs that notebooks show beside the paper's, without nil ones; it says how many
// there are. It trains what is missing in the mode full, hours for some, and in quick mode a small likeness of the first
// seed's, see [Small]; else nothing.
func Stored(measure record.Measure, specs ...record.Spec) []*record.Record {
	switch Mode() {
	case place.Quick:
		return trainAll(measure, Small(specs))
	case place.Full:
		return trainAll(measure, specs)
	}
	store, err := place.OpenStore("")
	must(err)
	records := findIn(store, os.Stdout, measure, specs)
	sayFound(os.Stdout, len(records), len(specs), "")
	return records
}

// Small is a likeness of runs for quick mode: those of dense nets of the first seed on the first data set, on the notebook's
// set and for a few hundred steps, layers no wider than 64.
func Small(specs []record.Spec) []record.Spec {
	var small []record.Spec
	seen := map[string]bool{}
	for _, s := range specs {
		if s.Seed != specs[0].Seed || s.Model != "" || s.Dataset != specs[0].Dataset {
			continue
		}
		if s.Dataset = Dataset(); s.Dataset == "glyphs" {
			s.Dataset = "glyphs-600" // there are others behind them
		}
		s = AtMost(s, min(s.Steps, quickGlyphsSteps/2))
		s.FirstSteps = min(s.FirstSteps, s.FirstSteps/100+quickGlyphsSteps/3)
		s.Hidden = slices.Clone(s.Hidden)
		for i := range s.Hidden {
			s.Hidden[i] = min(s.Hidden[i], 64)
		}
		if id := s.ID(); !seen[id] {
			seen[id] = true
			small = append(small, s)
		}
	}
	return small
}

// Where are the records of which a condition holds.
func Where(records []*record.Record, is func(record.Spec) bool) []*record.Record {
	var found []*record.Record
	for _, r := range records {
		if r != nil && is(r.Spec) {
			found = append(found, r)
		}
	}
	return found
}

// line draws a value of runs that differ in their seed over the steps: the median, with their range.
func line(name string, role plots.Role, runs []*record.Record, value func(record.Evaluation) (float64, bool)) plots.Curve {
	return lineFrom(0, name, role, runs, value)
}

// lineFrom is line from a step on.
func lineFrom(from int, name string, role plots.Role, runs []*record.Record, value func(record.Evaluation) (float64, bool)) plots.Curve {
	steps := slices.DeleteFunc(evaluated(runs, math.MaxInt), func(s float64) bool { return s < float64(from) })
	l := spread(runs, steps, value)
	return plots.Curve{Name: name, Role: role, X: steps[:len(l.Y)], Y: l.Y, Lo: l.Lo, Hi: l.Hi}
}

// overX is a curve of a number of each run over something that its spec says: at each x the median over the runs with
// their range.
func overX(name string, role plots.Role, records []*record.Record, x func(record.Spec) float64, y func(*record.Record) float64) plots.Curve {
	at := map[float64][]float64{}
	for _, r := range records {
		if v := y(r); !math.IsNaN(v) {
			at[x(r.Spec)] = append(at[x(r.Spec)], v)
		}
	}
	c := plots.Curve{Name: name, Role: role, Marks: true}
	for key := range at {
		c.X = append(c.X, key)
	}
	slices.Sort(c.X)
	for _, key := range c.X {
		c.Y, c.Lo, c.Hi = append(c.Y, Median(at[key])), append(c.Lo, least(at[key])), append(c.Hi, largest(at[key]))
	}
	return c
}

// around is a range of values in per cent that shows the ends of curves, some points apart, and not where they began.
func around(curves []plots.Curve, below float64) (low, high float64) {
	low, high = math.NaN(), math.NaN()
	for _, c := range curves {
		if n := len(c.Y); n > 0 {
			low = min(c.Y[n-1], orElse(low, c.Y[n-1]))
			high = max(slices.Max(c.Y), orElse(high, 0))
		}
	}
	if math.IsNaN(low) {
		return 0, 0
	}
	return max(0, math.Floor(low-below)), min(100, math.Ceil(high+1))
}

func orElse(v, other float64) float64 {
	if math.IsNaN(v) {
		return other
	}
	return v
}

// setTitle is a data set's name in a figure's heading, without the number of its examples.
func setTitle(name string) string {
	whole, _, _ := strings.Cut(name, "-6000")
	whole, _, _ = strings.Cut(whole, "-2000")
	return title(whole)
}
