// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// runRole is the colour of a run among others: that of its c or of its noise where they differ in one of these alone.
func runRole(r *record.Record, all []*record.Record) plots.Role {
	cs, levels := csOf(all), levelsOf(all)
	switch {
	case len(cs) == len(all) && !byRule(all):
		return plots.Winsorization(r.Spec.C)
	case len(levels) == len(all):
		return plots.NoiseLevel(r.Spec.Noise)
	}
	return plots.Auto
}

// rulesOf is the rules of some runs besides the mean.
func rulesOf(all []*record.Record) (rules []string) {
	for _, r := range all {
		if name := r.Spec.Aggregator; name != record.AggregatorMean && !slices.Contains(rules, name) {
			rules = append(rules, name)
		}
	}
	return rules
}

// byRule says that some runs have to be told apart by their rules: c alone does where there is winsorizing and nothing else.
func byRule(all []*record.Record) bool {
	rules := rulesOf(all)
	return len(rules) > 1 || len(rules) == 1 && rules[0] != record.AggregatorWinsorize
}

// ruleName is a rule's name beside others.
func ruleName(aggregator string) string {
	if aggregator == record.AggregatorMean {
		return "plain SGD"
	}
	return aggregator
}

// runName tells a run from the others it is compared with.
func runName(r *record.Record, all []*record.Record) string {
	differs := func(f func(record.Spec) any) bool {
		return slices.ContainsFunc(all, func(o *record.Record) bool { return f(o.Spec) != f(r.Spec) })
	}
	var words []string
	rules := byRule(all)
	if rules {
		words = append(words, ruleName(r.Spec.Aggregator))
	}
	if (!rules || record.TakesC(r.Spec.Aggregator)) && differs(func(s record.Spec) any { return s.C }) {
		words = append(words, fmt.Sprintf("c = %v", r.Spec.C))
	}
	if differs(func(s record.Spec) any { return s.Noise }) {
		words = append(words, fmt.Sprintf("noise %v %%", 100*r.Spec.Noise))
	}
	if differs(func(s record.Spec) any { return fmt.Sprint(s.Hidden) }) {
		words = append(words, "net "+net(r))
	}
	if differs(func(s record.Spec) any { return s.Dataset }) {
		words = append(words, r.Data().Title)
	}
	if text := r.Spec.Besides(); text != "" && differs(func(s record.Spec) any { return s.Besides() }) {
		words = append(words, text)
	}
	if differs(func(s record.Spec) any { return s.Seed }) {
		words = append(words, fmt.Sprintf("seed %d", r.Spec.Seed))
	}
	switch {
	case len(words) > 0:
	case len(all) > 1:
		return r.Spec.ID()
	case r.Spec.Aggregator == record.AggregatorMean || record.TakesC(r.Spec.Aggregator):
		return fmt.Sprintf("c = %v", r.Spec.C)
	default:
		return r.Spec.Aggregator
	}
	return strings.Join(words, ", ")
}
