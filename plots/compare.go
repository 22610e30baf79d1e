// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"math"
)

// NamedRun is one of several runs to be compared.
type NamedRun struct {
	Name string
	// Role is the run's colour, such as [Winsorization](c); Auto takes [Series]
	// by its place.
	Role Role
	Evaluations
}

// CompareData is the data of [Compare].
type CompareData struct {
	Meta
	Runs []NamedRun
}

// MaxRuns is how many runs [Compare] can tell apart.
const MaxRuns = 8

// Compare overlays runs in two panels: train and test accuracy, and overfit.
// A run has one colour; in the first panel train accuracy is solid and test
// accuracy dashed. Up to three runs are labelled at the ends of their curves,
// so that the figure reads in grey; of more a legend explains colours and
// dashes apart. The overfit's axis goes to 25, 50 or 100 %.
func Compare(d CompareData) (*Figure, error) {
	if len(d.Runs) == 0 || len(d.Runs) > MaxRuns {
		return nil, fmt.Errorf("comparison of %d runs: use 1 to %d", len(d.Runs), MaxRuns)
	}
	acc := &Panel{Title: "Accuracy (%)", XSteps: true, Percent: true, DirectLabels: len(d.Runs) <= 3}
	over := &Panel{Title: "Overfit (%)", XSteps: true, Percent: true, DirectLabels: len(d.Runs) <= 3}
	var keys []Key
	for i := range d.Runs {
		r := &d.Runs[i]
		role := r.Role
		if role == Auto {
			role = Series(i)
		}
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("comparison: run %q: %w", oneLine(r.Name, 60), err)
		}
		r.curve(acc, r.Name+", train", r.Name+" train", r.TrainAccuracy, r.TrainBand, role, Solid)
		r.curve(acc, r.Name+", test", r.Name+" test", r.TestAccuracy, r.TestBand, role, Dashed)
		r.curve(over, r.Name+", overfit", r.Name, r.Overfit, r.OverfitBand, role, Solid)
		keys = append(keys, Key{Name: r.Name, Role: role, Dash: Solid})
	}
	keys = append(keys, Key{Name: "train (noisy labels)", Dash: Solid, Neutral: true}, Key{Name: "test", Dash: Dashed, Neutral: true})
	legend := LegendBelow
	if acc.DirectLabels {
		keys, legend = nil, LegendNone
	}
	for i := range d.Runs {
		// One line for each level of proper accuracy, however many runs share it.
		seen := false
		for j := 0; j < i; j++ {
			seen = seen || d.Runs[j].Proper == d.Runs[i].Proper
		}
		if !seen {
			d.Runs[i].proper(acc, true)
		}
	}
	over.YMin, over.YMax = overfitRange(over)
	f, err := NewGrid(d.Meta, Grid{Panels: [][]*Panel{{acc, over}}, XLabel: "step", ShareX: true, Keys: keys, Legend: legend, Aspect: 0.78, Reflow: true})
	if err != nil {
		return nil, fmt.Errorf("comparison: %w", err)
	}
	return f, nil
}

// overfitRange is a range for overfit up to 25 or 50 %, whichever is enough, with as much air as other axes have; 0 and 0, for
// the panel's own range, where neither is.
func overfitRange(p *Panel) (lo, hi float64) {
	q := *p
	q.Percent = false
	s := q.ySpan()
	for _, top := range []float64{0.25, 0.5} {
		if s.hi <= top {
			s = span{math.Min(s.lo, 0), top}.padded(false)
			return s.lo, s.hi
		}
	}
	return 0, 0
}
