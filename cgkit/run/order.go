// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"fmt"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets/random"
)

// BatchOrder says which training examples each update sees: every epoch a new permutation of all of them, cut into
// batches, without replacement. It follows from the seed alone, so the batch of any step is found without those before.
//
// Epoch e's order is the permutation that [random.Stream](seed, "order", e) makes of 0, 1, … examples−1. A BatchOrder
// keeps the last epoch's order and is not for use by several goroutines at once.
type BatchOrder struct {
	seed            int64
	examples, batch int
	epoch           int // of order, −1 before the first
	order           []int32
}

// NewBatchOrder returns the order of a spec on that many training examples. It refuses what
// [record.Spec.ValidateData] refuses.
func NewBatchOrder(s record.Spec, examples int) (*BatchOrder, error) {
	if err := s.ValidateData(examples); err != nil {
		return nil, err
	}
	if int(int32(examples)) != examples {
		return nil, fmt.Errorf("%d training examples: at most 2147483647", examples)
	}
	return &BatchOrder{seed: s.Seed, examples: examples, batch: s.Batch, epoch: -1, order: make([]int32, examples)}, nil
}

// Batch returns the indices, [batch], of the examples of the update that leads from step to step+1; step ≥ 0. The
// slice is valid until the next call and must not be changed.
func (o *BatchOrder) Batch(step int) []int32 {
	perEpoch := o.StepsPerEpoch()
	start := step % perEpoch * o.batch
	return o.Epoch(step / perEpoch)[start : start+o.batch]
}

// Epoch returns the order, [examples], of an epoch, counted from 0: its batches one after the other. The slice is valid
// until the next call and must not be changed.
func (o *BatchOrder) Epoch(epoch int) []int32 {
	if epoch != o.epoch {
		for i := range o.order {
			o.order[i] = int32(i)
		}
		random.Shuffle(random.Stream(o.seed, "order", epoch), o.order)
		o.epoch = epoch
	}
	return o.order
}

// StepsPerEpoch is the number of updates in which every example is seen once.
func (o *BatchOrder) StepsPerEpoch() int { return o.examples / o.batch }
