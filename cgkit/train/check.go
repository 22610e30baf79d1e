// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"fmt"
	"slices"
	"strings"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"

	"github.com/gomlx/gomlx/ml/model"
)

// Check says early, without data and without building anything, whether a spec can be trained: its model, settings and
// rule are known, and the rule does something on its batches. A c so small that no example is clamped is refused, as it
// would train the plain mean under another name; records of such runs can still be read. The error is one line with the
// remedy.
func Check(s record.Spec) error {
	m, err := models.Named(s.ModelName())
	if err != nil {
		return err
	}
	if err := m.Configure(model.NewStore().RootScope(), s.Settings); err != nil {
		return err
	}
	return CheckRule(s)
}

// CheckName says whether there is a rule of that name which a spec may name.
func CheckName(rule string) error {
	if !slices.Contains(Rules(), rule) {
		return fmt.Errorf("aggregator = %q: unknown rule; use one of %s", rule, strings.Join(Rules(), ", "))
	}
	return nil
}

// CheckRule is the part of [Check] that is about the rule.
func CheckRule(s record.Spec) error {
	if !slices.Contains(Rules(), s.Aggregator) {
		return fmt.Errorf("aggregator = %q: unknown rule; use one of %s", s.Aggregator, strings.Join(Rules(), ", "))
	}
	rule, err := Rule(s)
	if err != nil {
		return err
	}
	if err := rule.Check(s.Batch); err != nil {
		return err
	}
	if !record.TakesC(s.Aggregator) || s.C == 0 {
		return nil
	}
	percentile := aggregate.Nearest
	if record.TakesPercentile(s.Aggregator) && s.Percentile == record.PercentileLinear {
		percentile = aggregate.Linear
	}
	if percentile.Clamps(s.C, s.Batch) {
		return nil
	}
	remedy := "take a larger batch"
	if least := 50 / float64(s.Batch-1); s.Batch > 2 {
		remedy = fmt.Sprintf("take c above %.3g (50/(batch − 1)), or a larger batch", least)
	}
	return fmt.Errorf("c = %v with aggregator %q: it clamps none of the %d examples of a batch, which is the plain mean; %s", s.C, s.Aggregator, s.Batch, remedy)
}

// RuleSettings lists the settings that a rule takes as texts, in alphabetical order: see [aggregate.Settings].
func RuleSettings(rule string) []string { return aggregate.Settings(rule) }

// Rules lists the rules that a spec may name: those of package aggregate that need no more than a c, rules registered
// by the program included. Of those that remember earlier batches a step is still one batch, whether it moves the
// weights or not.
func Rules() []string {
	var names []string
	for _, name := range aggregate.Names() {
		if _, err := aggregate.Named(name, aggregate.Params{}); err == nil {
			names = append(names, name)
		}
	}
	return names
}

// Rule is the aggregation rule that a spec names.
func Rule(s record.Spec) (aggregate.Rule, error) {
	percentile, err := aggregate.PercentileNamed(s.Percentile)
	if err != nil {
		return nil, err
	}
	params, err := aggregate.Params{C: s.C, Percentile: percentile}.With(s.Aggregator, s.RuleSettings)
	if err != nil {
		return nil, err
	}
	return aggregate.Named(s.Aggregator, params)
}
