// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit/aggregate"
	known "coherentgradients/cgkit/internal/settings"
)

// Every setting of every rule is read, and reaches the rule; what a rule doesn't have, or can't be read, is refused by
// name.
func TestSettingsAsTexts(t *testing.T) {
	values := map[string]string{"groups": "4", "max_norm": "2.5", "per_parameter": "true", "automatic": "true", "gamma": "0.5", "noise": "1.5",
		"key": "-7", "f": "3", "keep": "5", "steps": "6", "smoothing": "0.25", "threshold": "0.75", "sharpness": "30", "rescale": "true"}
	seen := map[string]bool{}
	for _, rule := range aggregate.Names() {
		for _, name := range aggregate.Settings(rule) {
			seen[name] = true
			given := map[string]string{name: values[name]}
			if name == "gamma" {
				given["automatic"] = "1"
			}
			p, err := aggregate.Params{}.With(rule, given)
			if err != nil {
				t.Fatal(err)
			}
			with, err := aggregate.Named(rule, p)
			if err != nil {
				t.Fatalf("%s with %v: %v", rule, given, err)
			}
			delete(given, name)
			p, err = aggregate.Params{}.With(rule, given)
			if err != nil {
				t.Fatal(err)
			}
			if without, err := aggregate.Named(rule, p); err != nil || with == without {
				t.Errorf("%s takes no notice of %s (%v)", rule, name, err)
			}
			if _, err := (aggregate.Params{}).With(rule, map[string]string{name: "many"}); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s with %s = many: %v", rule, name, err)
			}
		}
		if _, err := (aggregate.Params{}).With(rule, map[string]string{"nonsense": "1"}); err == nil || !strings.Contains(err.Error(), "nonsense") {
			t.Errorf("%s took a setting that it doesn't have: %v", rule, err)
		}
	}
	if want := slices.Sorted(maps.Keys(values)); !slices.Equal(slices.Sorted(maps.Keys(seen)), want) {
		t.Errorf("settings %v, want %v", slices.Sorted(maps.Keys(seen)), want)
	}
	got := known.Reduced(known.OfRule+"clip-norm", map[string]string{"max_norm": "0.50", "gamma": "-0", "automatic": "F", "x": "1", "per_parameter": "?"})
	if want := map[string]string{"max_norm": "0.5", "x": "1", "per_parameter": "?"}; !maps.Equal(got, want) {
		t.Errorf("reduced to %v, want %v", got, want)
	}
}
