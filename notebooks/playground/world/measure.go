// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package world

import (
	"math"
	"slices"

	"coherentgradients/cgkit/twin"
)

// Measures are what a world shows at a step. Shares are from 0 to 1; a share of no examples is NaN.
type Measures struct {
	Step            int
	TestAccuracy    float64 // against the test examples' true labels
	PristineLearned float64 // share of the pristine training examples that are predicted as labelled
	CorruptLearned  float64 // the same of the corrupt ones, with their wrong labels
	TrainLoss       float64 // mean over the training examples, labels as given
	PristineShare   float64 // f^p = ⟨g, g^p⟩/⟨g, g⟩ over all training examples; f^c is 1 − f^p
}

// Measure measures a world as it stands, on all its examples.
func (w *World) Measure() Measures {
	m := Measures{Step: w.Step}
	var right, count [2]float64
	sums := [2][]float64{make([]float64, len(w.Net.Params)), make([]float64, len(w.Net.Params))}
	for i, x := range w.Train.X {
		group := 0
		if w.Corrupt[i] {
			group = 1
		}
		loss, guess := w.Net.AddGradient(&w.pass, x, w.Given[i], sums[group], 1)
		m.TrainLoss += loss / float64(len(w.Given))
		count[group]++
		if guess == w.Given[i] {
			right[group]++
		}
	}
	m.PristineLearned, m.CorruptLearned = right[0]/count[0], right[1]/count[1]
	var gp, gg float64
	for i, p := range sums[0] {
		g := p + sums[1][i]
		gp += g * p
		gg += g * g
	}
	m.PristineShare = gp / gg
	for i, x := range w.Test.X {
		if _, guess := w.Net.Loss(&w.pass, x, w.Test.Labels[i]); guess == w.Test.Labels[i] {
			m.TestAccuracy += 1 / float64(len(w.Test.X))
		}
	}
	return m
}

// Votes are the gradients of one weight on all training examples, as they are at this step, and where the rule would
// clamp or cut them if all were one batch.
type Votes struct {
	Gradients []float64 // [train], in the order of the examples
	Low, High float64   // the c-th and the (100−c)-th percentile; ±Inf for rules that clamp nothing
	Mean      float64   // what plain descent would follow
	Rule      float64   // what this world's rule would
}

// Votes returns what the training examples want of a parameter, counted from 0 through [twin.Net.Params].
func (w *World) Votes(parameter int) Votes {
	var v Votes
	gradient := make([]float64, len(w.Net.Params)) // of one example: those of all would be hundreds of times as much
	for i, x := range w.Train.X {
		clear(gradient)
		w.Net.AddGradient(&w.pass, x, w.Given[i], gradient, 1)
		v.Gradients = append(v.Gradients, gradient[parameter])
	}
	v.Low, v.High = w.thresholds(slices.Clone(v.Gradients))
	v.Mean = twin.Mean(v.Gradients)
	v.Rule = w.rule(slices.Clone(v.Gradients))
	return v
}

func (w *World) thresholds(values []float64) (low, high float64) {
	switch w.Config.Rule {
	case "winsorize", "trimmed-mean":
		return twin.Thresholds(values, w.Config.C)
	case "median":
		middle := twin.Median(values)
		return middle, middle
	}
	return math.Inf(-1), math.Inf(1)
}

// Disputed is the parameter that the rule changes most: the largest distance between the mean of its gradients over all
// training examples and what the rule makes of them; for plain descent, what winsorizing 10 % would make of them.
func (w *World) Disputed() (parameter int) {
	rule := w.rule
	if w.Config.Rule == "mean" || w.Config.C == 0 && w.Config.Rule != "median" {
		rule = twin.Winsorize(10)
	}
	w.grads.Take(w.Net, w.Train.X, w.Given)
	var column []float64
	largest := -1.0
	for i := range w.Net.Params {
		column = append(column[:0], w.grads.Of(i)...)
		plain := twin.Mean(column)
		if distance := math.Abs(plain - rule(column)); distance > largest {
			parameter, largest = i, distance
		}
	}
	return parameter
}

// Map writes the probability of class 1 over the plane, from 0 to 255, row by row from the top: the middle of pixel
// (0, 0) lies near (−1, 1). It is for data sets of points, with pixels of length side².
func (w *World) Map(pixels []byte, side int) {
	for row := range side {
		for column := range side {
			x := []float64{(2*float64(column)+1)/float64(side) - 1, 1 - (2*float64(row)+1)/float64(side)}
			pixels[row*side+column] = uint8(math.Round(255 * w.Net.Probabilities(&w.pass, x)[1]))
		}
	}
}

// Guess is the class that the net finds likeliest.
func (w *World) Guess(x []float64) int {
	_, guess := w.Net.Loss(&w.pass, x, 0)
	return guess
}
