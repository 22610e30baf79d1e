// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/claims"
	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/study"
)

// Book looks numbers up in records.
type Book struct {
	records  []*record.Record
	verdicts []claims.Verdict
}

// NewBook is a book on finished records.
func NewBook(records []*record.Record) *Book {
	return &Book{records: study.Derive(records), verdicts: append(claims.Judge(records), claims.JudgeFurther(records)...)}
}

// short names of columns.
var short = map[string]string{
	"train": "train_accuracy", "test": "test_accuracy", "pristine": "pristine_accuracy", "corrupt": "corrupt_accuracy",
}

// Number is what the records say. What is asked is words:
//
//	STATISTIC COLUMN RUNS     final test figure4 n=25 c=0
//	claim ID QUANTITY         claim C7 step_of_crossing_sample_n25
//	check ID N                check C5 4 (the number that decides a claim's N-th condition)
//	verdicts WORDS            verdicts holds in part (how many claims)
//	seeds RUNS                seeds figure4 n=25 c=2
//	fact NAME [n=25] [c=2]    one of [Facts], or verdict_ID
//
// STATISTIC is final, best (the largest), least, bestat and leastat (their steps), median, at=STEP, reach=LEVEL (the
// step at which a level is first reached, on a straight line between evaluations), all but the last two over the
// evaluations from=STEP and to=STEP where given. COLUMN is a value of the record, or one of [study.Derive]. RUNS is figure1
// with n, figure4 with n and c, fullbatch and minibatch with n, collapse, rules with arm and cell, or one of
// coherentSpec with n.
//
// One run a seed gives one number; the answer is their median and, in brackets, the least and the largest. These words
// change how it is written: bare (without the unit), only=median, min, max, range or each (of all of them), as=percent,
// points, number, steps, and digits=N.
func (b *Book) Number(what string) (string, error) {
	q, err := parse(what)
	if err != nil {
		return "", err
	}
	switch q.words[0] {
	case "verdicts":
		n := 0
		for _, v := range b.verdicts {
			if v.Verdict == strings.Join(q.words[1:], " ") {
				n++
			}
		}
		return strconv.Itoa(n), nil
	case "claim":
		return b.claim(q)
	case "check":
		return b.check(q)
	case "seeds":
		runs, err := b.runs(q)
		return strconv.Itoa(len(runs)), err
	case "fact":
		return b.fact(q)
	}
	return b.statistic(q)
}

// query is a parsed expression.
type query struct {
	words  []string
	values map[string]string
}

func parse(what string) (query, error) {
	q := query{values: map[string]string{}}
	for _, word := range strings.Fields(what) {
		if word == "bare" {
			q.values[word] = ""
			continue
		}
		if key, value, ok := strings.Cut(word, "="); ok {
			if !slices.Contains([]string{"n", "c", "at", "reach", "from", "to", "only", "as", "digits", "arm", "cell"}, key) {
				return q, fmt.Errorf("there is no %q: use n, c, arm, cell, at, reach, from, to, only, as or digits", key)
			}
			q.values[key] = value
		} else {
			q.words = append(q.words, word)
		}
	}
	if len(q.words) == 0 {
		return q, fmt.Errorf("nothing is asked for")
	}
	return q, nil
}

// float is a value of the query, or other where it is not given.
func (q query) float(key string, other float64) (float64, error) {
	word, ok := q.values[key]
	if !ok {
		return other, nil
	}
	v, err := strconv.ParseFloat(word, 64)
	if err != nil {
		return 0, fmt.Errorf("%s=%s is no number", key, word)
	}
	return v, nil
}

// runs are the records of one run, by seed.
func (b *Book) runs(q query) ([]*record.Record, error) {
	n, err := q.float("n", 0)
	if err != nil {
		return nil, err
	}
	c, err := q.float("c", 0)
	if err != nil {
		return nil, err
	}
	var spec record.Spec
	switch kind := q.words[len(q.words)-1]; kind {
	case "figure1":
		spec = record.Figure1(study.DefaultDataset, n/100)
	case "figure4":
		spec = record.Figure4(study.DefaultDataset, n/100, c)
	case "fullbatch":
		spec = record.FullBatch(study.DefaultDataset, n/100)
	case "minibatch":
		spec = record.MiniBatch(study.DefaultDataset, n/100)
	case "coherent", "coherent-fashion", "coherent-whole", "convolutions", "convolutions-fashion":
		return b.among(coherentSpec(kind, n/100), record.CoherenceSeeds)
	case "collapse":
		spec = record.Collapse(study.DefaultDataset)
	case "rules":
		return b.armOf(q)
	default:
		make, known := further[kind]
		if !known {
			return nil, fmt.Errorf("there are no runs %q: use figure1, figure4, fullbatch, minibatch, collapse, rules or %s", kind,
				strings.Join(slices.Sorted(maps.Keys(further)), ", "))
		}
		return b.among(make(n/100, c), record.CarrySeeds)
	}
	return b.of(spec)
}

