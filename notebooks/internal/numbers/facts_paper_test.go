// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"math"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/study"
)

// What is to be expected of a batch is between the exact f^p and the pristine share of the squared lengths, by hand.
func TestExpectedOfABatch(t *testing.T) {
	s := record.Figure1("mnist", 0.25)
	r := &record.Record{Spec: s, Evaluations: []record.Evaluation{{Step: 1000, Extra: map[string]float64{
		"fp": 0.9, "energy_share_pristine": 0.3, "coherence": 599, "example_norm2": 1}}, {Step: s.Steps}}}
	got, ok := study.SamplingOf(r.Evaluations[0], "")
	if !ok {
		t.Fatal("no sampling")
	}
	lambda := 59_900. / 99
	if want := (lambda*0.3 + 599*0.9) / (lambda + 599); math.Abs(got.Expected(100, 60_000)-want) > 1e-12 {
		t.Errorf("%v, want %v", got.Expected(100, 60_000), want)
	}
	b := NewBook([]*record.Record{r})
	for _, what := range []string{"fact expected_of_a_batch n=25 at=7", "fact expected_of_a_batch n=25 at=100000", "fact expected_of_a_batch n=50 at=1000"} {
		if got, err := b.Number(what); err == nil {
			t.Errorf("%s is %s", what, got)
		}
	}
	if got, err := b.Number("fact paper_fails"); err != nil || got != "none" { // nothing is judged
		t.Errorf("%q, %v", got, err)
	}
}
