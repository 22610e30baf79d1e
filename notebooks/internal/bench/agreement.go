// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"math"
	"path/filepath"
)

// Tolerance is how far two contenders' updates by the same rule may lie apart, as a share of the largest component.
const Tolerance = 1e-4

// Agreement is the comparison of what contenders made of the same weights and the same batch in one update.
type Agreement struct {
	Compared int     `json:"compared"` // contenders that were set against this project's first of the same rule
	Largest  float64 `json:"largest"`  // difference of a component, over the largest component
	Of       string  `json:"of"`       // whose it was
	Allowed  float64 `json:"allowed"`
}

// OK reports whether the contenders agree.
func (a Agreement) OK() bool { return a.Largest <= Tolerance }

// String is one line.
func (a Agreement) String() string {
	if a.Compared == 0 && a.OK() {
		return "no two contenders with the same rule: no updates to compare"
	}
	if a.OK() {
		return fmt.Sprintf("updates by the same rule agree in %d comparisons: the largest difference is %.1e of the largest component (%s; allowed %.0e)",
			a.Compared, a.Largest, a.Of, Tolerance)
	}
	return fmt.Sprintf("%s makes another update than this project by the same rule: they differ by %.1e of the largest component, allowed is %.0e",
		a.Of, a.Largest, Tolerance)
}

func agreement(contenders []*contender, scratch string) Agreement {
	a := Agreement{Allowed: Tolerance}
	before, err := readFloats(filepath.Join(scratch, weightsFile))
	if err != nil {
		return a
	}
	first := map[Rule][]float64{}
	for _, c := range contenders {
		if c.section != sectionStep || len(c.samples) == 0 {
			continue
		}
		after, err := readFloats(c.setup.Check)
		if err != nil || len(after) != len(before) {
			a.Largest, a.Of = math.MaxFloat64, c.name()
			return a
		}
		update := make([]float64, len(after))
		for i := range after {
			update[i] = float64(before[i]) - float64(after[i])
		}
		rule := Rule{c.setup.Aggregator, c.setup.C}
		if first[rule] == nil {
			if c.peer == "" {
				first[rule] = update
			}
			continue
		}
		a.Compared++
		if d := difference(update, first[rule], before); d >= a.Largest {
			a.Largest, a.Of = d, c.name()
		}
	}
	return a
}

// difference is max|a−b| / max|b|, less what storing the weights in float32 may do to two equal updates: each result is
// rounded by half of the distance between neighbouring numbers, which is no small share of a short update. A NaN
// anywhere makes it as large as can be.
func difference(a, b []float64, before []float32) float64 {
	var apart, largest float64
	for i := range a {
		d := math.Abs(a[i] - b[i])
		if math.IsNaN(d) {
			return math.MaxFloat64
		}
		apart, largest = max(apart, d-spacing(before[i], a[i], b[i])), max(largest, math.Abs(b[i]))
	}
	if apart == 0 {
		return 0
	}
	return min(apart/largest, math.MaxFloat64)
}

// spacing is the distance between neighbouring float32 numbers near a weight after either of two updates.
func spacing(before float32, a, b float64) float64 {
	after := float32(max(math.Abs(float64(before)-a), math.Abs(float64(before)-b)))
	return float64(math.Nextafter32(after, math.MaxFloat32)) - float64(after)
}