// of are the records that differ from a spec in their seed alone, by seed.
func (b *Book) of(spec record.Spec) ([]*record.Record, error) {
	var found []*record.Record
	for _, r := range b.records {
		s := spec
		if s.Seed = r.Spec.Seed; s.ID() == r.Spec.ID() {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no finished record, such as %s", spec.ID())
	}
	slices.SortFunc(found, func(a, b *record.Record) int { return int(a.Spec.Seed - b.Spec.Seed) })
	return found, nil
}

// among is of, of some seeds alone.
func (b *Book) among(spec record.Spec, seeds []int64) ([]*record.Record, error) {
	found, err := b.of(spec)
	return slices.DeleteFunc(found, func(r *record.Record) bool { return !slices.Contains(seeds, r.Spec.Seed) }), err
}

// statistic is a number of each of some runs.
func (b *Book) statistic(q query) (string, error) {
	if len(q.words) < 2 {
		return "", fmt.Errorf("say STATISTIC COLUMN RUNS")
	}
	runs, err := b.runs(q)
	if err != nil {
		return "", err
	}
	column := q.words[len(q.words)-2]
	if long, ok := short[column]; ok {
		column = long
	}
	from, err := q.float("from", 0)
	if err != nil {
		return "", err
	}
	to, err := q.float("to", math.Inf(1))
	if err != nil {
		return "", err
	}
	var values []float64
	for _, r := range runs {
		var steps, all []float64
		for _, e := range r.Evaluations {
			if v, ok := e.Value(column); ok && float64(e.Step) >= from && float64(e.Step) <= to {
				steps, all = append(steps, float64(e.Step)), append(all, v)
			}
		}
		if len(steps) == 0 {
			return "", fmt.Errorf("%s has no %s there", r.Spec.ID(), column)
		}
		v, err := q.of(steps, all)
		if err != nil {
			return "", fmt.Errorf("%s: %w", r.Spec.ID(), err)
		}
		values = append(values, v)
	}
	kind := "number"
	switch {
	case strings.HasSuffix(column, "_accuracy"), strings.HasSuffix(column, "_learned"), column == "overfit", column == "energy_removed", column == "clamped_share":
		kind = "percent"
	}
	if _, ok := q.values["reach"]; ok || strings.HasSuffix(q.words[0], "at") {
		kind = "steps"
	}
	return q.write(values, kind)
}

// of is the statistic of one run's column.
func (q query) of(steps, values []float64) (float64, error) {
	if level, ok := q.values["reach"]; ok {
		v, err := strconv.ParseFloat(level, 64)
		if err != nil {
			return 0, fmt.Errorf("reach=%s is no number", level)
		}
		return study.Reach(steps, values, v), nil
	}
	if step, ok := q.values["at"]; ok {
		v, err := strconv.ParseFloat(step, 64)
		i := slices.Index(steps, v)
		if err != nil || i < 0 {
			return 0, fmt.Errorf("there is no evaluation at step %s", step)
		}
		return values[i], nil
	}
	if q.words[0] == "median" {
		return study.Median(values), nil
	}
	most, least := 0, 0
	for i, v := range values {
		if v > values[most] {
			most = i
		}
		if v < values[least] {
			least = i
		}
	}
	switch q.words[0] {
	case "final":
		return values[len(values)-1], nil
	case "best":
		return values[most], nil
	case "bestat":
		return steps[most], nil
	case "least":
		return values[least], nil
	case "leastat":
		return steps[least], nil
	}
	return 0, fmt.Errorf("there is no statistic %q: use final, best, least, bestat, leastat, median, at=STEP or reach=LEVEL", q.words[0])
}

// claim is a quantity of a verdict.
func (b *Book) claim(q query) (string, error) {
	if len(q.words) != 3 {
		return "", fmt.Errorf("say claim ID QUANTITY")
	}
	for _, v := range b.verdicts {
		if v.ID != q.words[1] {
			continue
		}
		if m, ok := v.Measured[q.words[2]]; ok {
			return q.write(m.Values(), "number")
		}
		return "", fmt.Errorf("%s has no quantity %q", v.ID, q.words[2])
	}
	return "", fmt.Errorf("there is no claim %q", q.words[1])
}

// check is the number that decides a condition.
func (b *Book) check(q query) (string, error) {
	if len(q.words) != 3 {
		return "", fmt.Errorf("say check ID N")
	}
	for _, v := range b.verdicts {
		if n, err := strconv.Atoi(q.words[2]); v.ID == q.words[1] && err == nil && n >= 1 && n <= len(v.Checks) {
			return v.Checks[n-1].Spread(), nil
		}
	}
	return "", fmt.Errorf("there is no condition %s of %s that was tested", q.words[2], q.words[1])
}

// write makes text of one value a seed.
func (q query) write(values []float64, kind string) (string, error) {
	if as, ok := q.values["as"]; ok {
		kind = as
	}
	u := study.Unit{Digits: 2}
	switch kind {
	case "percent":
		u = study.Unit{Factor: 100, Digits: 1, Name: " %"}
	case "points":
		u = study.Unit{Factor: 100, Digits: 1, Name: " points"}
	case "steps":
		u = study.Unit{Thousands: true}
	case "number":
	default:
		return "", fmt.Errorf("as=%s: use percent, points, steps or number", kind)
	}
	if word, ok := q.values["digits"]; ok {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 || n > 9 {
			return "", fmt.Errorf("digits=%s: use 0 to 9", word)
		}
		u.Digits = n
	}
	if _, ok := q.values["bare"]; ok {
		u.Name = ""
	}
	switch only := q.values["only"]; only {
	case "":
		return u.Spread(values), nil
	case "median":
		return u.One(study.Median(values)), nil
	case "min":
		return u.One(slices.Min(values)), nil
	case "max":
		return u.One(slices.Max(values)), nil
	case "range":
		return u.Range(values), nil
	case "each":
		list := make([]string, len(values))
		for i, v := range slices.Sorted(slices.Values(values)) {
			list[i] = u.One(v)
		}
		return strings.Join(list, ", "), nil
	default:
		return "", fmt.Errorf("only=%s: use median, min, max, range or each", only)
	}
}
