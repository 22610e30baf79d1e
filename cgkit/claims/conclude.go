// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
)

// verdict concludes from what was measured; see the package comment for the rule.
func (e *evidence) verdict() Verdict {
	v := Verdict{ID: e.claim.ID, Claim: e.claim.Text, Where: e.claim.Where, Figure: e.claim.Figure,
		Measured: e.measured, Checks: []Check{}, Runs: slices.AppendSeq([]string{}, maps.Keys(e.used))}
	slices.Sort(v.Runs)
	if v.Measured == nil {
		v.Measured = map[string]Quantity{}
	}
	if len(e.missing) > 0 {
		v.Verdict, v.Reason = NotTested, "missing: "+some(e.missing)
		return v
	}
	seeds := seedsOf(slices.Collect(maps.Values(e.measured)))
	var failed, failedCore, divided []string
	for i, c := range e.claim.Conditions {
		check := Check{Text: c.Text, Core: c.Core, Seeds: len(seeds)}
		if test, ok := e.tests[i]; ok {
			check.Met = test.met(medians)
			decides := test.deciding()
			number := map[int64]float64{}
			for _, seed := range seeds {
				if test.met(of(seed)) {
					check.SeedsMet++
				}
				number[seed] = decides.number(of(seed))
			}
			check.Number = combine(number)
			check.Number.Median = decides.number(medians)
			check.What, check.Sign, check.Limit, check.Unit = decides.what, decides.sign, math.Round(1e8*decides.limit)/1e8, decides.unit.String()
			check.Sole = test.sole()
			if !check.Met {
				check.Missed = test.missed()
			}
		}
		v.Checks = append(v.Checks, check)
		switch {
		case !check.Met && c.Core:
			failedCore = append(failedCore, c.Text)
		case !check.Met:
			failed = append(failed, c.Text)
		}
		if met := check.SeedsMet; check.Met && met < len(seeds) || !check.Met && met > 0 {
			divided = append(divided, fmt.Sprintf("%s (%d of %d)", c.Text, met, len(seeds)))
		}
	}
	switch {
	case len(failedCore) > 0:
		v.Verdict, v.Reason = DoesNotHold, "not met: "+strings.Join(append(failedCore, failed...), "; ")
	case len(failed) > 0:
		v.Verdict, v.Reason = HoldsInPart, "met in its core, but not: "+strings.Join(failed, "; ")
	default:
		v.Verdict, v.Reason = Holds, fmt.Sprintf("all %d conditions met", len(e.claim.Conditions))
	}
	if v.Verdict != Holds {
		v.MayDiffer = e.mayDiffer(len(seeds))
	}
	if len(divided) > 0 {
		v.Reason += ". Seeds disagree on: " + strings.Join(divided, "; ")
	}
	if len(e.left) > 0 {
		v.Reason += ". Left out: " + some(e.left)
	}
	return v
}

// mayDiffer names what the paper leaves open, or may have done otherwise.
func (e *evidence) mayDiffer(seeds int) string {
	init := "weights drawn as the authors' code does, √2 times as wide as the Xavier that the paper names"
	if e.basis().Init != record.InitAuthors {
		init = "weights drawn as the paper says, not as the authors' code does"
	}
	return fmt.Sprintf("init %s (%s); percentile rule %s; seeds: %d here; the numbers that we put to the paper's words",
		e.basis().Init, init, e.basis().Percentile, seeds)
}

// some joins a list, cut to what a table's cell can hold.
func some(list []string) string {
	const most = 4
	if len(list) > most {
		return fmt.Sprintf("%s; and %d more", strings.Join(list[:most], "; "), len(list)-most)
	}
	return strings.Join(list, "; ")
}
