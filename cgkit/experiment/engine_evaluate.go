// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"context"
	"math"

	"coherentgradients/datasets"

	"github.com/gomlx/gomlx/core/tensors"
)

// slabSize is how many examples are evaluated in one call; the last slab is filled up, so that one compiled
// computation does for all.
const slabSize = 2000

// slab is some consecutive examples, kept on the device from the first evaluation on.
type slab struct {
	images, labels *tensors.Tensor
	count          int // of the examples that are not filling
}

// Evaluate measures the net on all training and test examples.
func (e *mlp) Evaluate(ctx context.Context) (Evaluation, error) {
	set, noise := e.problem.Set, e.problem.Noise
	train, err := e.measure(ctx, set.Train, noise.Given)
	if err != nil {
		return Evaluation{}, err
	}
	test, err := e.measure(ctx, set.Test, set.Test.Labels)
	if err != nil {
		return Evaluation{}, err
	}
	evaluation := Evaluation{
		TrainAccuracy: train.accuracy(nil), TrainLoss: train.loss,
		TestAccuracy: test.accuracy(nil), TestLoss: test.loss,
	}
	if corrupt := len(noise.Given) - noise.PristineCount(); corrupt > 0 {
		share := train.accuracy(noise.Corrupt)
		evaluation.CorruptAccuracy = &share
	}
	pristine := func(i int) bool { return !noise.Corrupt(i) }
	if noise.PristineCount() > 0 {
		share := train.accuracy(pristine)
		evaluation.PristineAccuracy = &share
	}
	e.learned.see(e.step, train.right)
	evaluation.Extra = make(map[string]float64)
	if evaluation.PristineAccuracy != nil {
		evaluation.Extra["pristine_learned"] = e.learned.everRight(pristine)
	}
	if evaluation.CorruptAccuracy != nil {
		evaluation.Extra["corrupt_learned"] = e.learned.everRight(noise.Corrupt)
	}
	if err := e.probeNext(evaluation.Extra); err != nil {
		return evaluation, err
	}
	return evaluation, e.measureGradients(ctx, evaluation.Extra)
}

// probeNext measures the rule's effect on the batch of the next update, and leaves out what is not finite: where all
// gradients are zero there is no direction to compare. Rules that remember are left out: what they do is no function of
// one batch.
func (e *mlp) probeNext(into map[string]float64) error {
	if e.probe == nil {
		return nil
	}
	images, labels := e.gather(1, 1)
	defer images.MustFinalizeAll()
	defer labels.MustFinalizeAll()
	args := []any{images, labels}
	for _, p := range e.params {
		args = append(args, p)
	}
	out, err := e.probe.Call(args...)
	if err != nil {
		return err
	}
	for i, name := range []string{"energy_removed", "cosine", "clamped_share"}[:len(out)] {
		if v := float64(tensors.ToScalar[float32](out[i])); !math.IsNaN(v) && !math.IsInf(v, 0) {
			into[name] = v
		}
	}
	return nil
}

// measured is what a net makes of a split.
type measured struct {
	right []bool  // whether each example is predicted as its label
	loss  float64 // mean, in nats
}

// accuracy is the share of right predictions among the examples in group (nil: all).
func (m measured) accuracy(group func(i int) bool) float64 {
	var right, count int
	for i, ok := range m.right {
		if group != nil && !group(i) {
			continue
		}
		count++
		if ok {
			right++
		}
	}
	if count == 0 {
		return 0
	}
	return float64(right) / float64(count)
}

func (e *mlp) measure(ctx context.Context, split datasets.Split, labels []uint8) (measured, error) {
	m := measured{right: make([]bool, 0, split.Len())}
	for _, s := range e.slabsOf(split, labels) {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		args := []any{s.images, s.labels}
		for _, p := range e.params {
			args = append(args, p)
		}
		out, err := e.evaluate.Call(args...)
		if err != nil {
			return m, err
		}
		predictions, err := tensors.CopyFlatData[int32](out[0])
		if err != nil {
			return m, err
		}
		losses, err := tensors.CopyFlatData[float32](out[1])
		if err != nil {
			return m, err
		}
		for i := range s.count {
			m.right = append(m.right, predictions[i] == int32(labels[len(m.right)]))
			m.loss += float64(losses[i]) / float64(split.Len())
		}
		out[0].MustFinalizeAll()
		out[1].MustFinalizeAll()
	}
	return m, nil
}

// slabsOf cuts a split into slabs, once.
func (e *mlp) slabsOf(split datasets.Split, labels []uint8) []slab {
	key := &split.Pixels[0]
	if list, done := e.slabs[key]; done {
		return list
	}
	var list []slab
	features := e.problem.Set.Features()
	for from := 0; from < split.Len(); from += slabSize {
		count := min(slabSize, split.Len()-from)
		pixels := make([]uint8, slabSize*features)
		copy(pixels, split.Pixels[from*features:(from+count)*features])
		given := make([]int32, slabSize)
		for i := range count {
			given[i] = int32(labels[from+i])
		}
		list = append(list, slab{
			images: tensors.FromFlatDataAndDimensions(pixels, slabSize, features),
			labels: tensors.FromFlatDataAndDimensions(given, slabSize),
			count:  count,
		})
	}
	if e.slabs == nil {
		e.slabs = make(map[*uint8][]slab)
	}
	e.slabs[key] = list
	return list
}
