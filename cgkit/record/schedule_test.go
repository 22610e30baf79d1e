// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"slices"
	"testing"
)

func TestSchedule(t *testing.T) {
	paper := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200, 300, 400, 500, 600, 700,
		800, 900, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000}
	for _, test := range []struct {
		steps int
		want  []int
	}{
		{0, []int{0}},
		{1, []int{0, 1}},
		{9, paper[:10]},
		{10, paper[:11]},
		{15, append(slices.Clone(paper[:11]), 15)},
		{100, paper[:20]},
		{60_000, paper},
		{60_001, append(slices.Clone(paper), 60_001)},
		{100_000, append(slices.Clone(paper), 70_000, 80_000, 90_000, 100_000)}, // and no 100,000 + 100,000 stride
	} {
		if got := Schedule(test.steps); !slices.Equal(got, test.want) {
			t.Errorf("Schedule(%d) = %v, want %v", test.steps, got, test.want)
		}
	}
	if got := Schedule(250_000); got[len(got)-2] != 240_000 {
		t.Errorf("after 100,000 it goes on by 10,000, got %v", got[len(got)-4:])
	}
}

// An even schedule starts at 0, ends at the last step, and has equal distances where 100 divides the steps.
func TestScheduleEven(t *testing.T) {
	for steps, want := range map[int]int{0: 1, 1: 2, 50: 51, 100: 101, 6000: 101, 12_345: 101, 1_000_000_000: 101} {
		s := DefaultSpec()
		s.Steps, s.Schedule = steps, ScheduleEven
		list := s.Evaluated()
		if len(list) != want || list[0] != 0 || list[len(list)-1] != steps || !slices.IsSorted(list) {
			t.Errorf("%d steps: %d evaluations, %v", steps, len(list), list)
		}
		for i := 1; i < len(list); i++ {
			if d := list[i] - list[i-1]; d < 1 || steps%100 == 0 && steps > 0 && d != steps/100 || s.Light(list[i]) {
				t.Errorf("%d steps: %d after %d", steps, list[i], list[i-1])
			}
		}
	}
}

// A dense schedule has the paper's steps, in order, at least 40 in each decade above 1,000, and says which are added.
func TestDenseSchedule(t *testing.T) {
	for _, steps := range []int{0, 7, 1000, 1100, 20_000, 100_000, 100_001} {
		s := Spec{Steps: steps, Schedule: ScheduleDense}
		dense := s.Evaluated()
		for i, step := range dense {
			if i > 0 && step <= dense[i-1] {
				t.Fatalf("%d steps: %d after %d", steps, step, dense[i-1])
			}
		}
		var paper []int
		for _, step := range dense {
			if !s.Light(step) {
				paper = append(paper, step)
			}
		}
		if want := Schedule(steps); !slices.Equal(paper, want) {
			t.Errorf("%d steps: without the added ones %v, want %v", steps, paper, want)
		}
		for decade := 1000; 10*decade <= steps; decade *= 10 {
			n := 0
			for _, step := range dense {
				if step >= decade && step < 10*decade {
					n++
				}
			}
			if n < 40 {
				t.Errorf("%d steps: %d evaluations from %d to %d", steps, n, decade, 10*decade)
			}
		}
		s.Schedule = ""
		if got := s.Evaluated(); !slices.Equal(got, Schedule(steps)) || slices.ContainsFunc(dense, s.Light) {
			t.Errorf("%d steps: without asking %v", steps, got)
		}
	}
}

func TestMeasureNames(t *testing.T) {
	for text, want := range map[string]Measure{"": "", "health": "health", "health, gradients,health": "gradients,health", "clamping,gradients,health": "gradients,clamping,health", "signals,health": "health,signals"} {
		if m, err := ParseMeasure(text); err != nil || m != want {
			t.Errorf("%q: %q, %v", text, m, err)
		}
	}
	for _, text := range []string{"healthy", ",", "gradients,", "gradients,x"} {
		if _, err := ParseMeasure(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
	r := &Record{Spec: Spec{Aggregator: AggregatorWinsorize, C: 2, Schedule: ScheduleDense, Steps: 2000}}
	r.Evaluations = []Evaluation{{Step: 1000, Extra: map[string]float64{"clamped_low": 0, "logit_max": 1}}, {Step: 1200}}
	if !Measure("clamping,health").In(r) || Measure("gradients,health").In(r) || Measure("gradients").Asks("") || Measure("").Asks(MeasureHealth) {
		t.Error("what a record has is not told from what it lacks")
	}
	r.Spec.Schedule = ""
	if MeasureHealth.In(r) {
		t.Error("a step without it is overlooked")
	}
}
