// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"
)

// The grids of the paper.
var (
	noises  = record.Noises()
	mixed   = record.MixedNoises()
	clamped = record.Clamps()
)

const (
	classes    = 10 // of MNIST and its kin; chance is 1/classes
	figure4End = 60_000
)

// pool is the records to judge by, each once, in the order of their ids.
type pool struct {
	basis   Basis
	records []*record.Record
	ids     []string
}

func newPool(basis Basis, records []*record.Record) *pool {
	p := &pool{basis: basis}
	byID := map[string]*record.Record{}
	for _, r := range records {
		if r == nil {
			continue
		}
		id := r.Spec.ID()
		if old := byID[id]; old == nil || !old.Complete() && r.Complete() {
			byID[id] = r
		}
	}
	for id := range byID {
		p.ids = append(p.ids, id)
	}
	slices.Sort(p.ids)
	for _, id := range p.ids {
		p.records = append(p.records, byID[id])
	}
	return p
}

// setting is what runs have in common that differ in their seed alone.
type setting struct {
	key  string // in names of measured quantities, such as n50_c2
	what string // for people
	ask  func(record.Spec) bool
}

// ask compares a spec with another one but for the seed, and for the steps where those are 0.
func ask(want record.Spec) func(record.Spec) bool {
	want = want.Normalized()
	return func(s record.Spec) bool {
		s = s.Normalized()
		if len(s.Settings) != len(want.Settings) || math.Abs(s.Noise-want.Noise) >= 1e-9 {
			return false
		}
		s.Noise, s.Seed = want.Noise, want.Seed
		if want.Steps == 0 {
			s.Steps = 0
		}
		return s.ID() == want.ID()
	}
}

// on is a spec of the paper with the basis's own choices.
func (b Basis) on(s record.Spec) record.Spec {
	s.Init, s.Percentile = b.Init, b.Percentile
	return s
}

func settingOf(s record.Spec, key string) setting {
	steps := "any number of"
	if s.Steps > 0 {
		steps = strconv.Itoa(s.Steps)
	}
	rule := "mean"
	if s.C > 0 {
		rule = fmt.Sprintf("winsorize c = %g", s.C)
	}
	hidden := strings.ReplaceAll(strings.Trim(fmt.Sprint(s.Hidden), "[]"), " ", ",")
	return setting{key: key, ask: ask(s), what: fmt.Sprintf("%s, noise %g %%, hidden %s, %s, batch %d, init %s, %s steps",
		s.Dataset, 100*s.Noise, hidden, rule, s.Batch, s.Init, steps)}
}

// figure1 is a run of figures 1 to 3.
func (b Basis) figure1(noise float64) setting {
	return settingOf(b.on(record.Figure1(b.Dataset, noise)), noiseKey(noise))
}

// figure4 is a cell of figure 4.
func (b Basis) figure4(noise, c float64) setting {
	return settingOf(b.on(record.Figure4(b.Dataset, noise, c)), noiseKey(noise)+"_"+clampKey(c))
}

// fullBatch and miniBatch are the runs of C15.
func (b Basis) fullBatch(noise float64) setting {
	return settingOf(b.on(record.FullBatch(b.Dataset, noise)), noiseKey(noise)+"_full")
}

func (b Basis) miniBatch(noise float64) setting {
	planned := b.on(record.MiniBatch(b.Dataset, noise))
	longer := planned
	longer.Steps = 0 // any length from the planned one on: of several, the longest
	s := settingOf(longer, noiseKey(noise)+"_mini")
	ask := s.ask
	s.ask = func(spec record.Spec) bool { return spec.Steps >= planned.Steps && ask(spec) }
	return s
}

func noiseKey(noise float64) string { return fmt.Sprintf("n%g", 100*noise) }
func clampKey(c float64) string     { return fmt.Sprintf("c%g", c) }
