// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// numpyFile is testdata/numpy.json, as make_fixtures.py beside it writes it.
type numpyFile struct {
	NumPy string
	Cases []struct {
		X             [][]float64
		Mean, Median  []float64
		MedianOfThree []float64 `json:"median_of_three"`
		ByC           []struct {
			C               float64
			Nearest, Linear struct {
				Winsorized []float64
				Clamped    float64
			}
			Trimmed []float64
		} `json:"by_c"`
	}
}

// Rules against numbers from NumPy, made once and kept.
func TestAgainstNumPy(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "numpy.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file numpyFile
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range file.Cases {
		expect(t, aggregate.Mean{}, c.X, c.Mean, -1)
		expect(t, aggregate.Median{}, c.X, c.Median, -1)
		if c.MedianOfThree != nil {
			expect(t, aggregate.MedianOfMeans{}, c.X, c.MedianOfThree, -1)
		}
		for _, by := range c.ByC {
			for _, exact := range []bool{false, true} {
				expect(t, aggregate.Winsorize{C: by.C, Exact: exact}, c.X, by.Nearest.Winsorized, by.Nearest.Clamped)
				expect(t, aggregate.Winsorize{C: by.C, Percentile: aggregate.Linear, Exact: exact}, c.X, by.Linear.Winsorized, -1)
				expect(t, aggregate.TrimmedMean{C: by.C, Exact: exact}, c.X, by.Trimmed, by.Nearest.Clamped)
			}
		}
	}
}

// expect compares a rule's direction, and the share of values that it clamps where clamped is not negative: with linear
// percentiles rounding decides on values that a bound ought to meet.
func expect(t *testing.T, rule aggregate.Rule, x [][]float64, want []float64, clamped float64) {
	t.Helper()
	out := graph.MustExecOnceN(cgtest.Go(t), func(x *graph.Node) []*graph.Node {
		directions, effect := aggregate.Measure(rule.(aggregate.Aggregator), []aggregate.Examples{aggregate.Rows(x)})
		if clamped < 0 {
			return directions
		}
		return append(directions, effect.Clamped)
	}, x)
	for j, v := range tensors.MustCopyFlatData[float64](out[0]) {
		if d := math.Abs(v - want[j]); !(d <= 2e-14) {
			t.Errorf("%+v of %d examples: coordinate %d is %v, NumPy's %v", rule, len(x), j, v, want[j])
		}
	}
	if clamped >= 0 {
		if v := tensors.ToScalar[float64](out[1]); math.Abs(v-clamped) > 1e-12 {
			t.Errorf("%+v of %d examples: it clamps a share of %v, NumPy's %v", rule, len(x), v, clamped)
		}
	}
}
