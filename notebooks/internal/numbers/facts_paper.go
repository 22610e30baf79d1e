// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"fmt"
	"strings"

	"coherentgradients/cgkit/claims"
	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/record"
)

// Facts about the paper's own claims and runs.
func init() {
	facts["expected_of_a_batch"] = expectedOfABatch
	facts["paper_fails"] = paperFails
}

// expectedOfABatch is the f^p to be expected of as many examples as are in a batch, and all parameters, at a step at=STEP
// of figure 1's runs.
func expectedOfABatch(b *Book, q query) (string, error) {
	at, err := q.float("at", 0)
	if err != nil {
		return "", err
	}
	q.words[1] = "figure1"
	runs, err := b.runs(q)
	if err != nil {
		return "", err
	}
	var values []float64
	for _, r := range runs {
		s, err := samplingAt(r, int(at))
		if err != nil {
			return "", err
		}
		pristine, corrupt, err := r.Sizes()
		if err != nil {
			return "", err
		}
		values = append(values, s.Expected(r.Spec.Batch, pristine+corrupt))
	}
	return q.write(values, "number")
}

// samplingAt is what a sample of a run's gradients is drawn from at a step.
func samplingAt(r *record.Record, step int) (s coherence.Sampling, err error) {
	for _, e := range r.Evaluations {
		if e.Step != step {
			continue
		}
		for name, into := range map[string]*float64{"fp": &s.FP, "energy_share_pristine": &s.Share, "coherence": &s.Coherence} {
			v, ok := e.Value(name)
			if !ok {
				return s, fmt.Errorf("%s has no %s at step %d", r.Spec.ID(), name, step)
			}
			*into = v
		}
		return s, nil
	}
	return s, fmt.Errorf("%s has no evaluation at step %d", r.Spec.ID(), step)
}

// paperFails lists those of the paper's claims, C1 to C15, that do not hold.
func paperFails(b *Book, _ query) (string, error) {
	var ids []string
	for _, c := range claims.All() {
		for _, v := range b.verdicts {
			if v.ID == c.ID && v.Verdict == claims.DoesNotHold {
				ids = append(ids, v.ID)
			}
		}
	}
	if len(ids) == 0 {
		return "none", nil
	}
	return strings.Join(ids, ", "), nil
}
