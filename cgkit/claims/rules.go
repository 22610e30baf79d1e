// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
	"slices"

	"coherentgradients/cgkit/record"
)

const ruleRuns = "784–256–256–256–10 on the first 6,000 examples of MNIST with half of the labels permuted, with 25 % permuted, with 25 % turned into the " +
	"next class, and of Fashion-MNIST with half permuted; 6,000 steps, batch 100, rate 0.1; seeds 11, 12, 13"

// arm is a setting of the comparison of rules. Other seeds do not count.
func (b Basis) arm(name string, c record.RuleCell) setting {
	arms := record.RuleArms()
	a := arms[slices.IndexFunc(arms, func(a record.RuleArm) bool { return a.Name == name })]
	s := b.on(a.On(c))
	return among(setting{key: c.Name + "_" + name, ask: ask(s), what: fmt.Sprintf("%s, %s, %s, %d steps", s.Dataset, c.Text, a.Text, s.Steps)}, record.RuleSeeds)
}

// noisy are the cells of the comparison that have label noise.
func (b Basis) noisy() []record.RuleCell {
	return slices.DeleteFunc(record.RuleCells(b.Dataset), func(c record.RuleCell) bool { return c.Noise() == 0 })
}

func texts(cells []record.RuleCell) (list []string) {
	for _, c := range cells {
		list = append(list, c.Text)
	}
	return list
}

// memorised measures the accuracy on corrupt examples at the end of an arm, cell by cell, and overfit the overfit.
func (e *evidence) memorised(arm string) []Quantity {
	return e.atEnd("memorised", "corrupt_accuracy", arm)
}
func (e *evidence) overfit(arm string) []Quantity { return e.atEnd("overfit", "overfit", arm) }

func (e *evidence) atEnd(name, column, arm string) (list []Quantity) {
	for _, c := range e.basis().noisy() {
		list = append(list, e.measure(name, e.basis().arm(arm, c), func(r run) float64 { return r.final(column) }))
	}
	return list
}

// shares are parts that ask for a over b, cell by cell.
func (e *evidence) shares(what, sign string, limit float64, a, b []Quantity) (parts []part) {
	for i, cell := range texts(e.basis().noisy()) {
		parts = append(parts, part{what: fmt.Sprintf("%s (%s)", what, cell), sign: sign, limit: limit, unit: inTimes,
			number: func(v value) float64 { return ratio(v(b[i]), v(a[i])) }})
	}
	return parts
}

func claim16() Claim {
	return Claim{
		ID: "C16", Where: "Weak and Strong Gradient Directions (arXiv 2003.07422), §3", Figure: "notebook 08, what is memorised", Runs: ruleRuns,
		Text: "RM3 and M3, medians of three batches' gradients, strongly reduce what is memorised, and the gap between training and test, under label noise.",
		Quantity: "memorised: the accuracy on corrupt examples, as labelled; gap: overfit, training accuracy beyond what the test accuracy gives on noisy labels. " +
			"Each over plain SGD's",
		Steps: "the last: 6,000 updates of each, for M3 after 18,000 batches. M3 after 6,000 batches, with equal epochs and a third of the updates, is measured beside it and decides nothing",
		Words: "\"Strongly\" is to half of plain SGD's or less, in three of the four kinds of noise. The source trains ImageNet for 90 epochs with batches of 256; its SGD has " +
			"momentum 0.9 and RM3 none, as its commands have it, which is ten times the effective rate. Here both have none.",
		Falsified: "two kinds of noise under which RM3, or M3 with equal updates, memorises more than half of what plain SGD does",
		Conditions: []Condition{
			core("RM3 memorises ≤ 0.5 times what plain SGD does, under ≥ 3 of the 4 kinds of noise"),
			core("M3 with equal updates does"),
			also("RM3's gap is ≤ 0.5 times plain SGD's, under ≥ 3 of 4"),
			also("so is that of M3 with equal updates"),
		},
		judge: func(e *evidence) {
			plain, gap := e.memorised("sgd"), e.overfit("sgd")
			for _, c := range e.basis().noisy() { // decides nothing
				s := e.basis().arm("m3", c)
				e.measure("memorised_equal_epochs", s, func(r run) float64 { return r.at("corrupt_accuracy", record.RuleSteps) })
				e.measure("overfit_equal_epochs", s, func(r run) float64 { return r.at("overfit", record.RuleSteps) })
			}
			for i, arm := range []string{"rm3", "m3"} {
				name := []string{"RM3", "M3"}[i]
				e.decideBy(i, 3, e.shares("what "+name+" memorises, over what plain SGD does", "≤", 0.5, e.memorised(arm), plain)...)
				e.decideBy(2+i, 3, e.shares(name+"'s gap over plain SGD's", "≤", 0.5, e.overfit(arm), gap)...)
			}
		},
	}
}

