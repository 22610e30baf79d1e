// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
	"strconv"

	"coherentgradients/cgkit/record"
)

func itoa(i int) string { return strconv.Itoa(i) }

// rise goes from 0 to 1 along log steps and is 1/2 at step half.
func rise(step, half float64) float64 { return 1 / (1 + math.Pow(half/math.Max(step, 1e-9), 3)) }

// world makes up records in which every claim holds: all runs that the claims ask for, one seed.
func world(seed int64) []*record.Record {
	var records []*record.Record
	for _, n := range noises {
		records = append(records, figure1World(n, seed))
		for _, c := range clamped {
			records = append(records, figure4World(n, c, seed))
		}
	}
	for _, n := range []float64{0, 0.5} {
		for _, batch := range []int{100, 6000} {
			records = append(records, subsetWorld(n, batch, seed))
		}
	}
	return records
}

// fill makes a complete record by what f says of each evaluated step.
func fill(s record.Spec, f func(step float64, e *record.Evaluation)) *record.Record {
	r := &record.Record{Spec: s}
	for _, step := range s.Evaluated() {
		e := record.Evaluation{Step: step, Extra: map[string]float64{}}
		f(float64(step), &e)
		e.Overfit = record.Overfit(e.TrainAccuracy, e.TestAccuracy, s.Noise, classes)
		r.Evaluations = append(r.Evaluations, e)
	}
	return r
}

func figure1World(n float64, seed int64) *record.Record {
	s := record.Figure1("mnist", n)
	s.Seed = seed
	return fill(s, func(step float64, e *record.Evaluation) {
		p := 0.1 + 0.9*rise(step, 5*(1+n))
		c := 0.1 + 0.9*rise(step, 3000*(1+n/2))
		e.TrainAccuracy = proper(n)*p + (1-proper(n))*c
		e.TestAccuracy = (0.1 + 0.88*rise(step, 5*(1+n))) * (1 - 0.9*n*rise(step, 3000))
		e.TrainLoss = 2.4 - 2.3*(1-0.99*n)*rise(step, 20*(1+n))
		e.PristineAccuracy = &p
		if n > 0 {
			e.CorruptAccuracy = &c
		}
		e.Extra["pristine_learned"], e.Extra["corrupt_learned"] = p, c
		e.Extra["gradient_norm2"], e.Extra["example_norm2"] = 10-8*n, 50
		set(e, "fp", "fc", realShare(n, step))
		for k := range 6 {
			e.Extra[fmt.Sprintf("fp_null_%d", k+1)] = map[float64]float64{0.25: 0.77, 0.5: 0.55, 0.75: 0.33}[n]
		}
		if step <= 10 {
			for _, estimate := range []string{"", "_sample"} {
				e.Extra["ip"+estimate], e.Extra["ic"+estimate] = 2*(step+1), step+1
			}
		}
	})
}

// realShare is an f^p that does what C7 and C8 say.
func realShare(n, step float64) float64 {
	switch {
	case n == 0.75:
		return 0.4 - 0.05*math.Log10(math.Max(step, 1))
	case step < 20:
		return 0.8
	case step < 70_000:
		return 0.3
	}
	return 0.48
}

func set(e *record.Evaluation, p, c string, share float64) {
	for _, estimate := range []string{"", "_sample"} {
		e.Extra[p+estimate], e.Extra[c+estimate] = share, 1-share
	}
}

func figure4World(n, c float64, seed int64) *record.Record {
	s := record.DefaultSpec()
	s.Noise, s.Seed, s.C = n, seed, c
	if c > 0 {
		s.Aggregator = record.AggregatorWinsorize
	}
	return fill(s, func(step float64, e *record.Evaluation) {
		memory := rise(step, 3000) * map[float64]float64{0: 1, 1: 0.4, 2: 0, 4: 0, 8: 0}[c]
		learned := rise(step, 10)
		if c == 8 {
			learned -= 0.1 * rise(step, 20_000)
		}
		e.TestAccuracy = 0.1 + 0.85*learned*(1-0.5*memory*n)
		e.TrainAccuracy = proper(n)*(0.1+0.87*learned) + 0.1*(1-proper(n)) + memory*(1-proper(n))*0.9 + 0.03*proper(n)*memory
		if n == 1 {
			e.TestAccuracy = 0.1
			e.TrainAccuracy = 0.1 + 0.89*memory
		}
		// Without memorising, training accuracy is what Overfit expects.
		if memory == 0 {
			e.TrainAccuracy = n/10 + (1-n)*e.TestAccuracy
		}
	})
}

func subsetWorld(n float64, batch int, seed int64) *record.Record {
	s := record.DefaultSpec()
	s.Dataset, s.Noise, s.Batch, s.Steps, s.Seed = "mnist-6000", n, batch, 10_000, seed
	half := 20.0
	if batch == 6000 {
		half = 60
	}
	return fill(s, func(step float64, e *record.Evaluation) {
		e.TrainAccuracy = 0.1 + 0.9*rise(step, half)
		e.TestAccuracy = 0.1 + 0.8*rise(step, half)*(1-n*rise(step, 4*half))
	})
}

// where picks made-up records by their spec.
type where func(record.Spec) bool

func f1(n float64) where {
	return func(s record.Spec) bool { return len(s.Hidden) == 1 && s.Noise == n }
}
func f4(n, c float64) where {
	return func(s record.Spec) bool {
		return len(s.Hidden) == 3 && s.Dataset == "mnist" && s.Noise == n && s.C == c
	}
}
func sub(n float64, batch int) where {
	return func(s record.Spec) bool { return s.Dataset == "mnist-6000" && s.Noise == n && s.Batch == batch }
}

// edit changes every evaluation of the records picked.
func edit(records []*record.Record, pick where, f func(e *record.Evaluation)) {
	for _, r := range records {
		if pick(r.Spec) {
			for i := range r.Evaluations {
				f(&r.Evaluations[i])
			}
		}
	}
}

// without leaves the records picked out.
func without(records []*record.Record, pick where) (rest []*record.Record) {
	for _, r := range records {
		if !pick(r.Spec) {
			rest = append(rest, r)
		}
	}
	return rest
}
