// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"coherentgradients/datasets/random"
)

// ByHardness are the numbers of examples, the easiest first, by the scores of several runs on them: those that were
// learned and kept early, by the mean of their steps' places in the runs' schedule, never being behind all; among equals
// those with the larger mean margin; then as they stand. It is an error if the runs are of different examples.
func ByHardness(runs []*Examples, schedule []int) ([]int32, error) {
	if len(runs) == 0 {
		return nil, errors.New("no run to tell easy from hard examples by")
	}
	n := runs[0].Len()
	places, margins := make([]int, n), make([]float64, n)
	for _, e := range runs {
		if !slices.Equal(e.Given, runs[0].Given) {
			return nil, errors.New("the runs to tell easy from hard examples by are on different labels")
		}
		for i, step := range e.Kept {
			place := len(schedule)
			if step >= 0 {
				place, _ = slices.BinarySearch(schedule, int(step))
			}
			places[i] += place
			margins[i] += float64(e.AUM[i])
		}
	}
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(places[a], places[b]), cmp.Compare(margins[b], margins[a]))
	})
	return order, nil
}

// Halves are examples of a training set: easy and hard ones, each to train on and others to test on, the same number of
// every class, class by class.
type Halves struct{ EasyTrain, EasyTest, HardTrain, HardTest []int32 }

// SplitByHardness takes, of each class, the first 2·each examples of an order from easy to hard and the last 2·each, and
// draws half of either to train on: the draw depends on the seed and the class. A class with fewer than 4·each
// examples is an error.
func SplitByHardness(order []int32, labels []uint8, classes, each int, seed int64) (*Halves, error) {
	members := make([][]int32, classes)
	for _, i := range order {
		members[labels[i]] = append(members[labels[i]], i)
	}
	h := &Halves{}
	for k, list := range members {
		if len(list) < 4*each {
			return nil, fmt.Errorf("class %d has %d examples, and easy and hard ones need %d", k, len(list), 4*each)
		}
		draw := func(purpose string, some []int32) (train, test []int32) {
			some = slices.Clone(some)
			random.Shuffle(random.Stream(seed, purpose, k), some)
			return some[:each], some[each:]
		}
		train, test := draw("easy examples", list[:2*each])
		h.EasyTrain, h.EasyTest = append(h.EasyTrain, train...), append(h.EasyTest, test...)
		train, test = draw("hard examples", list[len(list)-2*each:])
		h.HardTrain, h.HardTest = append(h.HardTrain, train...), append(h.HardTest, test...)
	}
	return h, nil
}

// Of are the examples of a kind, [Easy] or [Hard].
func (h *Halves) Of(kind string) (train, test []int32) {
	if kind == Hard {
		return h.HardTrain, h.HardTest
	}
	return h.EasyTrain, h.EasyTest
}
