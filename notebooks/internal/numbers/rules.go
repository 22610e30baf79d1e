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
	// at_pristine COLUMN|step|memorised arm=clip cell=n50 reach=0.94: a column, or the step, where a rule first has learned such a
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
		if column := q.words[2]; column == "memorised" { // as labelled, less what mistakes give
			of, kind = study.MemorisedAtPristine(level), "percent"
		} else if column != "step" {
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
	// rule_memorised arm=clip cell=n50: the memorised share at the end, corrupt examples as labelled less what mistakes give.
	facts["rule_memorised"] = func(b *Book, q query) (string, error) {
		runs, err := b.armOf(q)
		if err != nil {
			return "", err
		}
		var values []float64
		for _, r := range runs {
			values = append(values, study.Memorised(r))
		}
		return q.write(values, "percent")
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
	// lead_dense arm=clip cell=n50: by how much a rule's best test accuracy is above plain SGD's where that is evaluated
	// after every epoch, of the same seeds.
	facts["lead_dense"] = func(b *Book, q query) (string, error) {
		arm := q.values["arm"]
		leads, arms, err := b.leadsOver(q, b.denseSGD)
		if err != nil {
			return "", err
		}
		for i, a := range arms {
			if a.Name == arm {
				return q.write(leads[i], "points")
			}
		}
		return "", fmt.Errorf("no run of %q in cell %q", arm, q.values["cell"])
	}
	// rules_above cell=n50 reach=0.005: how many rules are above plain SGD at their best by more than that, in the median over
	// seeds, of how many; rules_above dense …: where plain SGD is evaluated after every epoch.
	facts["rules_above"] = func(b *Book, q query) (string, error) {
		by, err := q.float("reach", 0)
		if err != nil {
			return "", err
		}
		plain := b.plainSGD
		if slices.Contains(q.words, "dense") {
			plain = b.denseSGD
		}
		leads, _, err := b.leadsOver(q, plain)
		if err != nil {
			return "", err
		}
		above := 0
		for _, l := range leads {
			if study.Median(l) > by {
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
	return b.among(s.Normalized(), record.RuleSeeds)
}

// plainSGD are the contest's runs of plain SGD in a cell, denseSGD the same evaluated after every epoch.
func (b *Book) plainSGD(q query) ([]*record.Record, error) {
	q.values["arm"] = "sgd"
	return b.armOf(q)
}

func (b *Book) denseSGD(q query) ([]*record.Record, error) {
	set := record.StoppingSets()[0]
	if q.values["cell"] == "fashion" {
		set = record.StoppingSets()[1]
	} else if q.values["cell"] != "n50" {
		return nil, fmt.Errorf("cell=%s has no such runs: use n50 or fashion", q.values["cell"])
	}
	return b.of(record.Stopping(set, 0.5, ""))
}

// leads are what each rule's best test accuracy is above plain SGD's in a cell, by seed.
func (b *Book) leads(q query) (leads [][]float64, arms []record.RuleArm, err error) {
	return b.leadsOver(q, b.plainSGD)
}

func (b *Book) leadsOver(q query, of func(query) ([]*record.Record, error)) (leads [][]float64, arms []record.RuleArm, err error) {
	plain, err := of(q)
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
