// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

// Schedule returns the steps at which a run of that many updates is evaluated, in rising order: 0 to 9, then 10, 20 …
// 90, 100 … 900, 1000 … 9000, then every 10,000, and the last. Step 0 is before any update. So there are about as many
// points in every decade, as a logarithmic axis wants them (the authors' code, for CG figures 1 to 4).
//
// steps must not be negative; Schedule(0) is [0].
func Schedule(steps int) []int {
	var schedule []int
	for step := 0; step < steps; step += stride(step) {
		schedule = append(schedule, step)
	}
	return append(schedule, steps)
}

// stride is the distance from an evaluated step to the next one.
func stride(step int) int {
	for size := 10; size <= 10_000; size *= 10 {
		if step < size {
			return size / 10
		}
	}
	return 10_000
}

// Covers says whether the evaluations have every step of the schedule up to and with the step given.
func Covers(evaluations []Evaluation, schedule []int, upTo int) bool {
	have := make(map[int]bool, len(evaluations))
	for _, e := range evaluations {
		have[e.Step] = true
	}
	for _, step := range schedule {
		if step <= upTo && !have[step] {
			return false
		}
	}
	return true
}

// ScheduleDense is a Spec's Schedule that adds evaluations to the paper's: every 200 steps from 1,000 to 10,000 and
// every 2,000 beyond, so that there are 45 in a decade and late swings are seen for what they are. At the added steps
// only what is cheap is measured: accuracies, losses and what the rule did, not [MeasureGradients]. The run's numbers
// are the same at the steps that both have, but for when examples were first learned, which is counted over more
// evaluations.
const ScheduleDense = "dense"

// ScheduleEven is a Spec's Schedule of 101 evaluations at equal distances, or as many as there are steps: before the
// first update and after each hundredth of them. With 100 epochs that is after each. What follows single steps from 0
// to 9, i^p and i^c, is seen at step 0 alone.
const ScheduleEven = "even"

// evenParts is how many parts a [ScheduleEven] has.
const evenParts = 100

// denser is how many times as many evaluations a dense schedule has from step lateStep on.
const (
	denser   = 5
	lateStep = 1000
)

// Evaluated returns the steps at which the run is evaluated: those of [Schedule], or of what the spec asks for.
func (s Spec) Evaluated() []int {
	var schedule []int
	switch s.Schedule {
	case ScheduleEven:
		for part := range evenParts + 1 {
			// In 64 bits: 10⁹ steps times 100 are more than 32 hold.
			if step := int(int64(s.Steps) * int64(part) / evenParts); part == 0 || step > schedule[len(schedule)-1] {
				schedule = append(schedule, step)
			}
		}
		return schedule
	case "":
		return Schedule(s.Steps)
	}
	for step := 0; step < s.Steps; {
		schedule = append(schedule, step)
		if step < lateStep {
			step += stride(step)
		} else {
			step += stride(step) / denser
		}
	}
	return append(schedule, s.Steps)
}

// Light says whether an evaluated step is one that [ScheduleDense] adds.
func (s Spec) Light(step int) bool {
	return s.Schedule == ScheduleDense && step >= lateStep && step != s.Steps && step%stride(step) != 0
}
