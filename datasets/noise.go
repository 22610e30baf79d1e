// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"fmt"
	"slices"

	"coherentgradients/datasets/random"
)

// LabelNoise is a training set's labels after label noise, beside what they were (CG, common set-up; as the authors'
// code does it): each example is chosen with probability Fraction, by a draw of its own, and the labels of the chosen
// ones are permuted among themselves, uniformly. So every class keeps its count, an example that was not chosen keeps
// its label, and a chosen one may keep its label by luck.
//
// Pristine examples are those whose label is unchanged, the lucky ones included; the others are corrupt.
// With ten balanced classes about 0.9·Fraction of the examples become corrupt.
type LabelNoise struct {
	Given    []uint8 // the labels to train on, [n]
	Original []uint8 // the labels before, [n]
	Chosen   []bool  // which examples took part in the permutation, [n]
	Fraction float64 // the probability ε of being chosen, in [0, 1]
	Seed     uint64

	// GivenTargets and OriginalTargets are in place of Given and Original for sets with a target.
	GivenTargets, OriginalTargets []float32
}

// Streams of the noise's generator. Choosing and permuting draw from separate ones, so that with one seed the examples
// chosen at a smaller fraction are among those chosen at a larger one.
const (
	streamChoose  = 0x6e6f6973652d6368 // "noise-ch"
	streamPermute = 0x6e6f6973652d7065 // "noise-pe"
)

// NewLabelNoise makes label noise of a fraction ε ∈ [0, 1] (0.25 for 25 %) from a seed. It copies labels and leaves
// them unchanged. The same arguments give the same noise on every machine. ε = 0 changes nothing; ε = 1 permutes all
// labels. No labels, or a fraction outside the range or NaN, is an error.
func NewLabelNoise(labels []uint8, fraction float64, seed uint64) (*LabelNoise, error) {
	n, order, err := permuteChosen(len(labels), fraction, seed)
	if err != nil {
		return nil, err
	}
	n.Original, n.Given = slices.Clone(labels), slices.Clone(labels)
	for i, from := range order {
		n.Given[i] = labels[from]
	}
	return n, nil
}

// NewPairFlip makes label noise that depends on the class: each example is chosen with probability fraction, by the same
// draws as [NewLabelNoise], and the label k of a chosen one becomes k+1, the last class's becomes 0. So every chosen
// example is corrupt, and a class's wrong labels are all of one other class. classes is K, from 2 to 256; a label that
// is not below it is an error, as is what NewLabelNoise refuses.
func NewPairFlip(labels []uint8, classes int, fraction float64, seed uint64) (*LabelNoise, error) {
	if classes < 2 || classes > 256 {
		return nil, fmt.Errorf("pair-flip label noise for %d classes, allowed are 2 to 256: use a data set with classes", classes)
	}
	n, _, err := permuteChosen(len(labels), fraction, seed)
	if err != nil {
		return nil, err
	}
	n.Original, n.Given = slices.Clone(labels), slices.Clone(labels)
	for i, label := range labels {
		if int(label) >= classes {
			return nil, fmt.Errorf("label %d of example %d, allowed are 0 to %d: check the data set", label, i, classes-1)
		}
		if n.Chosen[i] {
			n.Given[i] = uint8((int(label) + 1) % classes)
		}
	}
	return n, nil
}

// Corrupt reports whether the label of example i was changed, 0 ≤ i < len(Chosen).
func (n *LabelNoise) Corrupt(i int) bool {
	if n.OriginalTargets != nil {
		return n.GivenTargets[i] != n.OriginalTargets[i]
	}
	return n.Given[i] != n.Original[i]
}

// PristineCount is the number of examples whose label is unchanged.
func (n *LabelNoise) PristineCount() int {
	count := 0
	for i := range n.Chosen {
		if !n.Corrupt(i) {
			count++
		}
	}
	return count
}

// ProperAccuracy is the share of unchanged labels: the training accuracy of a model that is right about every example
// and has memorised none. About 1 − 0.9·Fraction for ten balanced classes.
func (n *LabelNoise) ProperAccuracy() float64 {
	return float64(n.PristineCount()) / float64(len(n.Chosen))
}

// NewTargetNoise is [NewLabelNoise] for targets in place of classes: the targets of the chosen examples are permuted
// among themselves. The same seed chooses and permutes the same examples as it does for classes.
func NewTargetNoise(targets []float32, fraction float64, seed uint64) (*LabelNoise, error) {
	n, order, err := permuteChosen(len(targets), fraction, seed)
	if err != nil {
		return nil, err
	}
	n.OriginalTargets, n.GivenTargets = slices.Clone(targets), slices.Clone(targets)
	for i, from := range order {
		n.GivenTargets[i] = targets[from]
	}
	return n, nil
}

// NoiseOf is [NewLabelNoise] or [NewTargetNoise] for a training set, whichever it has.
func NoiseOf(train Split, fraction float64, seed uint64) (*LabelNoise, error) {
	if train.Targets != nil {
		return NewTargetNoise(train.Targets, fraction, seed)
	}
	return NewLabelNoise(train.Labels, fraction, seed)
}

// permuteChosen chooses among so many examples and permutes the chosen ones: example i is given what belonged to
// order[i].
func permuteChosen(examples int, fraction float64, seed uint64) (n *LabelNoise, order []int32, err error) {
	if !(fraction >= 0 && fraction <= 1) { // so that NaN is refused too
		return nil, nil, fmt.Errorf("label noise %v, allowed are fractions from 0 to 1: use 0.25 for 25 %%", fraction)
	}
	if examples == 0 {
		return nil, nil, fmt.Errorf("label noise for 0 labels, at least 1 is needed: open a data set first")
	}
	n = &LabelNoise{Chosen: make([]bool, examples), Fraction: fraction, Seed: seed}
	choose := newSource(seed, streamChoose)
	order = make([]int32, examples)
	var chosen, deck []int32
	for i := range order {
		order[i] = int32(i)
		if choose.unit() < fraction {
			n.Chosen[i] = true
			chosen, deck = append(chosen, int32(i)), append(deck, int32(i))
		}
	}
	random.Shuffle(&newSource(seed, streamPermute).pcg, deck)
	for k, i := range chosen {
		order[i] = deck[k]
	}
	return n, order, nil
}
