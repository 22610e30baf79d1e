// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"coherentgradients/cgkit/claims"
	"coherentgradients/cgkit/record"
)

// CommittedFurther is the name of the file of verdicts on this project's own claims, beside the committed records.
const CommittedFurther = "further.json"

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
func CollapseArms() []Arm {
	arms := []Arm{{Name: "none", Text: "no change", Specs: seeded(record.Collapse(DefaultDataset))}}
	for _, r := range record.Remedies(DefaultDataset) {
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

// JudgeFurther gives the verdict on this project's own claims from the records of a store, and says how many of the
// records there are, and which can't be read.
func JudgeFurther(store *record.Store) (verdicts []claims.Verdict, found, asked int, unreadable []Unreadable) {
	var specs []record.Spec
	for _, arm := range CollapseArms() {
		specs = append(specs, arm.Specs...)
	}
	records, _, unreadable := Finished(store, specs)
	return claims.JudgeFurther(records), count(records), len(specs), unreadable
}
