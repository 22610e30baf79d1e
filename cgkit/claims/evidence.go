// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
)

// evidence is what one claim is judged by: it finds runs, remembers what is missing, and keeps what was measured.
type evidence struct {
	claim    Claim
	pool     *pool
	missing  []string
	left     []string // runs left out
	used     map[string]bool
	measured map[string]Quantity
	tests    map[int]trial
}

// value is how a condition looks at quantities: by their medians, or by one seed.
type value func(Quantity) float64

// run is one complete record.
type run struct {
	*record.Record
	id string
	e  *evidence
}

// basis is short for what the settings are made on.
func (e *evidence) basis() Basis { return e.pool.basis }

// lack notes something missing, once.
func (e *evidence) lack(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(e.missing, text) {
		e.missing = append(e.missing, text)
	}
}

// runs finds the complete runs of a setting, one a seed. Of runs that differ in their length the longest counts.
func (e *evidence) runs(s setting) map[int64]run {
	found := map[int64]run{}
	var unfinished []string
	for i, r := range e.pool.records {
		if !s.ask(r.Spec) {
			continue
		}
		id := e.pool.ids[i]
		switch {
		case r.Diverged != nil:
			unfinished = append(unfinished, id+" diverged")
		case !r.Complete():
			unfinished = append(unfinished, id+" is not finished")
		default:
			if old, ok := found[r.Spec.Seed]; !ok || old.Spec.Steps < r.Spec.Steps {
				found[r.Spec.Seed] = run{r, id, e}
			}
		}
	}
	for _, text := range unfinished {
		if !slices.Contains(e.left, text) {
			e.left = append(e.left, text)
		}
	}
	if len(found) == 0 {
		text := "no finished run of " + s.what
		if len(unfinished) > 0 {
			text += " (" + strings.Join(unfinished, ", ") + ")"
		}
		e.lack("%s", text)
	}
	for _, r := range found {
		if e.used == nil {
			e.used = map[string]bool{}
		}
		e.used[r.id] = true
	}
	return found
}

// curve is a column of the record at the evaluated steps from … to, all of which must have it: else it is noted as
// missing and the result has what there is.
func (r run) curve(name string, from, to float64) curve {
	steps, values := r.Column(name)
	var all curve
	for i, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			all.steps = append(all.steps, steps[i])
			all.values = append(all.values, v)
		}
	}
	all = all.between(from, to)
	for _, evaluation := range r.Evaluations {
		if s := float64(evaluation.Step); s >= from && s <= to && !slices.Contains(all.steps, s) {
			r.e.lack("%s at step %g of run %s", name, s, r.id)
			break // one step is enough to tell
		}
	}
	return all
}

// whole is the curve over the whole run.
func (r run) whole(name string) curve { return r.curve(name, 0, math.Inf(1)) }

// at is the value at one step.
func (r run) at(name string, step float64) float64 { return r.curve(name, step, step).at(step) }

// final is the value after the last update.
func (r run) final(name string) float64 { return r.at(name, float64(r.Spec.Steps)) }

// measure computes a quantity for each run of a setting and keeps it as name_key.
func (e *evidence) measure(name string, s setting, f func(run) float64) Quantity {
	before := len(e.missing)
	bySeed := map[int64]float64{}
	runs := e.runs(s)
	for _, seed := range slices.Sorted(maps.Keys(runs)) {
		bySeed[seed] = f(runs[seed])
	}
	return e.keep(name+"_"+s.key, bySeed, before)
}

// measurePair computes a quantity of two runs with the same seed and keeps it by its name.
func (e *evidence) measurePair(name string, a, b setting, f func(a, b run) float64) Quantity {
	before := len(e.missing)
	bySeed := map[int64]float64{}
	ra, rb := e.runs(a), e.runs(b)
	for _, seed := range slices.Sorted(maps.Keys(ra)) {
		if other, ok := rb[seed]; ok {
			bySeed[seed] = f(ra[seed], other)
		}
	}
	if len(ra) > 0 && len(rb) > 0 && len(bySeed) == 0 {
		e.lack("a seed with both %s and %s", a.what, b.what)
	}
	return e.keep(name, bySeed, before)
}

// derive computes a quantity from others: its median is f of their medians.
func (e *evidence) derive(name string, from []Quantity, f func(value) float64) Quantity {
	bySeed := map[int64]float64{}
	for _, seed := range seedsOf(from) {
		bySeed[seed] = f(of(seed))
	}
	q := combine(bySeed)
	q.Median = f(medians)
	if e.measured != nil && len(bySeed) > 0 && len(e.missing) == 0 {
		e.measured[name] = q
	}
	return q
}

// keep stores a quantity, unless something it needs turned out to be missing.
func (e *evidence) keep(name string, bySeed map[int64]float64, missingBefore int) Quantity {
	q := combine(bySeed)
	if e.measured == nil {
		e.measured = map[string]Quantity{}
	}
	if len(bySeed) > 0 && len(e.missing) == missingBefore {
		e.measured[name] = q
	}
	return q
}

// decide says how condition i of the claim is tested: all parts must be met.
func (e *evidence) decide(i int, parts ...part) { e.decideBy(i, 0, parts...) }

// decideBy is decide where so many of the parts must be met.
func (e *evidence) decideBy(i, need int, parts ...part) {
	if e.tests == nil {
		e.tests = map[int]trial{}
	}
	e.tests[i] = trial{need, parts}
}

// medians looks at quantities by their medians.
func medians(q Quantity) float64 { return q.Median }

// of looks at quantities by one seed; one without that seed gives its median.
func of(seed int64) value {
	return func(q Quantity) float64 {
		if v, ok := q.bySeed[seed]; ok {
			return v
		}
		return q.Median
	}
}

func seedsOf(quantities []Quantity) []int64 {
	seeds := map[int64]bool{}
	for _, q := range quantities {
		for seed := range q.bySeed {
			seeds[seed] = true
		}
	}
	return slices.Sorted(maps.Keys(seeds))
}
