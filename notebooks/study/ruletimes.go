// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/plots"
)

// RuleBench is the file beside the committed records with step times of rules: what this prints on a quiet machine.
//
//	go run ./notebooks bench --json --rules rolling-median,…
const RuleBench = "bench_rules.jsonl"

// Times are milliseconds a step.
type Times struct {
	Measured bool // by [RuleBench]; else by the runs' own clocks
	byRule   map[string]float64
}

// StepTimes are the times of a step of the contest's arms. Where [RuleBench] is not there, or lacks the rule, they are
// by the clocks of the runs themselves, in the least disturbed of them: other work ran beside, and evaluations are
// included.
func StepTimes(c *Contest) Times {
	t := Times{byRule: map[string]float64{}}
	store, err := place.OpenStore("")
	must(err)
	if len(store.Folders) > 0 {
		if text, err := os.ReadFile(filepath.Join(store.Folders[0], RuleBench)); err == nil {
			t.byRule = benchTimes(text)
			t.Measured = len(t.byRule) > 0
		}
	}
	return t
}

// benchTimes reads the rows of a bench: the time of a step in a loop of many, by rule.
func benchTimes(text []byte) map[string]float64 {
	times := map[string]float64{}
	for line := range bytes.Lines(text) {
		var row struct {
			Aggregator, Peer, Section string
			C                         float64
			LoopMS                    float64 `json:"loop_ms"`
		}
		if json.Unmarshal(line, &row) == nil && row.Peer == "" && row.Section == "step" && row.LoopMS > 0 {
			times[timeKey(row.Aggregator, row.C)] = row.LoopMS
		}
	}
	return times
}

func timeKey(rule string, c float64) string { return fmt.Sprintf("%s %g", rule, c) }

// Of is the time of a step of an arm, NaN where it is not known.
func (t Times) Of(c *Contest, arm record.RuleArm) float64 {
	s := arm.On(c.Cells[0])
	if ms, ok := t.byRule[timeKey(s.Aggregator, s.C)]; ok {
		return ms
	}
	if t.Measured {
		return math.NaN()
	}
	least := math.NaN()
	for _, cell := range c.Cells {
		for _, r := range c.Of(cell.Name, arm.Name) {
			if ms := clockTime(r); !(least <= ms) {
				least = ms
			}
		}
	}
	return least
}

// clockTime is milliseconds a step by a run's own clock, in the fastest stretch of at least 900 steps between two
// evaluations, the second of which is included.
func clockTime(r *record.Record) float64 {
	least := math.NaN()
	for i := 1; i < len(r.Evaluations); i++ {
		a, b := r.Evaluations[i-1], r.Evaluations[i]
		if steps := b.Step - a.Step; steps >= 900 && b.Seconds > a.Seconds {
			if ms := 1000 * (b.Seconds - a.Seconds) / float64(steps); !(least <= ms) {
				least = ms
			}
		}
	}
	return least
}

// TimesFigure draws, against the milliseconds that a step takes, what each run of the first cell is after as much time
// as plain SGD takes for all of its steps: its best test accuracy within that time, its test accuracy then, and what it
// has memorised. A rule that takes longer has had fewer steps.
func TimesFigure(c *Contest, t Times) *plots.Figure { return figure(timesOf(c, t)) }

func timesOf(c *Contest, t Times) (*plots.Figure, error) {
	cell := c.Cells[0].Name
	panels := []*plots.Panel{
		{Title: "Best test accuracy within the time (%)"},
		{Title: "Test accuracy after it (%)"},
		{Title: "Corrupt, as labelled, after it (%)"},
	}
	var shown []*record.Record
	if len(c.Arms) > 0 {
		plain, steps := t.Of(c, c.Arms[0]), float64(record.RuleSteps)
		for _, r := range c.Of(cell, c.Arms[0].Name) {
			steps = float64(r.Spec.Steps)
		}
		for i, family := range Families {
			curves := make([]plots.Curve, len(panels))
			for k := range curves {
				curves[k] = plots.Curve{Name: family, Role: plots.Series(i), Scatter: true}
			}
			for _, arm := range c.In(cell) {
				ms := t.Of(c, arm)
				if Family(arm) != i || math.IsNaN(ms) {
					continue
				}
				for _, r := range c.Of(cell, arm.Name) {
					shown = append(shown, r)
					last := min(float64(r.Spec.Steps), math.Floor(steps*plain/ms))
					for k, v := range []float64{100 * bestWithin(r, last), 100 * along(r, "test_accuracy", last), 100 * along(r, "corrupt_accuracy", last)} {
						if !math.IsNaN(v) {
							curves[k].X, curves[k].Y = append(curves[k].X, ms), append(curves[k].Y, v)
						}
					}
				}
			}
			for k, curve := range curves {
				if len(curve.X) > 0 {
					panels[k].Curves = append(panels[k].Curves, curve)
				}
			}
		}
	}
	how := "step times by the runs' own clocks, beside other work and with an evaluation in each stretch"
	if t.Measured {
		how = "step times by the bench"
	}
	return plots.NewGrid(ofRuns("Equal time, that of plain SGD's run; "+how, "each point is a run", shown),
		plots.Grid{Panels: [][]*plots.Panel{panels}, XLabel: "milliseconds a step", Aspect: 0.9, Reflow: true})
}

// bestWithin is the best test accuracy of a run at its evaluations up to a step.
func bestWithin(r *record.Record, last float64) float64 {
	best := math.NaN()
	for _, e := range r.Evaluations {
		if float64(e.Step) <= last && !(best >= e.TestAccuracy) {
			best = e.TestAccuracy
		}
	}
	return best
}
