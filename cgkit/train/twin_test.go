// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"math"
	"slices"
	"strings"

	"coherentgradients/cgkit/models"
)

// twin is the engine written out, slow and plain: float64, one example at a time, a sort for every coordinate.
type twin struct {
	p      run.Problem
	sizes  []int
	params map[string][]float64
}

func newTwin(p run.Problem, state map[string]run.Array) *twin {
	t := &twin{p: p, sizes: append(append([]int{p.Set.Features()}, p.Spec.Hidden...), p.Set.Classes), params: map[string][]float64{}}
	for name, array := range state {
		if !isParameter(name) {
			continue
		}
		for _, v := range array.Data.([]float32) {
			t.params[name] = append(t.params[name], float64(v))
		}
	}
	return t
}

// forward returns what enters each layer, and the logits last.
func (t *twin) forward(pixels []uint8) [][]float64 {
	x := make([]float64, len(pixels))
	for i, v := range pixels {
		x[i] = float64(v) / 255
	}
	values := [][]float64{x}
	for l := range len(t.sizes) - 1 {
		w, b := t.params[paramName(2*l)], t.params[paramName(2*l+1)]
		next := slices.Clone(b)
		for j := range next {
			for i, v := range x {
				next[j] += v * w[i*len(b)+j]
			}
			if l < len(t.sizes)-2 {
				next[j] = max(next[j], 0)
			}
		}
		x = next
		values = append(values, x)
	}
	return values
}

func softmax(logits []float64) []float64 {
	top := slices.Max(logits)
	var sum float64
	p := make([]float64, len(logits))
	for i, v := range logits {
		p[i] = math.Exp(v - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func (t *twin) gradient(pixels []uint8, label uint8) map[string][]float64 {
	values := t.forward(pixels)
	delta := softmax(values[len(values)-1])
	delta[label]--
	g := map[string][]float64{}
	for l := len(t.sizes) - 2; l >= 0; l-- {
		x, w := values[l], t.params[paramName(2*l)]
		gw, back := make([]float64, len(w)), make([]float64, len(x))
		for i, v := range x {
			for j, d := range delta {
				gw[i*len(delta)+j] = v * d
				back[i] += w[i*len(delta)+j] * d
			}
			if v <= 0 {
				back[i] = 0 // of ReLU; the input layer's is not used
			}
		}
		g[paramName(2*l)], g[paramName(2*l+1)] = gw, delta
		delta = back
	}
	return g
}

// step makes one winsorized update on the examples with the given indices.
func (t *twin) step(batch []int32) {
	features := t.p.Set.Features()
	var gradients []map[string][]float64
	for _, e := range batch {
		gradients = append(gradients, t.gradient(t.p.Set.Train.Pixels[int(e)*features:(int(e)+1)*features], t.p.Noise.Given[e]))
	}
	m := float64(len(batch))
	for name, w := range t.params {
		for i := range w {
			var column []float64
			for _, g := range gradients {
				column = append(column, g[name][i])
			}
			sorted := slices.Sorted(slices.Values(column))
			low := sorted[int(math.RoundToEven(t.p.Spec.C/100*(m-1)))]
			high := sorted[int(math.RoundToEven((100-t.p.Spec.C)/100*(m-1)))]
			var sum float64
			for _, v := range column {
				sum += min(max(v, low), high)
			}
			w[i] -= t.p.Spec.LearningRate * sum / m
		}
	}
}

func (t *twin) evaluate() record.Evaluation {
	var e record.Evaluation
	var pristine, corrupt, pristineRight, corruptRight float64
	features := t.p.Set.Features()
	measure := func(pixels, labels []uint8, each func(i int, right bool)) (accuracy, loss float64) {
		n := float64(len(labels))
		for i, label := range labels {
			logits := t.forward(pixels[i*features : (i+1)*features])
			p := softmax(logits[len(logits)-1])
			right := slices.Index(p, slices.Max(p)) == int(label)
			loss -= math.Log(p[label]) / n
			if right {
				accuracy += 1 / n
			}
			if each != nil {
				each(i, right)
			}
		}
		return accuracy, loss
	}
	e.TrainAccuracy, e.TrainLoss = measure(t.p.Set.Train.Pixels, t.p.Noise.Given, func(i int, right bool) {
		if t.p.Noise.Given[i] == t.p.Noise.Original[i] {
			pristine++
			if right {
				pristineRight++
			}
		} else {
			corrupt++
			if right {
				corruptRight++
			}
		}
	})
	e.TestAccuracy, e.TestLoss = measure(t.p.Set.Test.Pixels, t.p.Set.Test.Labels, nil)
	pristineRight /= pristine
	corruptRight /= corrupt
	e.PristineAccuracy, e.CorruptAccuracy = &pristineRight, &corruptRight
	return e
}

// paramName names parameter i of the paper's net, weights and biases in turn.
func paramName(i int) string {
	if i%2 == 0 {
		return models.WeightsName(i / 2)
	}
	return models.BiasesName(i / 2)
}

func isParameter(name string) bool {
	return strings.HasPrefix(name, "weights_") || strings.HasPrefix(name, "biases_")
}
