// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"fmt"
	"math"
	"slices"
)

// TakesC tells whether a rule clamps or cuts c percent on each side. Such a rule is the plain mean for c = 0, so whoever
// asks for it by name has to say c.
func TakesC(aggregator string) bool { return slices.Contains(clamping, aggregator) }

// TakesPercentile tells whether a rule asks what a percentile is.
func TakesPercentile(aggregator string) bool { return aggregator == AggregatorWinsorize }

// CheckRule says whether the spec's rule does something on its batches: what the rule itself refuses, and a c so small that
// no example is clamped, which would train the plain mean under another name. Records of such runs can still be read.
func (s Spec) CheckRule() error {
	rule, err := s.Rule()
	if err != nil {
		return err
	}
	if err := rule.Check(s.Batch); err != nil {
		return err
	}
	if s.C > 0 && TakesC(s.Aggregator) && clampsNothing(s.C, s.Batch, s.Percentile == PercentileLinear && TakesPercentile(s.Aggregator)) {
		remedy := "take a larger batch"
		if least := 50 / float64(s.Batch-1); s.Batch > 2 {
			remedy = fmt.Sprintf("take c above %.3g (50/(batch − 1)), or a larger batch", least)
		}
		return fmt.Errorf("c = %v with aggregator %q: it clamps none of the %d examples of a batch, which is the plain mean; %s", s.C, s.Aggregator, s.Batch, remedy)
	}
	return nil
}

// clampsNothing tells whether both percentiles of m values are the extremes.
func clampsNothing(c float64, m int, linear bool) bool {
	if linear {
		return m < 2
	}
	last := float64(m - 1)
	return math.RoundToEven(c/100*last) == 0 && math.RoundToEven((100-c)/100*last) == last
}