func claim17() Claim {
	return Claim{
		ID: "C17", Where: "Weak and Strong Gradient Directions (arXiv 2003.07422), §3", Figure: "notebook 08, what is memorised", Runs: ruleRuns,
		Text:     "It is the median and not the averaging over three batches that does it: RA3, their mean, memorises as plain SGD does.",
		Quantity: "memorised: the accuracy on corrupt examples, as labelled; RA3's over plain SGD's, and RM3's over RA3's",
		Steps:    "the last, 6,000",
		Words: "\"As plain SGD does\" is at least 0.9 times as much. \"The median does it\" is that RM3 memorises at most half of what RA3 does. Averages of three batches are batches " +
			"of 300 seen three times as often: so RA3 controls for what a larger batch does.",
		Falsified: "two kinds of noise under which RA3 memorises less than 0.9 times what plain SGD does, or RM3 more than half of what RA3 does",
		Conditions: []Condition{
			core("RA3 memorises ≥ 0.9 times what plain SGD does, under ≥ 3 of the 4 kinds of noise"),
			core("RM3 memorises ≤ 0.5 times what RA3 does, under ≥ 3 of 4"),
		},
		judge: func(e *evidence) {
			mean := e.memorised("ra3")
			e.decideBy(0, 3, e.shares("what RA3 memorises, over what plain SGD does", "≥", 0.9, mean, e.memorised("sgd"))...)
			e.decideBy(1, 3, e.shares("what RM3 memorises, over what RA3 does", "≤", 0.5, e.memorised("rm3"), mean)...)
		},
	}
}

// worth is what a way to train must be better by to be told from early-stopped plain SGD: 0.5 points.
const worth = 0.005

func claimR1() Claim {
	return Claim{
		ID: "R1", Where: "not in the papers", Figure: "notebook 08, at its best step",
		Runs: "all rules of record.RuleArms on the first 6,000 examples of MNIST, and those marked there on Fashion-MNIST, half of the labels permuted; seeds 11, 12, 13",
		Text: "No rule's best test accuracy exceeds that of plain SGD stopped at its best step by more than 0.5 points.",
		Quantity: "the largest test accuracy of the evaluated steps less plain SGD's with the same seed, in the median over seeds. Both are chosen on the test data, so both are " +
			"optimistic, and alike",
		Steps: "all evaluated; of a run that diverges those before",
		Words: "0.5 points are a standard error of a difference of two accuracies near 90 % on 10,000 examples. The median of three seeds of some twenty rules may pass it by luck, " +
			"which counts against the claim. That 0.5 points can be seen at all is tried with a control: images shifted by up to a pixel, which give the net more to learn from. " +
			"Seen beforehand: winsorized runs at 60,000 examples, whose best was below plain SGD's (figure 4's, other seeds), and the first 600 steps of seed 1 by which rates were chosen.",
		Falsified: "a rule that is better by more than 0.5 points on either data set",
		Conditions: []Condition{
			core("no rule's best is above plain SGD's by more than 0.5 points, on MNIST"),
			core("nor on Fashion-MNIST"),
			also("nor is that of plain SGD at lower rates or with momentum, on either"),
			also("the control is better by more than 0.5 points on both"),
		},
		judge: func(e *evidence) {
			parts := map[record.ArmKind]map[string][]part{}
			for _, c := range record.RuleCells(e.basis().Dataset) {
				if !c.Whole {
					continue
				}
				sgd := e.best("sgd", c)
				e.stopped(c)
				for _, a := range record.RuleArms() {
					if a.Kind == record.ArmPlain || !a.Runs(c) {
						continue
					}
					lead := e.keepDifference("lead_"+c.Name+"_"+a.Name, e.best(a.Name, c), sgd)
					p := part{what: fmt.Sprintf("the best test accuracy of %s above plain SGD's (%s)", a.Text, c.Text), number: as(lead), sign: "≤", limit: worth, unit: inPoints}
					if a.Kind == record.ArmControl {
						p.sign = ">"
					}
					if parts[a.Kind] == nil {
						parts[a.Kind] = map[string][]part{}
					}
					parts[a.Kind][c.Name] = append(parts[a.Kind][c.Name], p)
				}
			}
			rules := parts[record.ArmRule]
			e.decide(0, rules["n50"]...)
			e.decide(1, rules["fashion"]...)
			for i, kind := range []record.ArmKind{record.ArmSetting, record.ArmControl} {
				e.decide(2+i, slices.Concat(parts[kind]["n50"], parts[kind]["fashion"])...)
			}
		},
	}
}

// ended are the runs of a setting that are complete or diverged, one a seed.
func (e *evidence) ended(s setting) map[int64]run {
	found := map[int64]run{}
	for i, r := range e.pool.records {
		if s.ask(r.Spec) && (r.Complete() || r.Diverged != nil) {
			found[r.Spec.Seed] = run{r, e.pool.ids[i], e}
			if e.used == nil {
				e.used = map[string]bool{}
			}
			e.used[e.pool.ids[i]] = true
		}
	}
	if len(found) == 0 {
		e.lack("no finished run of %s", s.what)
	}
	return found
}

