// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package world

import (
	"math/rand/v2"

	"coherentgradients/cgkit/twin"
)

// World is a net and what it learns from.
type World struct {
	Config  Config
	Train   Examples
	Given   []int  // the labels that are learned from
	Corrupt []bool // whether an example's label is not its own
	Test    Examples
	Net     *twin.Net
	Step    int // updates made

	rule  twin.Rule
	order *rand.Rand
	queue []int // of the examples of this epoch, those still to come
	grads twin.Gradients
	pass  twin.Pass
}

// New makes the world of a config, before its first update.
func New(c Config) (*World, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	stream := func(n uint64) *rand.Rand { return rand.New(rand.NewPCG(c.Seed, n)) }
	w := &World{Config: c, rule: c.rule(), order: stream(4)}
	w.Train, w.Test = draw(stream(1), c.Data, trainSize), draw(stream(2), c.Data, testSize)
	w.Given = permute(stream(3), w.Train.Labels, c.Noise/100)
	for i, label := range w.Given {
		w.Corrupt = append(w.Corrupt, label != w.Train.Labels[i])
	}
	sizes := []int{len(w.Train.X[0])}
	for range c.Depth {
		sizes = append(sizes, c.Width)
	}
	w.Net = twin.New(stream(5), append(sizes, classesOf(c.Data))...)
	return w, nil
}

// next is the next batch: examples in an order that is drawn anew for every epoch, without replacement.
func (w *World) next() []int {
	m := w.Config.Batch
	if len(w.queue) < m {
		w.queue = w.order.Perm(len(w.Given))
	}
	batch := w.queue[:m]
	w.queue = w.queue[m:]
	return batch
}

// Advance makes n updates.
func (w *World) Advance(n int) {
	inputs, labels := make([][]float64, w.Config.Batch), make([]int, w.Config.Batch)
	for range n {
		for i, e := range w.next() {
			inputs[i], labels[i] = w.Train.X[e], w.Given[e]
		}
		w.grads.Take(w.Net, inputs, labels)
		w.grads.Descend(w.Net, w.Config.Rate, w.rule)
		w.Step++
	}
}
