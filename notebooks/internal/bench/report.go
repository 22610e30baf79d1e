// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"math"
	"slices"
)

// Report is what was measured.
type Report struct {
	Machine Machine
	Net     []int
	Model   *Model // in place of Net
	Batch   int
	Rows    []Row
	Fits    []Fit
	// Agreement is the largest difference that was found, Ratios are empty if it is too large.
	Agreement Agreement
	Ratios    []Ratio

	contenders []*contender
	missing    map[string]error
}

// Row is one contender.
type Row struct {
	Aggregator string   `json:"aggregator"`
	C          float64  `json:"c"`
	Batch      int      `json:"batch"`
	Parameters int      `json:"parameters"`
	Backend    string   `json:"backend"`
	StepMS     *float64 `json:"step_ms"`           // median; null if it failed
	LoopMS     *float64 `json:"loop_ms,omitempty"` // median in the loop of package experiment, this project only
	PeakRSSMB  *float64 `json:"peak_rss_mb"`       // of the process that gave step_ms; null where not known
	CompileS   float64  `json:"compile_s"`         // and everything else that only the first step does
	Steps      int      `json:"steps"`             // timed
	Section    string   `json:"section"`           // step, parameters, batch or memory
	Model      string   `json:"model,omitempty"`   // with its settings, where it is not a net of dense layers
	Peer       string   `json:"peer,omitempty"`    // library; absent: this project
	Routine    string   `json:"routine,omitempty"` // of the peer
	Error      string   `json:"error,omitempty"`

	samples, loop []sample
}

// rule is what the row's step aggregates by.
func (r Row) rule() Rule { return Rule{r.Aggregator, r.C} }

// finish makes rows, fits and ratios of what was measured; scratch holds the weights after one update.
func (r *Report) finish(scratch string) {
	for _, c := range r.contenders {
		if c.peer == "" && c.setup.Way == wayLoop {
			r.addLoop(c)
		} else {
			r.Rows = append(r.Rows, rowOf(c))
		}
	}
	for _, name := range Libraries {
		if err := r.missing[name]; err != nil {
			r.Rows = append(r.Rows, Row{Batch: r.Batch, Parameters: (&Setup{Net: r.Net, Model: r.Model}).parameters(), Section: sectionStep, Peer: name, Error: err.Error()})
		}
	}
	r.Fits = fits(r.Rows)
	r.Agreement = agreement(r.contenders, scratch)
	if r.Agreement.OK() {
		r.Ratios = ratios(r.Rows)
	}
}

// addLoop joins the loop's time to the row of the same rule, which comes before.
func (r *Report) addLoop(c *contender) {
	i := slices.IndexFunc(r.Rows, func(row Row) bool {
		return row.Peer == "" && row.Section == c.section && row.rule() == (Rule{c.setup.Aggregator, c.setup.C})
	})
	if i < 0 {
		return
	}
	r.Rows[i].LoopMS, r.Rows[i].loop = number(medianOf(c.samples)), c.samples
	if c.err != nil && r.Rows[i].Error == "" {
		r.Rows[i].Error = "loop: " + c.err.Error()
	}
}

func rowOf(c *contender) Row {
	row := Row{
		Aggregator: c.setup.Aggregator, C: c.setup.C, Batch: c.setup.Batch, Parameters: c.setup.parameters(),
		Backend: c.ready.Backend, StepMS: number(medianOf(c.samples)), CompileS: round(c.ready.CompileS, 3), Steps: len(c.samples),
		Section: c.section, Peer: c.peer, samples: c.samples,
	}
	if c.setup.Model != nil {
		row.Model = c.setup.Model.String()
	}
	if c.peer != "" {
		row.Routine = c.setup.Way
	}
	if c.peakMB > 0 {
		row.PeakRSSMB = number(round(c.peakMB, 1))
	}
	if c.err != nil {
		row.Error = c.err.Error()
	}
	return row
}

// number is nil for what JSON can't hold.
func number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	v = round(v, 4)
	return &v
}

func round(v float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(v*scale) / scale
}

// Fit is a straight line through one rule's medians: ms = intercept + slope·x.
type Fit struct {
	Against     string  `json:"against"` // parameters (slope a million) or batch (slope an example)
	Aggregator  string  `json:"aggregator"`
	C           float64 `json:"c"`
	InterceptMS float64 `json:"intercept_ms"`
	SlopeMS     float64 `json:"slope_ms"`
	R2          float64 `json:"r2"`
	Points      int     `json:"points"`
}

func fits(rows []Row) []Fit {
	var list []Fit
	for _, against := range []string{sectionP, sectionM} {
		for _, rule := range []Rule{paperRules[0], paperRules[1], paperRules[4]} {
			var x, y []float64
			for _, row := range rows {
				if row.Section != against || row.rule() != rule || row.StepMS == nil {
					continue
				}
				if against == sectionP {
					x = append(x, float64(row.Parameters)/1e6)
				} else {
					x = append(x, float64(row.Batch))
				}
				y = append(y, *row.StepMS)
			}
			if l := fit(x, y); len(x) > 2 && !math.IsNaN(l.slope) {
				list = append(list, Fit{against, rule.Name, rule.C, round(l.intercept, 4), round(l.slope, 6), round(l.r2, 5), len(x)})
			}
		}
	}
	return list
}

// Err is nil, or why the numbers must not be compared.
func (r *Report) Err() error {
	if !r.Agreement.OK() {
		return fmt.Errorf("no ratios: %s", r.Agreement)
	}
	return nil
}
