// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"slices"

	"coherentgradients/cgkit/coherence"
)

// layer is the trained variables of one layer, by their numbers.
type layer struct {
	name       string
	parameters []int
}

// layers are the layers of the trained variables, in the order of their first ones.
func (e *engine) layers() []layer {
	var list []layer
	for i, v := range e.trainable() {
		name := e.model.LayerOf(v.Path())
		if name == "" {
			continue
		}
		at := slices.IndexFunc(list, func(l layer) bool { return l.name == name })
		if at < 0 {
			at = len(list)
			list = append(list, layer{name: name})
		}
		list[at].parameters = append(list[at].parameters, i)
	}
	return list
}

// setGroups are the values about the two groups, of all parameters or of a layer.
func setGroups(set func(name string, v float64), of string, g coherence.Groups, total [2]float64) {
	set("coherence_pristine"+of, coherence.Energy{Sum2: g.PP, Total: total[0]}.MCoherence())
	set("coherence_corrupt"+of, coherence.Energy{Sum2: g.CC, Total: total[1]}.MCoherence())
	set("energy_share_pristine"+of, total[0]/(total[0]+total[1]))
	set("cosine_groups"+of, g.Cosine())
}

// note keeps the contributions at a step.
func (m *gradients) note(step int, list []coherence.Groups) {
	if step >= contributionSteps {
		return
	}
	row := m.table[step*tableColumns:][:tableColumns]
	row[0] = 1
	for w, g := range list {
		row[1+2*w], row[2+2*w] = g.Pristine(), g.Corrupt()
	}
}

// contributed is i^p and i^c of a world up to a step; false where it isn't defined: later than the first steps, or if
// one of them wasn't evaluated.
func (m *gradients) contributed(step, world, p, c int) (ip, ic float64, ok bool) {
	if step >= contributionSteps {
		return 0, 0, false
	}
	for t := 0; t <= step; t++ {
		row := m.table[t*tableColumns:][:tableColumns]
		if row[0] != 1 {
			return 0, 0, false
		}
		ip += row[1+2*world] / float64(p)
		ic += row[2+2*world] / float64(c)
	}
	return ip, ic, true
}
