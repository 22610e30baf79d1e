// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
)

// scan lists the specs of all records in a store, finished ones and those that can be gone on with. What is no
// record, or a damaged one, is left out: whoever asks for it is told then.
func scan(store *record.Store) []record.Spec {
	var specs []record.Spec
	seen := map[string]bool{}
	for _, folder := range append(slices.Clone(store.Folders), store.Write) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			r, err := record.Load(filepath.Join(folder, entry.Name()))
			if err != nil || len(r.Evaluations) == 0 || seen[r.Spec.ID()] {
				continue
			}
			seen[r.Spec.ID()] = true
			specs = append(specs, r.Spec)
		}
	}
	return specs
}

// neighbours says at which noise and c there are records that are like a spec in all else and of a rule, as
// "c = 0 at 0, 50 %; c = 2 at 50 %"; "" for none. Plain SGD is the c = 0 of rules that have a c.
func neighbours(s record.Spec, rule string, known []record.Spec) string {
	at := map[float64][]float64{}
	var cs []float64
	for _, k := range known {
		plain := k.Aggregator == record.AggregatorMean && usesC(rule)
		if (plain || k.Aggregator == rule) && k.Percentile == s.Percentile && bare(k) == bare(s) {
			cs = with(cs, k.C)
			at[k.C] = with(at[k.C], k.Noise)
		}
	}
	slices.Sort(cs)
	var parts []string
	for _, c := range cs {
		slices.Sort(at[c])
		var noises []string
		for _, noise := range at[c] {
			noises = append(noises, number(100*noise))
		}
		part := "noise " + strings.Join(noises, ", ") + " %"
		if usesC(rule) {
			part = "c = " + number(c) + " at " + strings.Join(noises, ", ") + " %"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

// bare names all of a spec but its noise and its rule.
func bare(s record.Spec) string {
	s.Noise, s.Aggregator, s.C = 0, record.AggregatorMean, 0
	return s.ID()
}
