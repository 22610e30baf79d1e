// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The four verdicts.
const (
	Holds       = "holds"
	HoldsInPart = "holds in part"
	DoesNotHold = "does not hold"
	NotTested   = "not tested"
)

// Verdict is what the records say about one claim.
type Verdict struct {
	ID       string              `json:"id"`
	Claim    string              `json:"claim"`
	Where    string              `json:"where"`
	Figure   string              `json:"figure"`
	Verdict  string              `json:"verdict"` // one of the four above
	Reason   string              `json:"reason"`  // one line: what was not met, or what is missing
	Measured map[string]Quantity `json:"measured"`
	Checks   []Check             `json:"checks"` // the conditions in the claim's order; empty where not tested
	Runs     []string            `json:"runs"`   // ids of the records looked at, sorted

	// MayDiffer says, where a claim was tested and does not hold in full, what other than the claim may be the cause.
	MayDiffer string `json:"may_differ,omitempty"`
}

// Check is a condition with its outcome.
type Check struct {
	Text     string `json:"text"`
	Core     bool   `json:"core"`
	Met      bool   `json:"met"`       // by the medians over the seeds: what the verdict goes by
	Seeds    int    `json:"seeds"`     // seeds in the runs of this claim
	SeedsMet int    `json:"seeds_met"` // those for which it is met when taken alone

	// Number is what the condition hangs on: what What says, against Limit by Sign (≥, ≤, > or <), in Unit. Where all
	// of several comparisons must be met it is that with the least margin, else how many of them are met.
	Number Quantity `json:"number"`
	What   string   `json:"what,omitempty"`
	Sign   string   `json:"sign,omitempty"`
	Limit  float64  `json:"limit"`
	Unit   string   `json:"unit,omitempty"`
	// Sole says that all comparisons have this limit, so that another one decides the condition anew.
	Sole bool `json:"sole"`
	// Missed has a plain sentence for each comparison that is not met, of a condition that is not.
	Missed []string `json:"missed,omitempty"`
}

// Format writes a number in the check's unit, for people.
func (c Check) Format(x float64) string { return unitOf(c.Unit).format(x) }

// Spread is the number that the condition hangs on, with its range over the seeds where it has one.
func (c Check) Spread() string {
	middle, low, high := unitOf(c.Unit).formatUnlike(c.Number.Median, c.Limit), c.Format(c.Number.Min), c.Format(c.Number.Max)
	if low == high {
		return middle
	}
	for _, unit := range []string{" %", " points", " times"} { // said once
		low, high = strings.TrimSuffix(low, unit), strings.TrimSuffix(high, unit)
	}
	return middle + " (" + low + " to " + high + ")"
}

// margin is how far the number is on the right side of its limit, in units of the limit.
func (c Check) margin() float64 {
	p := part{number: func(value) float64 { return c.Number.Median }, sign: c.Sign, limit: c.Limit}
	return p.margin(medians)
}

// Deciding is the check that made the verdict: the first core one that is not met, else the first that is not, else
// that which is met by the least. False where the claim was not tested.
func (v Verdict) Deciding() (Check, bool) {
	for _, core := range []bool{true, false} {
		for _, c := range v.Checks {
			if !c.Met && c.Core == core {
				return c, true
			}
		}
	}
	return closest(v.Checks)
}

// Closest is the check that would worsen the verdict first if its limit moved: of those that are met, in a verdict
// that holds any, in one that holds in part a core one. False where no limit can worsen it.
func (v Verdict) Closest() (Check, bool) {
	switch v.Verdict {
	case Holds:
		return closest(v.Checks)
	case HoldsInPart:
		return closest(slices.DeleteFunc(slices.Clone(v.Checks), func(c Check) bool { return !c.Core }))
	}
	return Check{}, false
}

// closest is the check that is met by the least.
func closest(checks []Check) (found Check, ok bool) {
	for _, c := range checks {
		if c.Met && (!ok || c.margin() < found.margin()) {
			found, ok = c, true
		}
	}
	return found, ok
}

// Quantity is a measured number: the median over the seeds, and the smallest and largest. +Inf is a level never
// reached within the run, NaN what is undefined (such as the time after a crossing that never came); both are null in
// JSON, and read as NaN. JSON has six significant digits: more would be noise.
type Quantity struct {
	Median, Min, Max float64
	Seeds            int

	bySeed map[int64]float64
}

// combine makes a quantity of one value a seed. Undefined values are left out, unless at least half are undefined:
// then the median is too.
func combine(bySeed map[int64]float64) Quantity {
	q := Quantity{Median: math.NaN(), Min: math.NaN(), Max: math.NaN(), Seeds: len(bySeed), bySeed: bySeed}
	var defined []float64
	for _, v := range bySeed {
		if !math.IsNaN(v) {
			defined = append(defined, v)
		}
	}
	if len(defined) == 0 {
		return q
	}
	slices.Sort(defined)
	q.Min, q.Max = defined[0], defined[len(defined)-1]
	if 2*len(defined) > len(bySeed) {
		q.Median = median(defined)
	}
	return q
}

// Values are the quantity for each seed, in the order of the seeds; none for a quantity that was read from a file.
func (q Quantity) Values() []float64 {
	var values []float64
	for _, seed := range slices.Sorted(maps.Keys(q.bySeed)) {
		values = append(values, q.bySeed[seed])
	}
	return values
}

// MarshalJSON writes {"median":…,"min":…,"max":…,"seeds":…}.
func (q Quantity) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"median":%s,"min":%s,"max":%s,"seeds":%d}`, number(q.Median), number(q.Min), number(q.Max), q.Seeds)
	return b.Bytes(), nil
}

func number(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "null"
	}
	return strconv.FormatFloat(x+0, 'g', 6, 64) // −0 + 0 is 0
}

// UnmarshalJSON reads what MarshalJSON writes.
func (q *Quantity) UnmarshalJSON(data []byte) error {
	var raw struct {
		Median, Min, Max *float64
		Seeds            int
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	value := func(p *float64) float64 {
		if p == nil {
			return math.NaN()
		}
		return *p
	}
	*q = Quantity{Median: value(raw.Median), Min: value(raw.Min), Max: value(raw.Max), Seeds: raw.Seeds}
	return nil
}
