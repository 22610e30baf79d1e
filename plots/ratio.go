// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import "fmt"

// RatioRun is a ratio over the steps of one run, and the same ratio in its null
// worlds, each with one value a step.
type RatioRun struct {
	Name  string
	Ratio []float64
	Nulls [][]float64
}

// RatioPanel makes a panel of ratios, run by run: each run's own as a curve,
// what chance gives as a grey cloud behind them, and a line at 1, on a
// logarithmic axis, where 2 is as far from 1 as ½. Runs are named in the
// legend. A ratio that is not above 0 is a gap.
func RatioPanel(title string, steps []float64, runs []RatioRun) (*Panel, error) {
	if len(runs) == 0 || len(runs) > MaxRuns {
		return nil, fmt.Errorf("ratios of %d runs: use 1 to %d", len(runs), MaxRuns)
	}
	p := &Panel{Title: title, LogY: true, References: []Reference{{Name: "equal", Y: 1}}}
	add := func(c Curve) error {
		if len(c.Y) != len(steps) {
			return fmt.Errorf("ratios of %q: %d values for %d steps: give one each", oneLine(c.Name, 60), len(c.Y), len(steps))
		}
		p.Curves = append(p.Curves, c)
		return nil
	}
	for _, r := range runs { // behind
		for _, null := range r.Nulls {
			if err := add(Curve{Name: "null worlds", X: steps, Y: null, Role: Cloud}); err != nil {
				return nil, err
			}
		}
	}
	for i, r := range runs {
		if err := add(Curve{Name: r.Name, X: steps, Y: r.Ratio, Role: Series(i)}); err != nil {
			return nil, err
		}
	}
	return p, nil
}
