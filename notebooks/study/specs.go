// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"slices"
	"strconv"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
)

// In quick mode nets are trained on the first quickExamples of a set, on which 50 epochs are a matter of seconds, and
// long enough to learn labels by heart; on the synthetic set, which is there for tests, more briefly still.
const (
	quickExamples    = 6000
	quickSteps       = 3000
	quickGlyphsSteps = 300
)

// Spec is the paper's net of section 3 (784–256–256–256–10, batch 100, rate 0.1, 60,000 steps) on the notebook's data
// set, with a share of label noise and c percent winsorized on each side; c = 0 is plain SGD. In quick mode it is cut
// to 3,000 steps on 6,000 examples.
func Spec(noise, c float64) record.Spec {
	s := record.DefaultSpec()
	s.Dataset, s.Noise, s.C = Dataset(), noise, c
	if c > 0 {
		s.Aggregator = "winsorize"
	}
	return AtMost(s, s.Steps)
}

// AtMost is a spec with its number of steps set; in quick mode it is cut as [Spec] says.
func AtMost(s record.Spec, steps int) record.Spec {
	s.Steps = steps
	if Mode() != place.Quick {
		return s
	}
	limit := quickGlyphsSteps
	if slices.Contains([]string{"mnist", "fashion-mnist", "cifar-10"}, s.Dataset) {
		s.Dataset += "-" + strconv.Itoa(quickExamples)
	}
	if s.Dataset != "glyphs" {
		limit = quickSteps
	}
	s.Steps = min(s.Steps, limit)
	return s
}

// Noises are the columns of Figure 4; in quick mode there are two.
func Noises() []float64 {
	if Mode() == place.Quick {
		return []float64{0, 0.5}
	}
	return []float64{0, 0.25, 0.5, 0.75, 1}
}

// Cs are the rows of Figure 4; in quick mode there are three.
func Cs() []float64 {
	if Mode() == place.Quick {
		return []float64{0, 2, 8}
	}
	return []float64{0, 1, 2, 4, 8}
}

// Grid is Figure 4's specs, row after row of c, each cell with its planned seeds (three at 50 % noise for c = 0, 1, 2
// and 8, and at 0 and 100 % for c = 0 and 2; one elsewhere) and with those further ones, up to [MaxSeeds], that there
// are finished records of. In quick mode it is one seed.
func Grid() []record.Spec {
	var specs []record.Spec
	for _, c := range Cs() {
		for _, noise := range Noises() {
			specs = append(specs, cell(noise, c)...)
		}
	}
	return specs
}

// GridColumn is the part of [Grid] at one level of noise.
func GridColumn(noise float64) []record.Spec {
	var specs []record.Spec
	for _, c := range Cs() {
		specs = append(specs, cell(noise, c)...)
	}
	return specs
}

// cell is the part of [Grid] at one level of noise and one c.
func cell(noise, c float64) []record.Spec {
	if Mode() == place.Quick {
		return []record.Spec{Spec(noise, c)}
	}
	return withSeeds(Spec(noise, c), gridSeeds(noise, c))
}

// MaxSeeds is how many seeds of a run are looked for: 1 to MaxSeeds.
const MaxSeeds = 5

// gridSeeds is how many seeds of a cell of Figure 4 are planned, and noiseSeeds of a level of Figure 1.
func gridSeeds(noise, c float64) int64 {
	if noise == 0.5 && c != 4 || (noise == 0 || noise == 1) && (c == 0 || c == 2) {
		return 3
	}
	return 1
}

func noiseSeeds(noise float64) int64 {
	if noise <= 0.5 {
		return 3
	}
	return 1
}

// Seeds is a spec with seed 1 and all further ones, up to [MaxSeeds], that there are finished records of; in quick mode
// with seed 1 alone.
func Seeds(s record.Spec) []record.Spec {
	if Mode() == place.Quick {
		return []record.Spec{s}
	}
	return withSeeds(s, 1)
}

// withSeeds is a spec with the seeds from 1 to planned, and with the further ones that the notebook's store has.
func withSeeds(s record.Spec, planned int64) []record.Spec {
	store, err := place.OpenStore("")
	must(err)
	return withSeedsIn(store, s, planned)
}

// withSeedsIn is withSeeds by a store; without one, the planned seeds alone.
func withSeedsIn(store *record.Store, s record.Spec, planned int64) []record.Spec {
	var specs []record.Spec
	for seed := int64(1); seed <= max(planned, MaxSeeds); seed++ {
		s.Seed = seed
		if seed <= planned || store != nil && finished(store, s) {
			specs = append(specs, s)
		}
	}
	return specs
}

// LoopSteps is a number of updates for a loop in a cell, and another for quick mode.
func LoopSteps(n, quick int) int {
	if Mode() == place.Quick {
		return quick
	}
	return n
}

// finished says whether a store has a finished record, or one that is damaged, which whoever reads it will say.
func finished(store *record.Store, s record.Spec) bool {
	r, err := store.Find(s)
	return err != nil || r != nil && r.Finished()
}
