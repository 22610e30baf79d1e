// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"slices"

	"coherentgradients/cgkit/record"
)

// tracker follows when each training example is learned.
type tracker struct {
	first, kept []int32 // evaluated steps, never where there is none
}

const never = -1

func newTracker(examples int) *tracker {
	t := &tracker{first: make([]int32, examples), kept: make([]int32, examples)}
	for i := range t.first {
		t.first[i], t.kept[i] = never, never
	}
	return t
}

// see takes note of which examples are right at a step.
func (t *tracker) see(step int, right []bool) {
	for i, ok := range right {
		switch {
		case !ok:
			t.kept[i] = never
		case t.kept[i] == never:
			t.kept[i] = int32(step)
			if t.first[i] == never {
				t.first[i] = int32(step)
			}
		}
	}
}

// everRight is the share of a group that has been right at some evaluated step.
func (t *tracker) everRight(group func(i int) bool) float64 {
	var right, count int
	for i, step := range t.first {
		if group(i) {
			count++
			if step != never {
				right++
			}
		}
	}
	return float64(right) / float64(max(count, 1))
}

// counts sums up over the evaluated steps.
func (t *tracker) counts(steps []int, corrupt func(i int) bool) *record.Learned {
	l := &record.Learned{Steps: slices.Clone(steps)}
	for _, list := range []*[]int{&l.PristineFirst, &l.CorruptFirst, &l.PristineKept, &l.CorruptKept} {
		*list = make([]int, len(steps))
	}
	add := func(list []int, step int32) {
		if i, ok := slices.BinarySearch(steps, int(step)); ok {
			list[i]++
		}
	}
	for i := range t.first {
		if corrupt(i) {
			l.Corrupt++
			add(l.CorruptFirst, t.first[i])
			add(l.CorruptKept, t.kept[i])
		} else {
			l.Pristine++
			add(l.PristineFirst, t.first[i])
			add(l.PristineKept, t.kept[i])
		}
	}
	return l
}
