// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// metaOfSeeds is [meta] for a figure whose curves are medians over the seeds of a run: its caption says of how many seeds
// each curve is.
func metaOfSeeds(what string, records []*record.Record) plots.Meta {
	return metaWith(what, CurvesOf(records), records...)
}

// CurvesOf says what curves are that are medians over seeds: of how many seeds, with their range as a band, and which are
// of one seed alone.
func CurvesOf(records []*record.Record) string {
	present := nonNil(records)
	first, runs := bySeeds(present)
	same := !slices.ContainsFunc(present, func(r *record.Record) bool { return r.Spec.Seed != present[0].Spec.Seed })
	var counts []int
	for _, run := range runs {
		counts = append(counts, len(run))
	}
	slices.Sort(counts)
	counts = slices.Compact(counts)
	switch {
	case len(counts) == 0:
		return "no seed"
	case len(counts) == 1 && counts[0] == 1 && same:
		return fmt.Sprintf("one seed, %d", present[0].Spec.Seed)
	case len(counts) == 1 && counts[0] == 1:
		return "one seed for each curve"
	case len(counts) == 1:
		return fmt.Sprintf("each curve is the median of %d seeds, with their range as a band", counts[0])
	}
	slices.Reverse(counts)
	var words []string
	for i, n := range counts {
		word := ""
		switch {
		case n == 1:
			word = "one seed"
		case i == 0:
			word = fmt.Sprintf("curves are the median of %d seeds, with their range as a band,", n)
		default:
			word = fmt.Sprintf("of %d", n)
		}
		words = append(words, word+" at "+places(first, runs, n))
	}
	return strings.Join(words[:len(words)-1], ", ") + ", and " + words[len(words)-1]
}

// places lists the noise levels, and where they matter the c, of the runs that have n seeds.
func places(first []*record.Record, runs [][]*record.Record, n int) string {
	type level struct {
		all bool // runs of the level have n seeds
		cs  []float64
	}
	levels := map[float64]*level{}
	for i, r := range first {
		s := r.Spec
		l := levels[s.Noise]
		if l == nil {
			l = &level{all: true}
			levels[s.Noise] = l
		}
		if len(runs[i]) == n {
			l.cs = append(l.cs, s.C)
		} else {
			l.all = false
		}
	}
	var noises []float64
	for noise, l := range levels {
		if len(l.cs) > 0 {
			noises = append(noises, noise)
		}
	}
	slices.Sort(noises)
	// Levels that have the same c stand together.
	var order []string
	groups := map[string][]string{}
	for _, noise := range noises {
		l, with := levels[noise], ""
		if !l.all {
			slices.Sort(l.cs)
			var words []string
			for _, c := range slices.Compact(l.cs) {
				words = append(words, strconv.FormatFloat(c, 'g', 4, 64))
			}
			with = " (c = " + strings.Join(words, ", ") + ")"
		}
		if groups[with] == nil {
			order = append(order, with)
		}
		groups[with] = append(groups[with], strconv.FormatFloat(100*noise, 'g', 4, 64))
	}
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	for i, with := range order {
		order[i] = strings.Join(groups[with], ", ") + " % noise" + with
	}
	return strings.Join(order, " and ")
}
