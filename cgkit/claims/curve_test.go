// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"math"
	"testing"
)

func same(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-12
}

func TestCurve(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	c := curve{[]float64{0, 1, 10, 100, 1000}, []float64{0, 0.5, 0.4, 0.9, 0.8}}
	log := curve{[]float64{0, 1, 10, 100, 1000, 10_000}, []float64{9, 1, 2, 3, 4, -100}}
	step, value := c.peak()
	none, _ := curve{}.peak()
	for _, test := range []struct {
		name      string
		got, want float64
	}{
		{"reached at once", c.reach(0), 0},
		{"reached between", c.reach(0.25), 0.5},
		{"first of several times", c.reach(0.45), 0.9},
		{"reached late", c.reach(0.65), 55},
		{"never reached", c.reach(0.95), inf},
		{"nothing to reach", curve{}.reach(0.5), nan},
		{"along at a point", c.along(10), 0.4},
		{"along between", c.along(55), 0.65},
		{"along beyond", c.along(inf), nan},
		{"peak", step, 100}, {"height", value, 0.9}, {"no peak", none, nan},
		{"tail", c.tail(), 0.7}, {"short tail", c.between(0, 1).tail(), 0.25}, {"no tail", curve{}.tail(), nan},
		{"smooth", c.smooth().values[3], 0.8}, {"smooth keeps the end", c.smooth().values[4], 0.8},
		{"slope despite an outlier", log.slope(), 1},
		{"no slope", c.between(0, 1).slope(), nan},
		{"kendall", c.kendall(), 0.6}, {"kendall of one", c.between(0, 0).kendall(), nan},
		{"at", c.at(10), 0.4}, {"at no step", c.at(11), nan},
	} {
		if !same(test.got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, test.got, test.want)
		}
	}
}

func TestCrossing(t *testing.T) {
	steps := []float64{0, 1, 2, 3, 4, 5}
	for _, test := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{1, 1, -1, -1, -1, 1}, 2},
		{[]float64{1, -1, -1, 1, -1, -1}, math.Inf(1)}, // two in a row are noise
		{[]float64{-1, -1, -1, 1, 1, 1}, 0},
		{[]float64{1, 1, 1, -1, -1, -1}, 3},
		{[]float64{0, 0, 0, 0, 0, 0}, math.Inf(1)},
	} {
		if got := (curve{steps, test.values}).crossing(); got != test.want {
			t.Errorf("%v: %v, want %v", test.values, got, test.want)
		}
	}
}
