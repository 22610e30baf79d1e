// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"coherentgradients/cgkit/claims"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/stopping"
	"coherentgradients/notebooks/study"
)

// Of the rules that the claim S1 compares: stopping_mean RULE is the mean over the cells that have runs of the medians
// over their seeds of the points lost, stopping_worst RULE the largest of them; stopping_within is in how many of how
// many cells the trough loses no more than the claim allows, stopping_seeds how many seeds a cell has, and
// stopping_best how many of the rules that are told neither labels nor noise lose less than the trough in the mean.
// stopping_run COLUMN at=STEP is a value of the run whose signals are drawn. stopping_best_epochs is between which epochs
// test accuracy is best in runs with noise, or without (n=0). turn_by_epoch n=25 cell=fashion is by how much E‖g‖²,
// smoothed by the median of three epochs, rises after step 300, in its runs, which are evaluated after every epoch.
func init() {
	points := study.Unit{Factor: 100, Digits: 1, Name: " points"}
	facts["stopping_mean"] = stoppingFact(func(lost []float64) string { return points.One(meanOf(lost)) })
	facts["stopping_worst"] = stoppingFact(func(lost []float64) string { return points.One(slices.Max(lost)) })
	facts["stopping_within"] = func(b *Book, _ query) (string, error) {
		within, all := 0, 0
		for name, lost := range b.stoppingLost("trough") {
			limit := 0.03
			if name == "n0" {
				limit = 0.01
			}
			for _, v := range lost {
				if all++; v <= limit {
					within++
				}
			}
		}
		return fmt.Sprintf("%d of %d", within, all), nil
	}
	facts["stopping_best"] = func(b *Book, _ query) (string, error) {
		trough := meanOf(flat(b.stoppingLost("trough")))
		less, all := 0, 0
		for _, rule := range stopping.Rules()[1:] {
			if rule.Knows != "" {
				continue
			}
			if all++; meanOf(flat(b.stoppingLost(rule.Name))) < trough {
				less++
			}
		}
		return fmt.Sprintf("%d of %d", less, all), nil
	}
	facts["stopping_run"] = stoppingRun
	// stopping_mean_from RULE at=60: stopping_mean of the trough or the evidence-based rule where it may keep nothing before
	// that step, of the records.
	facts["stopping_mean_from"] = func(b *Book, q query) (string, error) {
		from, err := q.float("at", math.NaN())
		if err != nil || len(q.words) != 3 || math.IsNaN(from) {
			return "", fmt.Errorf("say fact stopping_mean_from RULE at=STEP")
		}
		rule, known := fromStep[q.words[2]]
		if !known {
			return "", fmt.Errorf("stopping_mean_from %s: use trough or evidence", q.words[2])
		}
		var means []float64
		b.stoppingCells(func(_ record.StoppingNoise, runs []*record.Record) {
			var lost []float64
			for _, r := range runs {
				run := study.Signals(r)
				lost = append(lost, lostBy(run, rule(run, from)))
			}
			means = append(means, study.Median(lost))
		})
		if len(means) == 0 {
			return "", fmt.Errorf("no run of S1")
		}
		return points.One(meanOf(means)), nil
	}
	// stopping_at_floor: in how many of how many runs the trough keeps the first epoch that it may.
	facts["stopping_at_floor"] = func(b *Book, _ query) (string, error) {
		at, all := 0, 0
		b.stoppingCells(func(_ record.StoppingNoise, runs []*record.Record) {
			for _, r := range runs {
				run := study.Signals(r)
				if all++; run.Steps[stopping.Rules()[0].Of(run).Keep] == stopping.TroughFrom {
					at++
				}
			}
		})
		return fmt.Sprintf("%d of %d", at, all), nil
	}
	// stopping_duel RULE: in how many runs the trough loses less than a rule, and in how many more.
	facts["stopping_duel"] = func(b *Book, q query) (string, error) {
		i := slices.IndexFunc(stopping.Rules(), func(r stopping.Rule) bool { return len(q.words) == 3 && r.Name == q.words[2] })
		if i < 0 {
			return "", fmt.Errorf("say fact stopping_duel RULE")
		}
		less, more := 0, 0
		b.stoppingCells(func(_ record.StoppingNoise, runs []*record.Record) {
			for _, r := range runs {
				run := study.Signals(r)
				switch a, c := lostBy(run, stopping.Rules()[0].Of(run).Keep), lostBy(run, stopping.Rules()[i].Of(run).Keep); {
				case a < c:
					less++
				case a > c:
					more++
				}
			}
		})
		return fmt.Sprintf("%d against %d", less, more), nil
	}
	facts["stopping_best_epochs"] = bestEpochs
	facts["turn_by_epoch"] = turnByEpoch
	facts["stopping_seeds"] = func(b *Book, _ query) (string, error) {
		var seeds []float64
		for _, q := range b.stoppingQuantities("trough") {
			seeds = append(seeds, float64(q.Seeds))
		}
		if len(seeds) == 0 {
			return "", fmt.Errorf("no run of S1")
		}
		return study.Unit{}.Range(seeds), nil
	}
}

