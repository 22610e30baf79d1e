// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/study"
)

// facts are the numbers that are no statistic of one column, by name.
var facts = map[string]func(b *Book, q query) (string, error){
	// corrupt_above: at how many steps of how many the coherence of corrupt examples is above that of pristine ones, by
	// m-coherence; alpha_corrupt_above, by α̂.
	"corrupt_above":       countAbove("coherence_corrupt", "coherence_pristine"),
	"alpha_corrupt_above": countAbove("alpha_corrupt", "alpha_pristine"),
	// group_coherence: the range of the groups' m-coherences over all steps at 25, 50 and 75 % noise.
	"group_coherence": func(b *Book, q query) (string, error) {
		var values []float64
		for _, n := range record.MixedNoises() {
			runs, err := b.of(record.Figure1(study.DefaultDataset, n))
			if err != nil {
				return "", err
			}
			for _, r := range runs {
				for _, name := range []string{"coherence_pristine", "coherence_corrupt"} {
					_, list := study.Column(r, name)
					values = append(values, list...)
				}
			}
		}
		return study.Steps.Range(values), nil
	},
	// largest_ratio: in how many runs of how many i^p/i^c at step 9 is larger than in all null worlds;
	// all_ratios_alike: what chance gives.
	"largest_ratio": func(b *Book, q query) (string, error) {
		largest, all := 0, 0
		for _, n := range record.MixedNoises() {
			runs, err := b.of(record.Figure1(study.DefaultDataset, n))
			if err != nil {
				return "", err
			}
			for _, r := range runs {
				real, nulls := study.Ratios(r)
				if all++; real > slices.Max(nulls) {
					largest++
				}
			}
		}
		return fmt.Sprintf("%d of %d", largest, all), nil
	},
	"predicted_loss": figure1Fact(func(r *record.Record) float64 { p, _ := study.FirstOrder(r); return p }, "number"),
	"measured_loss":  figure1Fact(func(r *record.Record) float64 { _, m := study.FirstOrder(r); return m }, "number"),
	"full_norm2":     figure1Fact(func(r *record.Record) float64 { full, _ := study.Minibatch(r, 0); return full }, "number"),
	"added_norm2":    figure1Fact(func(r *record.Record) float64 { _, added := study.Minibatch(r, 0); return added }, "number"),
	// first_order: measured over predicted at a rate (reach=RATE) and batch (to=BATCH), of the short runs.
	"first_order": func(b *Book, q query) (string, error) {
		var values []float64
		for _, s := range study.FirstOrderRuns() {
			if q.values["reach"] == fmt.Sprint(s.LearningRate) && q.values["to"] == fmt.Sprint(s.Batch) {
				runs, err := b.of(s)
				if err != nil {
					return "", err
				}
				for _, r := range runs {
					predicted, measured := study.FirstOrder(r)
					values = append(values, measured/predicted)
				}
			}
		}
		if len(values) == 0 {
			return "", fmt.Errorf("say reach=RATE to=BATCH")
		}
		return q.write(values, "percent")
	},
	// memorised: the share of corrupt examples learned at the end beyond what mistakes give, of a cell of figure 4.
	"memorised": runFact("figure4", "percent", func(r *record.Record, _ query) (float64, error) { return study.Memorised(r), nil }),
	// cells_collapsed: in how many cells of figure 4 with c >= 2 and 25 to 75 % noise test accuracy ends below 20 %, in
	// the median of the seeds, of how many.
	"cells_collapsed": func(b *Book, q query) (string, error) {
		collapsed, all := 0, 0
		for _, n := range record.MixedNoises() {
			for _, c := range []float64{2, 4, 8} {
				runs, err := b.of(record.Figure4(study.DefaultDataset, n, c))
				if err != nil {
					return "", err
				}
				var ends []float64
				for _, r := range runs {
					ends = append(ends, study.Final("test_accuracy")(r))
				}
				if all++; study.Median(ends) < 0.2 {
					collapsed++
				}
			}
		}
		return fmt.Sprintf("%d of %d", collapsed, all), nil
	},
	// off_exact and off_predicted: how far the paper's estimate of f^p is from the exact one, and from what the
	// sample's size alone predicts, in the mean over the evaluated steps from 100 to 10,000.
	"off_exact":     figure1Fact(func(r *record.Record) float64 { return apart(r, "fp_sample", "fp") }, "number"),
	"off_predicted": figure1Fact(func(r *record.Record) float64 { return apart(r, "fp_sample", "fp_predicted") }, "number"),
	// cost_of_c1: how much less the best test accuracy is at c = 1 than at c = 0, in the medians over seeds.
	"cost_of_c1": func(b *Book, q query) (string, error) {
		var best []float64
		for _, c := range []string{"0", "1"} {
			q.words[1], q.values["c"] = "figure4", c
			runs, err := b.runs(q)
			if err != nil {
				return "", err
			}
			var values []float64
			for _, r := range runs {
				values = append(values, study.Best("test_accuracy")(r))
			}
			best = append(best, study.Median(values))
		}
		return study.Unit{Factor: 100, Digits: 1, Name: " points"}.One(best[0] - best[1]), nil
	},
	// train_at_peak_full and train_at_peak_mini: training accuracy where test accuracy is best, of C15's runs.
	"train_at_peak_full": atPeak("fullbatch"),
	"train_at_peak_mini": atPeak("minibatch"),
	"runs":               func(b *Book, q query) (string, error) { return fmt.Sprint(len(b.records)), nil },
}

