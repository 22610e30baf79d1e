// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import "coherentgradients/cgkit/record"

// collapseSeeds are those of the runs of W1 and W2; see record.Collapse.
var collapseSeeds = []int64{6, 7, 8}

// Arm is the runs of one remedy against the collapse, or of none.
type Arm struct {
	Name  string // "none", or the remedy's
	Text  string // for people
	Specs []record.Spec
}

// CollapseArms are the runs in which a winsorized net collapses, and those with one change each, three seeds of each:
// see record.Collapse and the claims W1 and W2. Their records, beside accuracies and losses, have dead_layer_0 …,
// logit_max, update_max and the shares clamped; go through them with [Available] or [Quantity].
func CollapseArms(dataset string) []Arm {
	arms := []Arm{{Name: "none", Text: "no change", Specs: seeded(record.Collapse(dataset))}}
	for _, r := range record.Remedies(dataset) {
		arms = append(arms, Arm{r.Name, r.Text, seeded(r.Spec)})
	}
	return arms
}

func seeded(s record.Spec) []record.Spec {
	var specs []record.Spec
	for _, seed := range collapseSeeds {
		s.Seed = seed
		specs = append(specs, s.Normalized())
	}
	return specs
}
