// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"slices"
	"testing"
)

func TestHardness(t *testing.T) {
	given := []uint8{0, 0, 0, 0, 1, 1, 1, 1}
	a := &Examples{Given: given, Kept: []int32{9, 0, 100, -1, 0, 0, 0, 0}, AUM: []float32{0, 0, 0, 0, 4, 3, 2, 1}}
	b := &Examples{Given: given, Kept: []int32{0, 0, 100, 100, 9, 9, 9, 9}, AUM: []float32{0, 0, 0, 0, 0, 2, 0, 0}}
	schedule := []int{0, 9, 100}
	order, err := ByHardness([]*Examples{a, b}, schedule)
	// Example 1 is kept from the start in both, 0 and 4 to 7 once one place later, 5 with the larger margin of those.
	if want := []int32{1, 5, 4, 6, 7, 0, 2, 3}; err != nil || !slices.Equal(order, want) {
		t.Fatalf("order %v, %v; want %v", order, err, want)
	}
	h, err := SplitByHardness(order, given, 2, 1, 5)
	if err != nil {
		t.Fatal(err)
	}
	easy := slices.Sorted(slices.Values(append(slices.Clone(h.EasyTrain), h.EasyTest...)))
	hard := slices.Sorted(slices.Values(append(slices.Clone(h.HardTrain), h.HardTest...)))
	if !slices.Equal(easy, []int32{0, 1, 4, 5}) || !slices.Equal(hard, []int32{2, 3, 6, 7}) {
		t.Errorf("easy %v, hard %v", easy, hard)
	}
	for _, kind := range []string{Easy, Hard} {
		train, test := h.Of(kind)
		if len(train) != 2 || len(test) != 2 || given[train[0]] != 0 || given[train[1]] != 1 {
			t.Errorf("%s: %v to train on, %v to test on", kind, train, test)
		}
	}
	if again, _ := SplitByHardness(order, given, 2, 1, 5); !slices.Equal(again.EasyTrain, h.EasyTrain) {
		t.Error("another draw by the same seed")
	}
	if _, err := SplitByHardness(order, given, 2, 2, 5); err == nil {
		t.Error("more examples than there are")
	}
	if _, err := ByHardness(nil, schedule); err == nil {
		t.Error("no run is enough")
	}
	other := &Examples{Given: []uint8{1, 0, 0, 0, 1, 1, 1, 1}, Kept: a.Kept, AUM: a.AUM}
	if _, err := ByHardness([]*Examples{a, other}, schedule); err == nil {
		t.Error("other labels are not seen")
	}
}
