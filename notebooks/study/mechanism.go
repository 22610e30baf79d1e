// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"
	"slices"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// MechanismFigure draws what winsorizing does in the course of training, from records of one column of Figure 4
// ([GridColumn]): the shares of pristine and of corrupt examples that are predicted as their training label, and, of
// the gradient of a batch at each evaluated step, the part of its squared length that winsorizing takes away and the
// cosine between what is left and the plain gradient. nil records are left out; plain SGD takes nothing away, so it
// has no curve below.
func MechanismFigure(records []*record.Record) *plots.Figure { return figure(mechanism(records)) }

// mechanism is [MechanismFigure] with its error.
func mechanism(records []*record.Record) (*plots.Figure, error) {
	panels := []struct {
		*plots.Panel
		name string
	}{
		{&plots.Panel{Title: "(a) Pristine examples predicted as labelled (%)", XSteps: true, Percent: true}, "pristine_accuracy"},
		{&plots.Panel{Title: "(b) Corrupt examples predicted as labelled (%)", XSteps: true, Percent: true}, "corrupt_accuracy"},
		{&plots.Panel{Title: "(c) Energy removed, ‖g − g̃‖² / ‖g‖² (%)", XSteps: true, Percent: true}, "energy_removed"},
		{&plots.Panel{Title: "(d) Cosine of g and g̃", XSteps: true, YMin: -0.05, YMax: 1.05}, "cosine"},
	}
	cs := csOf(records)
	var keys []plots.Key
	for _, c := range cs {
		runs := slices.DeleteFunc(slices.Clone(records), func(r *record.Record) bool { return r == nil || r.Spec.C != c })
		steps := evaluated(runs, math.MaxInt)
		name := fmt.Sprintf("c = %v", c)
		for _, p := range panels {
			if l := spread(runs, steps, named(p.name)); l.Y != nil && (c > 0 || p.name == "pristine_accuracy" || p.name == "corrupt_accuracy") {
				p.Curves = append(p.Curves, plots.Curve{Name: name, X: steps, Y: l.Y, Lo: l.Lo, Hi: l.Hi, Role: plots.Winsorization(c)})
			}
		}
		keys = append(keys, plots.Key{Name: name, Role: plots.Winsorization(c)})
	}
	what := "What winsorizing does over training, on all examples (a, b) and on the gradient of a batch (c, d)"
	if len(levelsOf(records)) == 1 {
		what = fmt.Sprintf("What winsorizing does over training at %v %% label noise, on all examples (a, b) and on the gradient of a batch (c, d)", 100*levelsOf(records)[0])
	}
	if len(cs) == 0 {
		keys = nil
	}
	return plots.NewGrid(metaOfSeeds(what, records), plots.Grid{
		Panels: [][]*plots.Panel{{panels[0].Panel, panels[1].Panel}, {panels[2].Panel, panels[3].Panel}}, XLabel: "step", Keys: keys, Aspect: 0.55,
	})
}
