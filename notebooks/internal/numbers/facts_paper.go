// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"fmt"
	"strings"

	"coherentgradients/cgkit/claims"
	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/study"
)

// Facts about the paper's own claims and runs.
func init() {
	facts["expected_of_a_batch"] = runFact("figure1", "number", expectedOfABatch)
	facts["paper_fails"] = paperFails
}

// expectedOfABatch is the f^p to be expected of as many examples as are in a batch, and all parameters, at a step at=STEP
// of one of figure 1's runs.
func expectedOfABatch(r *record.Record, q query) (float64, error) {
	at, err := q.float("at", 0)
	if err != nil {
		return 0, err
	}
	pristine, corrupt, err := r.Sizes()
	if err != nil {
		return 0, err
	}
	for _, e := range r.Evaluations {
		if e.Step != int(at) {
			continue
		}
		s, ok := study.SamplingOf(e, "")
		if !ok {
			return 0, fmt.Errorf("%s has no gradients at step %g", r.Spec.ID(), at)
		}
		return s.Expected(r.Spec.Batch, pristine+corrupt), nil
	}
	return 0, fmt.Errorf("%s has no evaluation at step %g", r.Spec.ID(), at)
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
