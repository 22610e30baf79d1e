// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package twin

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Net is a fully connected net with ReLU between its layers and logits at its end.
type Net struct {
	Sizes  []int     // inputs, hidden layers, classes
	Params []float64 // layer by layer: weights [in, out], then biases [out]
}

// New makes a net with weights drawn from a normal distribution of deviation 2/√(in+out), biases zero, as the authors of
// the paper do. There must be at least two sizes, all positive; anything else panics.
func New(random *rand.Rand, sizes ...int) *Net {
	n := Zero(sizes...)
	for l := range n.Layers() {
		weights, _ := n.Layer(l)
		deviation := 2 / math.Sqrt(float64(sizes[l]+sizes[l+1]))
		for i := range weights {
			weights[i] = deviation * random.NormFloat64()
		}
	}
	return n
}

// Zero makes a net whose parameters are all zero.
func Zero(sizes ...int) *Net {
	if len(sizes) < 2 || slices.Min(sizes) < 1 {
		panic("twin: a net needs at least two sizes, all positive")
	}
	n := &Net{Sizes: slices.Clone(sizes)}
	n.Params = make([]float64, n.offset(n.Layers()))
	return n
}

// Layers is the number of weight matrices.
func (n *Net) Layers() int { return len(n.Sizes) - 1 }

// Layer returns the weights [in, out] and the biases [out] of a layer, counted from 0. They are the net's own.
func (n *Net) Layer(l int) (weights, biases []float64) {
	start, in, out := n.offset(l), n.Sizes[l], n.Sizes[l+1]
	end := start + in*out
	return n.Params[start:end:end], n.Params[end : end+out : end+out]
}

// offset is where the parameters of a layer begin.
func (n *Net) offset(l int) (offset int) {
	for i := range l {
		offset += (n.Sizes[i] + 1) * n.Sizes[i+1]
	}
	return offset
}

// Pass is the memory of a forward and backward pass of one example. The zero value is ready; it is used again and again.
type Pass struct {
	values [][]float64 // what enters each layer, then the logits
	deltas [][]float64 // derivatives of the loss by what leaves each layer, before its ReLU
	prob   []float64
}

func (p *Pass) fit(n *Net) {
	if len(p.values) == len(n.Sizes) && slices.EqualFunc(p.values[1:], n.Sizes[1:], func(v []float64, size int) bool { return len(v) == size }) {
		return
	}
	p.values, p.deltas = make([][]float64, len(n.Sizes)), make([][]float64, n.Layers())
	for l := range n.Layers() {
		p.values[l+1], p.deltas[l] = make([]float64, n.Sizes[l+1]), make([]float64, n.Sizes[l+1])
	}
	p.prob = make([]float64, n.Sizes[len(n.Sizes)-1])
}

// Logits runs the net on one example, features long. The result is the pass's own, until its next use.
func (n *Net) Logits(p *Pass, x []float64) []float64 {
	p.fit(n)
	p.values[0] = x
	for l := range n.Layers() {
		weights, biases := n.Layer(l)
		in, out := p.values[l], p.values[l+1]
		copy(out, biases)
		for i, v := range in {
			if v == 0 {
				continue
			}
			for j, w := range weights[i*len(out) : (i+1)*len(out)] {
				out[j] += v * w
			}
		}
		if l < n.Layers()-1 {
			for j := range out {
				out[j] = max(out[j], 0)
			}
		}
	}
	return p.values[n.Layers()]
}

// Values are what entered each layer when the pass was last used, and the logits last: ReLU is applied to all between. They
// are the pass's own, until its next use.
func (p *Pass) Values() [][]float64 { return p.values }

// Loss is the softmax cross-entropy of one example, and the class that the net finds likeliest, the first of several.
func (n *Net) Loss(p *Pass, x []float64, label int) (loss float64, guess int) {
	logits := n.Logits(p, x)
	guess, logSum := softmax(p.prob, logits)
	return logSum - logits[label], guess
}

// Probabilities are those of the classes for one example. The result is the pass's own, until its next use.
func (n *Net) Probabilities(p *Pass, x []float64) []float64 {
	softmax(p.prob, n.Logits(p, x))
	return p.prob
}

// softmax writes the probabilities of the classes; it returns the likeliest one, and log Σ exp(logits).
func softmax(prob, logits []float64) (guess int, logSum float64) {
	top := slices.Max(logits)
	var sum float64
	for i, v := range logits {
		prob[i] = math.Exp(v - top)
		sum += prob[i]
	}
	for i := range prob {
		prob[i] /= sum
	}
	return slices.Index(logits, top), top + math.Log(sum)
}

// AddGradient runs one example forward and backward and adds the gradient of its loss to gradient, which is laid out as
// [Net.Params] is, each value stride places after the one before. ReLU's derivative at 0 is 0. It returns what
// [Net.Loss] does.
func (n *Net) AddGradient(p *Pass, x []float64, label int, gradient []float64, stride int) (loss float64, guess int) {
	last := n.Layers() - 1
	logits := n.Logits(p, x)
	guess, logSum := softmax(p.deltas[last], logits)
	loss = logSum - logits[label]
	p.deltas[last][label]--
	for l := last; l >= 0; l-- {
		weights, _ := n.Layer(l)
		in, delta := p.values[l], p.deltas[l]
		at := n.offset(l) * stride
		for _, v := range in {
			if v != 0 {
				for j, d := range delta {
					gradient[at+j*stride] += v * d
				}
			}
			at += len(delta) * stride
		}
		for j, d := range delta {
			gradient[at+j*stride] += d
		}
		if l == 0 {
			break
		}
		below := p.deltas[l-1]
		for i, v := range in {
			below[i] = 0
			if v > 0 {
				for j, d := range delta {
					below[i] += weights[i*len(delta)+j] * d
				}
			}
		}
	}
	return loss, guess
}
