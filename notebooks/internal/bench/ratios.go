// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import "math"

// Ratio is one contender's step over another's, over the rounds in which both took part.
type Ratio struct {
	Aggregator string  `json:"aggregator"`
	C          float64 `json:"c"`
	Of         string  `json:"of"`   // this project's call or loop, or "PEER ROUTINE"
	Over       string  `json:"over"` // "p" with p's name, or this project's call of the same rule, or "jax network"
	Value      float64 `json:"value"`
	Best       bool    `json:"best,omitempty"` // the peer's fastest library routine for the rule
}

// Names in ratios.
const (
	ofCall = "call"
	ofLoop = "loop"
)

// ratios are: this project's steps over p, the faster of its own plain step and JAX's; the loop's steps over the faster
// of p and the plain loop; this project over the same network in JAX; and each library routine over this project.
func ratios(rows []Row) []Ratio {
	var list []Ratio
	add := func(rule Rule, of, over string, a, b []sample) int {
		if v := ratioOf(a, b); !math.IsNaN(v) && !math.IsInf(v, 0) {
			list = append(list, Ratio{Aggregator: rule.Name, C: rule.C, Of: of, Over: over, Value: round(v, 3)})
			return len(list) - 1
		}
		return -1
	}
	p, pName := plain(rows)
	for _, row := range rows {
		if row.Section != sectionStep || row.Peer != "" {
			continue
		}
		add(row.rule(), ofCall, "p: "+pName, row.samples, p)
		if own, ok := find(rows, "", "", paperRules[0]); ok && len(own.loop) > 0 && len(row.loop) > 0 {
			pLoop, name := p, pName
			if ratioOf(own.loop, p) < 1 {
				pLoop, name = own.loop, "this project's plain step, loop"
			}
			add(row.rule(), ofLoop, "p: "+name, row.loop, pLoop)
		}
		if network, ok := find(rows, "jax", "network", row.rule()); ok {
			add(row.rule(), ofCall, "jax network", row.samples, network.samples)
			if len(row.loop) > 0 {
				add(row.rule(), ofLoop, "jax network", row.loop, network.samples)
			}
		}
	}
	best := map[string]int{} // library and rule → index of its fastest routine
	for _, row := range rows {
		if row.Section != sectionStep || row.Peer == "" || row.Routine == "network" {
			continue
		}
		if own, ok := find(rows, "", "", row.rule()); ok {
			i := add(row.rule(), row.Peer+" "+row.Routine, "this project's call", row.samples, own.samples)
			key := row.Peer + " " + row.Aggregator + " " + trim(row.C)
			if at, known := best[key]; i >= 0 && (!known || list[i].Value < list[at].Value) {
				best[key] = i
			}
		}
	}
	for _, i := range best {
		list[i].Best = list[i].Aggregator != "mean"
	}
	return list
}

// plain is p: the faster of this project's plain step and JAX's, each one call a step.
func plain(rows []Row) (p []sample, name string) {
	own, _ := find(rows, "", "", paperRules[0])
	p, name = own.samples, "this project's plain step"
	if jax, ok := find(rows, "jax", "plain", paperRules[0]); ok && (len(p) == 0 || ratioOf(jax.samples, p) < 1) {
		p, name = jax.samples, "JAX's plain step"
	}
	return p, name
}

// find is the row of a rule in the main table that was measured.
func find(rows []Row, peer, routine string, rule Rule) (Row, bool) {
	for _, row := range rows {
		if row.Section == sectionStep && row.Peer == peer && row.Routine == routine && row.rule() == rule && len(row.samples) > 0 {
			return row, true
		}
	}
	return Row{}, false
}
