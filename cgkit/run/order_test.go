// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"coherentgradients/cgkit/internal/recordtest"
	"coherentgradients/cgkit/record"
	"slices"
	"testing"
)

func TestBatchOrderIsEachExampleOnceAnEpoch(t *testing.T) {
	s := changed(func(s *record.Spec) { s.Batch = 20 })
	o, err := NewBatchOrder(s, 100)
	if err != nil {
		t.Fatal(err)
	}
	if o.StepsPerEpoch() != 5 {
		t.Errorf("StepsPerEpoch = %d", o.StepsPerEpoch())
	}
	var epochs [][]int32
	for epoch := range 3 {
		var all []int32
		for step := range 5 {
			batch := o.Batch(5*epoch + step)
			if len(batch) != 20 {
				t.Fatalf("a batch of %d", len(batch))
			}
			all = append(all, batch...)
		}
		if !slices.Equal(all, o.Epoch(epoch)) {
			t.Error("an epoch is not its batches")
		}
		epochs = append(epochs, slices.Clone(all))
		slices.Sort(all)
		for i, index := range all {
			if int(index) != i {
				t.Fatalf("epoch %d: example %d is at place %d of the sorted ones", epoch, index, i)
			}
		}
	}
	if slices.Equal(epochs[0], epochs[1]) || slices.Equal(epochs[1], epochs[2]) {
		t.Error("epochs are not reshuffled")
	}
	// Any step without those before, from a fresh order, also backwards.
	fresh, _ := NewBatchOrder(s, 100)
	for step := 14; step >= 0; step-- {
		if want := epochs[step/5][step%5*20:][:20]; !slices.Equal(fresh.Batch(step), want) {
			t.Errorf("step %d differs when asked for alone", step)
		}
	}
	s.Seed = 2
	other, _ := NewBatchOrder(s, 100)
	if slices.Equal(other.Epoch(0), epochs[0]) {
		t.Error("the seed does not change the order")
	}
	s.Batch = 30
	_, err = NewBatchOrder(s, 100)
	recordtest.CheckError(t, err, []string{"batch = 30", "nearest", "25"})
}

// TestBatchOrderGolden pins the order: another one would silently change every record.
func TestBatchOrderGolden(t *testing.T) {
	o, err := NewBatchOrder(record.DefaultSpec(), 60_000)
	if err != nil {
		t.Fatal(err)
	}
	for step, want := range map[int][]int32{
		0:      {35465, 8072, 20096, 3308},
		59_999: {31796, 54551, 54800, 38261},
	} {
		if got := o.Batch(step)[:4]; !slices.Equal(got, want) {
			t.Errorf("step %d: %v, want %v", step, got, want)
		}
	}
}
