// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"fmt"
	"math"
	"slices"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/study"
)

// Facts about the runs that compare rules.
func init() {
	// at_pristine COLUMN|step arm=clip cell=n50 reach=0.94: a column, or the step, where a rule first has learned such a
	// share of the pristine examples, however many steps it takes for that; "never" where it does not.
	facts["at_pristine"] = func(b *Book, q query) (string, error) {
		level, err := q.float("reach", math.NaN())
		if err != nil || len(q.words) != 3 || !(level > 0) {
			return "", fmt.Errorf("say fact at_pristine COLUMN arm=ARM cell=CELL reach=SHARE, or step for the column")
		}
		runs, err := b.armOf(q)
		if err != nil {
			return "", err
		}
		of, kind := study.PristineAt(level), "steps"
		if column := q.words[2]; column != "step" {
			if long, ok := short[column]; ok {
				column = long
			}
			of, kind = study.AtPristine(column, level), "percent"
		}
		var values []float64
		for _, r := range runs {
			if v := of(r); !math.IsNaN(v) {
				values = append(values, v)
			}
		}
		if len(values) == 0 {
			return "never", nil
		}
		return q.write(values, kind)
	}
	// largest_lead cell=n50: the rule whose best test accuracy is highest above plain SGD's, with its lead.
	facts["largest_lead"] = func(b *Book, q query) (string, error) {
		leads, arms, err := b.leads(q)
		if err != nil {
			return "", err
		}
		best := 0
		for i := range leads {
			if study.Median(leads[i]) > study.Median(leads[best]) {
				best = i
			}
		}
		return fmt.Sprintf("%s, by %s", arms[best].Text, study.Unit{Factor: 100, Digits: 1, Name: " points"}.Spread(leads[best])), nil
	}
	// rules_above cell=n50: how many rules are above plain SGD at their best at all, in the median over seeds, of how many.
	facts["rules_above"] = func(b *Book, q query) (string, error) {
		leads, _, err := b.leads(q)
		if err != nil {
			return "", err
		}
		above := 0
		for _, l := range leads {
			if study.Median(l) > 0 {
				above++
			}
		}
		return fmt.Sprintf("%d of %d", above, len(leads)), nil
	}
}

// armOf are the runs of a contest's arm in a cell.
func (b *Book) armOf(q query) ([]*record.Record, error) {
	arms, cells := record.RuleArms(), record.RuleCells(study.DefaultDataset)
	a := slices.IndexFunc(arms, func(a record.RuleArm) bool { return a.Name == q.values["arm"] })
	c := slices.IndexFunc(cells, func(c record.RuleCell) bool { return c.Name == q.values["cell"] })
	if a < 0 || c < 0 {
		return nil, fmt.Errorf("there is no arm %q in cell %q: see record.RuleArms and record.RuleCells", q.values["arm"], q.values["cell"])
	}
	s := arms[a].On(cells[c])
	s.Seed = record.RuleSeeds[0]
	found, err := b.of(s.Normalized())
	return slices.DeleteFunc(found, func(r *record.Record) bool { return !slices.Contains(record.RuleSeeds, r.Spec.Seed) }), err
}

// leads are what each rule's best test accuracy is above plain SGD's in a cell, by seed.
func (b *Book) leads(q query) (leads [][]float64, arms []record.RuleArm, err error) {
	q.values["arm"] = "sgd"
	plain, err := b.armOf(q)
	if err != nil {
		return nil, nil, err
	}
	best := study.Best("test_accuracy")
	for _, a := range record.RuleArms() {
		q.values["arm"] = a.Name
		if a.Kind != record.ArmRule {
			continue
		}
		runs, err := b.armOf(q)
		if err != nil {
			continue // not run in this cell, or not yet
		}
		var of []float64
		for _, r := range runs {
			if i := slices.IndexFunc(plain, func(p *record.Record) bool { return p.Spec.Seed == r.Spec.Seed }); i >= 0 {
				of = append(of, best(r)-best(plain[i]))
			}
		}
		if len(of) > 0 {
			leads, arms = append(leads, of), append(arms, a)
		}
	}
	if len(leads) == 0 {
		return nil, nil, fmt.Errorf("no rule has a run in cell %q", q.values["cell"])
	}
	return leads, arms, nil
}