// countAbove counts the steps of figure 1's runs at a noise level at which one column is above another.
func countAbove(high, low string) func(b *Book, q query) (string, error) {
	return func(b *Book, q query) (string, error) {
		q.words[1] = "figure1"
		runs, err := b.runs(q)
		if err != nil {
			return "", err
		}
		above, all := 0, 0
		for _, r := range runs {
			for _, e := range r.Evaluations {
				x, ok := e.Value(high)
				y, ok2 := e.Value(low)
				if ok && ok2 {
					if all++; x > y {
						above++
					}
				}
			}
		}
		return fmt.Sprintf("%d of %d", above, all), nil
	}
}

// figure1Fact is a number of each of figure 1's runs at a noise level.
func figure1Fact(f func(*record.Record) float64, kind string) func(b *Book, q query) (string, error) {
	return runFact("figure1", kind, func(r *record.Record, _ query) (float64, error) { return f(r), nil })
}

// runFact is a number of each of the runs that a text has a name for.
func runFact(runs, kind string, f func(*record.Record, query) (float64, error)) func(b *Book, q query) (string, error) {
	return func(b *Book, q query) (string, error) {
		q.words[1] = runs
		found, err := b.runs(q)
		if err != nil {
			return "", err
		}
		var values []float64
		for _, r := range found {
			v, err := f(r, q)
			if err != nil {
				return "", err
			}
			values = append(values, v)
		}
		return q.write(values, kind)
	}
}

// Facts lists the names.
func Facts() []string { return slices.Sorted(maps.Keys(facts)) }

func (b *Book) fact(q query) (string, error) {
	if len(q.words) < 2 {
		return "", fmt.Errorf("say fact NAME, and what some ask for behind it")
	}
	if id, ok := strings.CutPrefix(q.words[1], "verdict_"); ok {
		return b.verdict(id)
	}
	f, ok := facts[q.words[1]]
	if !ok {
		return "", fmt.Errorf("there is no fact %q: use verdict_ID or one of %s", q.words[1], strings.Join(Facts(), ", "))
	}
	return f(b, q)
}

// verdict is a claim's verdict in words: fact verdict_C16.
func (b *Book) verdict(id string) (string, error) {
	for _, v := range b.verdicts {
		if v.ID == id {
			return v.Verdict, nil
		}
	}
	return "", fmt.Errorf("there is no claim %q", id)
}

// apart is the mean distance of two columns over the evaluated steps from 100 to 10,000.
func apart(r *record.Record, a, b string) float64 {
	var sum, n float64
	for _, e := range r.Evaluations {
		x, ok := e.Value(a)
		y, ok2 := e.Value(b)
		if ok && ok2 && e.Step >= 100 && e.Step <= 10_000 {
			sum, n = sum+math.Abs(x-y), n+1
		}
	}
	return sum / n
}

// atPeak is training accuracy where test accuracy is best.
func atPeak(kind string) func(b *Book, q query) (string, error) {
	return func(b *Book, q query) (string, error) {
		q.words[1] = kind
		runs, err := b.runs(q)
		if err != nil {
			return "", err
		}
		var values []float64
		for _, r := range runs {
			best := r.Evaluations[0]
			for _, e := range r.Evaluations {
				if e.TestAccuracy > best.TestAccuracy {
					best = e
				}
			}
			values = append(values, best.TrainAccuracy)
		}
		return q.write(values, "percent")
	}
}