// fromStep are rules of S1 that may keep nothing before a step.
var fromStep = map[string]func(run stopping.Run, from float64) int{
	"trough": func(run stopping.Run, from float64) int {
		return stopping.Trough{From: from}.Of(run.Steps, run.Column("coherence")).Keep
	},
	"evidence": func(run stopping.Run, from float64) int {
		values := run.Column("evidence")
		for i, at := range run.Steps {
			if at < from {
				values[i] = math.Inf(-1)
			}
		}
		return stopping.FirstAbove(values, 0).Keep
	},
}

// lostBy is what a choice loses of the best test accuracy.
func lostBy(run stopping.Run, keep int) float64 {
	test := run.Column("test_accuracy")
	return slices.Max(test) - test[keep]
}

// stoppingCells calls do with the noise and the runs of each of S1's cells that has any.
func (b *Book) stoppingCells(do func(n record.StoppingNoise, runs []*record.Record)) {
	for _, set := range record.StoppingSets() {
		for _, n := range record.StoppingNoises() {
			if runs, _ := b.among(record.Stopping(set, n.Share, n.Kind), record.StoppingSeeds); len(runs) > 0 {
				do(n, runs)
			}
		}
	}
}

// stoppingRun is a value of the first seed on fashion-mnist-6000 with half of the labels permuted.
func stoppingRun(b *Book, q query) (string, error) {
	if len(q.words) != 3 || q.values["at"] == "" {
		return "", fmt.Errorf("say fact stopping_run COLUMN at=STEP")
	}
	runs, err := b.of(record.Stopping(record.StoppingSets()[1], 0.5, ""))
	if err != nil {
		return "", err
	}
	steps, values := runs[0].Column(q.words[2])
	v, err := q.of(steps, values)
	if err != nil {
		return "", err
	}
	if strings.HasSuffix(q.words[2], "_accuracy") {
		return study.Percent.One(v), nil
	}
	return study.Unit{Digits: 0}.One(v), nil
}

// bestEpochs are the first and the last of the epochs with the best test accuracy.
func bestEpochs(b *Book, q query) (string, error) {
	clean := q.values["n"] == "0"
	var at []float64
	b.stoppingCells(func(n record.StoppingNoise, runs []*record.Record) {
		if (n.Share == 0) != clean {
			return
		}
		for _, r := range runs {
			at = append(at, float64(study.BestStep(r))/study.Signals(r).Steps[1]) // step 0 is the first evaluation, an epoch's end the second
		}
	})
	if len(at) == 0 {
		return "", fmt.Errorf("no run of S1")
	}
	return study.Unit{}.Range(at), nil
}

// turnByEpoch is E1's quantity of S1's runs.
func turnByEpoch(b *Book, q query) (string, error) {
	n, err := q.float("n", 0)
	set := slices.IndexFunc(record.StoppingSets(), func(s string) bool { return strings.HasPrefix(s, q.values["cell"]) })
	if err != nil || set < 0 || q.values["cell"] == "" {
		return "", fmt.Errorf("say fact turn_by_epoch n=NOISE cell=SET")
	}
	runs, err := b.among(record.Stopping(record.StoppingSets()[set], n/100, ""), record.StoppingSeeds)
	if err != nil {
		return "", err
	}
	var values []float64
	for _, r := range runs {
		values = append(values, study.RiseFrom(r, "example_norm2", 300))
	}
	return q.write(values, "number")
}

func stoppingFact(write func(lost []float64) string) func(*Book, query) (string, error) {
	return func(b *Book, q query) (string, error) {
		if len(q.words) != 3 {
			return "", fmt.Errorf("say fact %s RULE", q.words[1])
		}
		lost := flat(b.stoppingLost(q.words[2]))
		if len(lost) == 0 {
			return "", fmt.Errorf("no run of S1, or no rule %q", q.words[2])
		}
		return write(lost), nil
	}
}

// stoppingQuantities are what a rule loses, by cell as S1 names it, mnist_n25, of those that have runs.
func (b *Book) stoppingQuantities(rule string) map[string]claims.Quantity {
	found := map[string]claims.Quantity{}
	for _, v := range b.verdicts {
		if v.ID != "S1" {
			continue
		}
		for _, n := range record.StoppingNoises() {
			for _, set := range []string{"mnist_", "fashion_"} {
				if q, ok := v.Measured["lost_"+rule+"_"+set+n.Name]; ok {
					found[set+n.Name] = q
				}
			}
		}
	}
	return found
}

// stoppingLost are the medians of them, by noise, one for each data set.
func (b *Book) stoppingLost(rule string) map[string][]float64 {
	lost := map[string][]float64{}
	quantities := b.stoppingQuantities(rule)
	for _, n := range record.StoppingNoises() {
		for _, set := range []string{"mnist_", "fashion_"} {
			if q, ok := quantities[set+n.Name]; ok {
				lost[n.Name] = append(lost[n.Name], q.Median)
			}
		}
	}
	return lost
}

// flat are all of them, noise after noise.
func flat(lost map[string][]float64) (all []float64) {
	for _, n := range record.StoppingNoises() {
		all = append(all, lost[n.Name]...)
	}
	return all
}

func meanOf(values []float64) (sum float64) {
	for _, v := range values {
		sum += v / float64(len(values))
	}
	return sum
}
