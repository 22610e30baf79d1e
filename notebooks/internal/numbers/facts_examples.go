// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"fmt"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/study"
)

// The facts about easy and hard examples. n=0 is MNIST, n=1 Fashion-MNIST.
func init() {
	facts["easy_in_common"] = easyInCommon
	facts["missed_least"] = missedLeast
	facts["missed_at"] = missedAt
}

// exampleSet is the data set that a query names by n.
func exampleSet(q query) (string, error) {
	n, err := q.float("n", 0)
	if err != nil {
		return "", err
	}
	if n != 0 && n != 1 {
		return "", fmt.Errorf("n=%v: use 0 for MNIST and 1 for Fashion-MNIST", n)
	}
	return record.ExampleSets()[int(n)], nil
}

// easyInCommon is the share of the easier half by one seed that is in the easier half by another, as a range over the
// pairs of seeds.
func easyInCommon(b *Book, q query) (string, error) {
	set, err := exampleSet(q)
	if err != nil {
		return "", err
	}
	runs, err := b.of(record.CleanLabels(set))
	if err != nil {
		return "", err
	}
	scores := study.Scores(runs)
	if len(scores) < 2 {
		return "", fmt.Errorf("%d of the clean runs on %s have scores, 2 are needed", len(scores), set)
	}
	return study.Percent.Range(study.Overlap(scores, runs[0].Spec.Evaluated())), nil
}

// missedAt SCORE at=1 is what a score misses of the permuted labels (c=0) or the flipped ones (c=1) at an evaluated step.
func missedAt(b *Book, q query) (string, error) {
	if len(q.words) != 3 || q.values["at"] == "" {
		return "", fmt.Errorf("say fact missed_at SCORE at=STEP")
	}
	runs, err := wrongRuns(b, q)
	if err != nil {
		return "", err
	}
	var missed []float64
	for _, r := range runs {
		steps, values := r.Column("missed_" + q.words[2])
		v, err := q.of(steps, values)
		if err != nil {
			return "", fmt.Errorf("%s: %w", r.Spec.ID(), err)
		}
		missed = append(missed, v)
	}
	return q.write(missed, "percent")
}

// wrongRuns are the runs with wrong labels that a query names by n and c.
func wrongRuns(b *Book, q query) ([]*record.Record, error) {
	set, err := exampleSet(q)
	if err != nil {
		return nil, err
	}
	kind := ""
	if q.values["c"] == "1" {
		kind = record.NoisePairFlip
	}
	return b.of(record.WrongLabels(set, kind))
}

// missedLeast is the step at which AUM misses fewest of the permuted labels (c=0) or the flipped ones (c=1).
func missedLeast(b *Book, q query) (string, error) {
	runs, err := wrongRuns(b, q)
	if err != nil {
		return "", err
	}
	var at []float64
	for _, r := range runs {
		steps, values := r.Column("missed_" + record.ScoreAUM)
		least := 0
		for i, v := range values {
			if v < values[least] {
				least = i
			}
		}
		if len(steps) == 0 {
			return "", fmt.Errorf("%s has no scores", r.Spec.ID())
		}
		at = append(at, steps[least])
	}
	return q.write(at, "steps")
}
