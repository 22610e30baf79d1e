// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"coherentgradients/cgkit/record"
	"strings"
	"testing"
)

func TestCheckRule(t *testing.T) {
	for _, c := range []struct {
		aggregator, percentile string
		c                      float64
		batch                  int
		want                   string // part of the error; "" for none
	}{
		{"mean", "nearest", 0, 1, ""},
		{"winsorize", "nearest", 2, 100, ""},
		{"winsorize", "nearest", 0.51, 100, ""},
		{"winsorize", "nearest", 0.5, 100, "c above 0.505"},
		{"winsorize", "nearest", 2, 26, ""}, // on one side
		{"winsorize", "nearest", 2, 20, "clamps none of the 20 examples"},
		{"winsorize", "linear", 0.1, 100, ""},
		{"winsorize", "linear", 0.1, 1, "take a larger batch"},
		{"trimmed-mean", "nearest", 0.1, 100, "clamps none"},
		{"trimmed-mean", "nearest", 49, 2, "take a larger batch"},
		{"trimmed-mean", "nearest", 10, 10, ""},
		{"median", "nearest", 0, 1, ""},
		{"median-of-means", "nearest", 0, 3, ""},
		{"median-of-means", "nearest", 0, 2, "median-of-means"},
	} {
		s := record.DefaultSpec()
		s.Aggregator, s.Percentile, s.C, s.Batch = c.aggregator, c.percentile, c.c, c.batch
		err := CheckRule(s)
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
