// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"
	"coherentgradients/datasets/random"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
)

// Backend is what cells that build graphs of their own compute on.
func Backend() compute.Backend {
	b, _, err := backend.Open()
	must(err)
	return b
}

// OpenFirst returns the notebook's data set where $CG_DATASET names one, else the first of these that is to be had. It
// says in one line which it goes on with where that is not the first.
func OpenFirst(names ...string) *datasets.Set {
	if os.Getenv("CG_DATASET") != "" || len(names) == 0 {
		return Open()
	}
	ctx, stop := run.Interruptible(context.Background())
	defer stop()
	for _, name := range names[:len(names)-1] {
		set, err := datasets.Open(ctx, name, data())
		if err == nil {
			return set
		}
		if !errors.Is(err, datasets.ErrMissing) {
			must(err)
		}
		if !saidOther {
			saidOther = true
			fmt.Printf("%s is not to be had here, so this is on %s: connect to the network, or see environment.md on CG_DATA\n", name, names[len(names)-1])
		}
	}
	set, err := datasets.Open(ctx, names[len(names)-1], data())
	must(err)
	return set
}

// saidOther is whether this program has said that it goes on with another set.
var saidOther bool

// Data are the examples of a set as tensors, a share of the training labels permuted: for cells with a training loop of
// their own. What it draws depends on the set and the noise alone.
type Data struct {
	Set *datasets.Set

	noise *datasets.LabelNoise
	epoch int   // how many were begun
	order []int // what is left of the last one
}

// NewData makes the labels as runs at the same noise with seed 1 have them.
func NewData(set *datasets.Set, noise float64) *Data {
	labels, err := datasets.NewLabelNoise(set.Train.Labels, noise, 1)
	must(err)
	return &Data{Set: set, noise: labels}
}

// Batch is some examples.
type Batch struct {
	// Images are [m, height, width, channels], from 0 to 1; Labels [m, 1], as training sees them.
	Images, Labels *tensors.Tensor
	// Given are the labels once more, and Original what they were before the permutation.
	Given, Original []int
	// Pixels are the pictures as [plots.Digits] takes them.
	Pixels [][]uint8

	choose func(chosen []int) *Batch
}

// Choose returns some of the examples, by their places in the batch.
func (b *Batch) Choose(places []int) *Batch {
	for _, i := range places {
		if i < 0 || i >= len(b.Given) {
			must(fmt.Errorf("example %d of a batch of %d: choose 0 to %d", i, len(b.Given), len(b.Given)-1))
		}
	}
	return b.choose(places)
}

// Next returns the next m examples, in the order of runs with seed 1: drawn anew for each epoch, and what an epoch's end
// leaves is passed over.
func (d *Data) Next(m int) *Batch {
	n := d.Set.Train.Len()
	if m < 1 || m > n {
		must(fmt.Errorf("a batch of %d examples: choose 1 to %d", m, n))
	}
	if len(d.order) < m {
		d.order = first(n, n)
		random.Shuffle(random.Stream(1, "order", d.epoch), d.order) // as in package run
		d.epoch++
	}
	chosen := slices.Clone(d.order[:m])
	d.order = d.order[m:]
	return d.batch(d.Set.Train, d.noise.Given, d.noise.Original, chosen)
}

// Train returns the first n training examples, and Test the first n test examples, whose labels are right; fewer where
// there are fewer.
func (d *Data) Train(n int) *Batch {
	return d.batch(d.Set.Train, d.noise.Given, d.noise.Original, first(n, d.Set.Train.Len()))
}

// Test is [Data.Train] of the test examples.
func (d *Data) Test(n int) *Batch {
	return d.batch(d.Set.Test, d.Set.Test.Labels, d.Set.Test.Labels, first(n, d.Set.Test.Len()))
}

func first(n, of int) []int {
	chosen := make([]int, min(max(n, 1), of))
	for i := range chosen {
		chosen[i] = i
	}
	return chosen
}

func (d *Data) batch(split datasets.Split, given, original []uint8, chosen []int) *Batch {
	b := &Batch{choose: func(places []int) *Batch {
		among := make([]int, len(places))
		for i, place := range places {
			among[i] = chosen[place]
		}
		return d.batch(split, given, original, among)
	}}
	values := make([]float32, 0, len(chosen)*d.Set.Features())
	labels := make([]int32, len(chosen))
	for i, e := range chosen {
		pixels := planesOf(d.Set, split, e)
		for _, p := range pixels {
			values = append(values, float32(p)/255)
		}
		labels[i] = int32(given[e])
		b.Given, b.Original, b.Pixels = append(b.Given, int(given[e])), append(b.Original, int(original[e])), append(b.Pixels, pixels)
	}
	b.Images = tensors.FromFlatDataAndDimensions(values, len(chosen), d.Set.Height, d.Set.Width, d.Set.Channels)
	b.Labels = tensors.FromFlatDataAndDimensions(labels, len(chosen), 1)
	return b
}

// ForTrainer is the batch as GoMLX's Trainer takes it.
func (b *Batch) ForTrainer() train.Batch {
	return train.Batch{Inputs: []*tensors.Tensor{b.Images}, Labels: []*tensors.Tensor{b.Labels}}
}
