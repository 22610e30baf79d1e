// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

// CollapseSeeds are the seeds of the runs of [Collapse] and [Remedies]: they had no run before the claims about the
// collapse were written.
var CollapseSeeds = []int64{6, 7, 8}

// Remedy is a run that differs from [Collapse] in one respect.
type Remedy struct {
	Name string // of the respect, in letters, digits and '_'
	Text string // for people
	Spec Spec
}

// Collapse is a run that ends near a constant guess: Figure 4's net with 25 % noise, winsorized by 2 percent, for
// 15,000 steps, evaluated densely.
func Collapse(dataset string) Spec {
	s := Figure4(dataset, 0.25, 2)
	s.Steps, s.Schedule = 15_000, ScheduleDense
	return s
}

// Remedies are runs that might keep it from that, each with one change. At half the rate it is twice as long.
func Remedies(dataset string) []Remedy {
	list := []struct {
		name, text string
		change     func(*Spec)
	}{
		{"float64", "weights in float64, as the authors' code keeps them", func(s *Spec) { s.Weights = WeightsFloat64 }},
		{"xavier", "Glorot's initial weights", func(s *Spec) { s.Init = InitXavier }},
		{"half_rate", "half the learning rate, twice the steps", func(s *Spec) { s.LearningRate, s.Steps = 0.05, 30_000 }},
		{"batch_200", "batches of 200, of which 4 values are clamped on each side", func(s *Spec) { s.Batch = 200 }},
		{"decay", "weight decay 0.001", func(s *Spec) { s.WeightDecay = 0.001 }},
		{"max_update", "updates of a norm of at most 0.2", func(s *Spec) { s.MaxUpdate = 0.2 }},
	}
	var remedies []Remedy
	for _, r := range list {
		s := Collapse(dataset)
		r.change(&s)
		remedies = append(remedies, Remedy{r.name, r.text, s})
	}
	return remedies
}
