// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"reflect"
	"testing"

	"coherentgradients/cgkit/record"
)

func TestTracker(t *testing.T) {
	tr := newTracker(4)
	corrupt := func(i int) bool { return i >= 2 }
	tr.see(0, []bool{true, false, false, false})
	tr.see(1, []bool{false, true, false, true})
	tr.see(10, []bool{true, true, false, true})
	if got := tr.everRight(corrupt); got != 0.5 {
		t.Errorf("half of the corrupt were right once, not %v", got)
	}
	want := &record.Learned{Steps: []int{0, 1, 10}, Pristine: 2, Corrupt: 2,
		PristineFirst: []int{1, 1, 0}, CorruptFirst: []int{0, 1, 0},
		PristineKept: []int{0, 1, 1}, CorruptKept: []int{0, 1, 0}}
	got := tr.counts([]int{0, 1, 10}, corrupt)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("counts %+v, want %+v", got, want)
	}
}