// best is the largest test accuracy of an arm's runs, by seed.
func (e *evidence) best(arm string, c record.RuleCell) map[int64]float64 {
	best := map[int64]float64{}
	for seed, r := range e.ended(e.basis().arm(arm, c)) {
		_, best[seed] = r.whole("test_accuracy").peak()
	}
	return best
}

// keepDifference keeps a − b of the seeds that both have.
func (e *evidence) keepDifference(name string, a, b map[int64]float64) Quantity {
	before := len(e.missing)
	bySeed := map[int64]float64{}
	for seed, v := range a {
		if other, ok := b[seed]; ok {
			bySeed[seed] = v - other
		}
	}
	if len(a) > 0 && len(b) > 0 && len(bySeed) == 0 {
		e.lack("a seed of plain SGD for %s", name)
	}
	return e.keep(name, bySeed, before)
}

// stopped measures what plain SGD has on test data where its training accuracy reaches the share of right labels, less
// what it has at its best: a stop that needs that share and no test data.
func (e *evidence) stopped(c record.RuleCell) {
	e.measure("stopped", e.basis().arm("sgd", c), func(r run) float64 {
		_, best := r.whole("test_accuracy").peak()
		return r.whole("test_accuracy").along(r.whole("train_accuracy").reach(c.Right())) - best
	})
}

func claimR2() Claim {
	return Claim{
		ID: "R2", Where: "the authors' code for 2003.07422, which refuses momentum for these rules", Figure: "notebook 08, momentum",
		Runs: "784–256–256–256–10 on the first 6,000 examples of MNIST with half of the labels permuted, momentum 0.9, rates 0.1, 0.03, 0.01; plain SGD, RA3, RM3; " +
			"1,000 steps; seeds 11, 12, 13",
		Text:     "RM3 is unstable with momentum 0.9 where plain SGD is not, and RA3 is not: it is the median.",
		Quantity: "training loss over plain SGD's with the same rate and momentum; ∞ for a run that diverged",
		Steps:    "1,000",
		Words: "\"Unstable\" is a training loss at least twice plain SGD's at a rate at which that one has learned: its loss is below that at step 0. The source says no more than that " +
			"momentum must be 0; which rates and how much are ours.",
		Falsified: "no rate at which RM3's loss is twice plain SGD's",
		Conditions: []Condition{
			core("at ≥ 1 of the 3 rates RM3's training loss is ≥ 2 times plain SGD's, which has learned"),
			also("RA3's is < 2 times at every rate at which plain SGD has learned"),
			also("without momentum RM3's is < 2 times plain SGD's at the rate 0.1"),
		},
		judge: func(e *evidence) {
			cell := record.RuleCells(e.basis().Dataset)[0]
			start := e.measure("loss_at_0", e.basis().arm("sgd", cell), func(r run) float64 { return r.at("train_loss", 0) })
			worse := map[string][]part{}
			for _, rate := range record.SteadyRates() {
				plain := e.steadyLoss(record.AggregatorMean, rate)
				for _, rule := range []string{"rolling-median", "rolling-mean"} {
					loss := e.steadyLoss(rule, rate)
					p := part{what: fmt.Sprintf("the training loss of %s over plain SGD's at the rate %g", rule, rate), sign: "≥", limit: 2, unit: inTimes}
					p.number = func(v value) float64 {
						if !(v(plain) < v(start)) {
							return 1 // plain SGD does not learn either
						}
						return v(loss) / v(plain)
					}
					if rule == "rolling-mean" {
						p.sign = "<"
					}
					worse[rule] = append(worse[rule], p)
				}
			}
			e.decideBy(0, 1, worse["rolling-median"]...)
			e.decide(1, worse["rolling-mean"]...)
			at := func(arm string) Quantity {
				return e.measure("loss_at_1000", e.basis().arm(arm, cell), func(r run) float64 { return r.at("train_loss", 1000) })
			}
			rm3, plain := at("rm3"), at("sgd")
			e.decide(2, part{what: "RM3's training loss over plain SGD's, without momentum", number: func(v value) float64 { return v(rm3) / v(plain) },
				sign: "<", limit: 2, unit: inTimes})
		},
	}
}

// steadyLoss measures the training loss at the end of a rule's runs with momentum at a rate.
func (e *evidence) steadyLoss(rule string, rate float64) Quantity {
	spec := e.basis().on(record.Steady(e.basis().Dataset, rule, rate, 0.9))
	s := setting{key: fmt.Sprintf("%s_%g", rule, rate), ask: ask(spec),
		what: fmt.Sprintf("%s, %s, momentum 0.9, rate %g, %d steps", spec.Dataset, rule, rate, spec.Steps)}
	before := len(e.missing)
	bySeed := map[int64]float64{}
	for seed, r := range e.ended(s) {
		if bySeed[seed] = math.Inf(1); r.Diverged == nil {
			bySeed[seed] = r.final("train_loss")
		}
	}
	return e.keep("loss_"+s.key, bySeed, before)
}
