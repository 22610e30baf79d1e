// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"maps"
	"math"
	"slices"

	"coherentgradients/cgkit/record"
)

// Derive returns records with what follows from what they have, as further columns; a column that a record has already
// stays as it is.
//
//	fp_predicted      [PredictedF]: what f^p is to be expected of on 400 examples drawn at random
//	alpha             [Agreement] of all examples, and alpha_pristine and alpha_corrupt of a group among itself
//	pristine_kept     the share of a group that is predicted as its label here and at every later evaluation, and
//	                  corrupt_kept
func Derive(records []*record.Record) []*record.Record {
	var list []*record.Record
	for _, r := range records {
		if r != nil {
			r = derive(r)
		}
		list = append(list, r)
	}
	return list
}

func derive(r *record.Record) *record.Record {
	c := *r
	c.Evaluations = slices.Clone(r.Evaluations)
	add := func(name string, curve Curve) {
		for i, step := range curve.Steps {
			k := slices.IndexFunc(c.Evaluations, func(e record.Evaluation) bool { return float64(e.Step) == step })
			v := curve.Values[i]
			if k < 0 || math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			e := &c.Evaluations[k]
			if _, there := e.Value(name); there {
				continue
			}
			e.Extra = maps.Clone(e.Extra)
			if e.Extra == nil {
				e.Extra = map[string]float64{}
			}
			e.Extra[name] = v
		}
	}
	predicted, _ := PredictedF(r)
	add("fp_predicted", predicted)
	add("alpha", Agreement(r, ""))
	add("alpha_pristine", Agreement(r, "pristine"))
	add("alpha_corrupt", Agreement(r, "corrupt"))
	if l, err := r.LoadLearned(); err == nil { // an unfinished record has none
		add("pristine_kept", running(l.Steps, l.PristineKept, l.Pristine))
		add("corrupt_kept", running(l.Steps, l.CorruptKept, l.Corrupt))
	}
	return &c
}

// running is the running sum of counts, as a share of a group.
func running(steps, counts []int, size int) (c Curve) {
	sum := 0
	for i, step := range steps {
		sum += counts[i]
		c.Steps, c.Values = append(c.Steps, float64(step)), append(c.Values, float64(sum)/float64(size))
	}
	return c
}
