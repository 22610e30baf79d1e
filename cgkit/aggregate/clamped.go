// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import "github.com/gomlx/gomlx/core/graph"

// Beyond is how many values lie below the lower bound of a rule and above its upper one, float64 scalars.
type Beyond struct{ Low, High *graph.Node }

// Clamped counts, for each parameter and each group of examples, the values that a rule changes or drops because they
// lie beyond one of its two bounds: counts[i][k] are those of params[i] in groups[k]. A group is a boolean [m], true
// for its members. Values equal to a bound are not beyond it, and a NaN is beyond none. Divide by the members times the
// parameter's size for a share.
//
// ok is false, and counts nil, for rules that treat no value apart: winsorizing and trimming do.
func Clamped(rule Aggregator, params []Examples, groups ...*graph.Node) (counts [][]Beyond, ok bool) {
	limiting, ok := rule.(limiting)
	if !ok {
		return nil, false
	}
	for _, p := range params {
		_, by, _ := limiting.demand(p.Len())
		var list []Beyond
		for _, sides := range limiting.limits(p.Len()).CountBySide(p, by, groups) {
			list = append(list, Beyond{Low: sides[0], High: sides[1]})
		}
		counts = append(counts, list)
	}
	return counts, true
}
