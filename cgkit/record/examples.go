// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"math"
)

// Scores of training examples, by which wrong labels may be found: names in figures, files and columns.
const (
	ScoreAUM           = "aum"              // the mean margin: the logit of the given label less the largest other one
	ScoreEL2N          = "el2n"             // the mean of ‖p − y‖, p being the net's probabilities and y the given label's
	ScoreSelfInfluence = "self_influence"   // the mean of ‖∇ℓ‖², times the number of updates and their rate TracIn's
	ScoreAlignment     = "alignment"        // the mean cosine of ∇ℓ with the sum of those of the others given its label
	ScoreFirst         = "first_learned"    // the first evaluated step at which it is predicted as its label
	ScoreKept          = "learned_and_kept" // the step from which it stays so
	ScoreStop          = "margin_at_stop"   // the margin where training had better stopped: disagreement, where below 0
)

// ExampleScores lists the scores in the order of legends.
func ExampleScores() []string {
	return []string{ScoreAUM, ScoreEL2N, ScoreSelfInfluence, ScoreAlignment, ScoreFirst, ScoreKept, ScoreStop}
}

// Examples are scores of each training example, by its number. Means are over updates: the value at an evaluated step
// counts for the updates since the evaluation before, so that it does not matter how often that is; step 0 does not
// count. All gradients are of the example's own loss, of all trained parameters, with layers such as dropout switched
// off. Numbers have 12 significant bits.
//
// The step to stop at is the evaluated one, after step 0, with the best test accuracy: the first of equal ones. What
// test labels are worth, it is worth.
type Examples struct {
	Step, Stop int // the last step, and the one to stop at

	AUM, EL2N, SelfInfluence, Alignment []float32
	First, Kept                         []int32   // steps, −1 for never
	MarginAtStop                        []float32 // see ScoreStop

	Given, Original []uint8 // the label trained on, and the data set's own
	Rival           []uint8 // at the stop, the class other than Given with the largest logit: the net's own where the margin is below 0
}

// Len is the number of examples.
func (e *Examples) Len() int { return len(e.Given) }

// Believed is the class that the net predicted for example i at the stop.
func (e *Examples) Believed(i int) uint8 {
	if e.MarginAtStop[i] < 0 {
		return e.Rival[i]
	}
	return e.Given[i]
}

// Corrupt says whether the label of example i was made wrong on purpose.
func (e *Examples) Corrupt(i int) bool { return e.Given[i] != e.Original[i] }

// Suspicion is a score turned so that the larger it is, the more likely the label is wrong: one number an example.
// Never learned is later than all steps. An unknown score is an error that lists those there are.
func (e *Examples) Suspicion(score string) ([]float64, error) {
	switch score {
	case ScoreAUM:
		return signed(e.AUM, -1), nil
	case ScoreEL2N:
		return signed(e.EL2N, 1), nil
	case ScoreSelfInfluence:
		return signed(e.SelfInfluence, 1), nil
	case ScoreAlignment:
		return signed(e.Alignment, -1), nil
	case ScoreFirst:
		return lateness(e.First), nil
	case ScoreKept:
		return lateness(e.Kept), nil
	case ScoreStop:
		return signed(e.MarginAtStop, -1), nil
	}
	return nil, fmt.Errorf("score = %q: unknown; use one of %s", Clip(score), scoreNames())
}

func signed(values []float32, sign float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = sign * float64(v)
	}
	return out
}

func lateness(steps []int32) []float64 {
	out := make([]float64, len(steps))
	for i, s := range steps {
		if out[i] = float64(s); s < 0 {
			out[i] = math.Inf(1)
		}
	}
	return out
}
