// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"strings"

	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/cgkit/twin"
)

// slow is the engine written out by package twin: float64, one example at a time, every coordinate by itself.
type slow struct {
	p      run.Problem
	net    *twin.Net
	params map[string][]float64 // the net's own, by the engine's names
	pass   twin.Pass
}

func newTwin(p run.Problem, state map[string]run.Array) *slow {
	sizes := append(append([]int{p.Set.Features()}, p.Spec.Hidden...), p.Set.Classes)
	t := &slow{p: p, net: twin.Zero(sizes...)}
	t.params = t.byName(t.net.Params)
	for name, params := range t.params {
		for i, v := range state[name].Data.([]float32) {
			params[i] = float64(v)
		}
	}
	return t
}

// byName cuts what is laid out as the net's parameters are into the engine's parameters.
func (t *slow) byName(values []float64) map[string][]float64 {
	cut := map[string][]float64{}
	for l := range t.net.Layers() {
		weights, biases := t.net.Sizes[l]*t.net.Sizes[l+1], t.net.Sizes[l+1]
		cut[paramName(2*l)], cut[paramName(2*l+1)] = values[:weights], values[weights:weights+biases]
		values = values[weights+biases:]
	}
	return cut
}

func floats(pixels []uint8) []float64 {
	x := make([]float64, len(pixels))
	for i, v := range pixels {
		x[i] = float64(v) / 255
	}
	return x
}

func (t *slow) gradient(pixels []uint8, label uint8) map[string][]float64 {
	g := make([]float64, len(t.net.Params))
	t.net.AddGradient(&t.pass, floats(pixels), int(label), g, 1)
	return t.byName(g)
}

// step makes one winsorized update on the examples with the given indices.
func (t *slow) step(batch []int32) {
	features := t.p.Set.Features()
	var inputs [][]float64
	var labels []int
	for _, e := range batch {
		inputs = append(inputs, floats(t.p.Set.Train.Pixels[int(e)*features:(int(e)+1)*features]))
		labels = append(labels, int(t.p.Noise.Given[e]))
	}
	var g twin.Gradients
	g.Take(t.net, inputs, labels)
	g.Descend(t.net, t.p.Spec.LearningRate, twin.Winsorize(t.p.Spec.C))
}

func (t *slow) evaluate() record.Evaluation {
	var e record.Evaluation
	var pristine, corrupt, pristineRight, corruptRight float64
	features := t.p.Set.Features()
	measure := func(pixels, labels []uint8, each func(i int, right bool)) (accuracy, loss float64) {
		n := float64(len(labels))
		for i, label := range labels {
			l, guess := t.net.Loss(&t.pass, floats(pixels[i*features:(i+1)*features]), int(label))
			right := guess == int(label)
			loss += l / n
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
