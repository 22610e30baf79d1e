// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package world

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"coherentgradients/cgkit/twin"
)

// Config is all that a world depends on.
type Config struct {
	Data  string  // one of [DataSets]
	Noise float64 // per cent of the training labels that are permuted among themselves, 0 to 100
	Rule  string  // one of [Rules]
	C     float64 // per cent of a batch clamped or cut on each side, 0 to 45; other rules than those pass it over
	Width int     // units in each hidden layer, 1 to 64
	Depth int     // hidden layers, 1 to 3
	Rate  float64 // learning rate, above 0, at most 10
	Batch int     // examples in an update, 2 to 100
	Seed  uint64
}

// Rules are the rules' names.
var Rules = []string{"mean", "winsorize", "trimmed-mean", "median"}

// Check says what is wrong with a config, or nil.
func (c Config) Check() error {
	for _, in := range []struct {
		name       string
		value      float64
		least, top float64
	}{
		{"noise", c.Noise, 0, 100}, {"c", c.C, 0, 45}, {"width", float64(c.Width), 1, 64}, {"depth", float64(c.Depth), 1, 3},
		{"rate", c.Rate, math.SmallestNonzeroFloat64, 10}, {"batch", float64(c.Batch), 2, 100},
	} {
		if !(in.value >= in.least && in.value <= in.top) {
			return fmt.Errorf("%s is %v; it must be from %v to %v", in.name, in.value, max(in.least, 0), in.top)
		}
	}
	for _, in := range []struct {
		name, value string
		known       []string
	}{{"data set", c.Data, DataSets}, {"rule", c.Rule, Rules}} {
		if !slices.Contains(in.known, in.value) {
			return fmt.Errorf("no %s is named %q; there are %s", in.name, in.value, strings.Join(in.known, ", "))
		}
	}
	return nil
}

// rule is the config's.
func (c Config) rule() twin.Rule {
	switch c.Rule {
	case "winsorize":
		return twin.Winsorize(c.C)
	case "trimmed-mean":
		return twin.TrimmedMean(c.C)
	case "median":
		return twin.Median
	}
	return twin.Mean
}
