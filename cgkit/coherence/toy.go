// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence

import "slices"

// ToySize is the number of features of the [Toy], and ToyExamples that of its training examples; a fifth example is the
// test.
const (
	ToySize     = 6
	ToyExamples = 4
)

// Toy is the linear problem of the Generalization Mystery paper: six weights that start at 0, square loss (w·x − y)²,
// four training examples and a test one, with labels y = 1, −1, −1, 1 and −1. In the real world each example has a
// feature of its own and one that all share, x_i = y_i (e_i + e_6); in the random world it has the first alone,
// x_i = y_i e_i. Both training sets can be fitted; only the first one's fit says anything about a new example.
//
// Gradient descent from 0 ends at the solution of least norm. Real: w_6 = 4/5, w_1 … w_4 = 1/5, w_5 = 0, and the test
// loss is (1 − 4/5)² = 1/25. Random: w_1 … w_4 = 1, w_5 = w_6 = 0, and the test loss stays 1.
//
// With the median over the examples, coordinate by coordinate, in place of the mean, only what more than half of them
// ask for is learned. Real: w_6 = 1 alone, and the test loss is 0. Random: nothing.
type Toy struct{ Random bool }

var toyLabels = [ToyExamples + 1]float64{1, -1, -1, 1, -1}

// Example returns training example i, 0 to 3, or the test example, 4.
func (t Toy) Example(i int) (x [ToySize]float64, y float64) {
	y = toyLabels[i]
	x[i] = y
	if !t.Random {
		x[ToySize-1] = y
	}
	return x, y
}

// Gradients are those of the four training examples' own losses at w.
func (t Toy) Gradients(w [ToySize]float64) [][]float64 {
	list := make([][]float64, ToyExamples)
	for i := range list {
		x, y := t.Example(i)
		list[i] = make([]float64, ToySize)
		for k, v := range x {
			list[i][k] = 2 * (dot(w, x) - y) * v // ∂(w·x − y)²/∂w
		}
	}
	return list
}

// TrainLoss is the mean loss of the training examples at w, TestLoss that of the test example.
func (t Toy) TrainLoss(w [ToySize]float64) float64 {
	var sum float64
	for i := range ToyExamples {
		sum += t.loss(w, i)
	}
	return sum / ToyExamples
}

// TestLoss is the loss of the test example at w.
func (t Toy) TestLoss(w [ToySize]float64) float64 { return t.loss(w, ToyExamples) }

func (t Toy) loss(w [ToySize]float64, i int) float64 {
	x, y := t.Example(i)
	return (dot(w, x) - y) * (dot(w, x) - y)
}

// Descend makes updates w ← w − rate·combine(values of one coordinate over the examples), from w = 0, and returns the
// weights after 0, 1, … steps updates. See [Mean] and [Median] for combine. Rates up to 0.4 converge.
func (t Toy) Descend(steps int, rate float64, combine func(values []float64) float64) [][ToySize]float64 {
	path := make([][ToySize]float64, 1, steps+1)
	for range steps {
		w := path[len(path)-1]
		gradients := t.Gradients(w)
		column := make([]float64, ToyExamples)
		for k := range w {
			for i, g := range gradients {
				column[i] = g[k]
			}
			w[k] -= rate * combine(column)
		}
		path = append(path, w)
	}
	return path
}

// Mean of some values: gradient descent on the mean loss. At least one value.
func Mean(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// Median of some values; of an even number of them the mean of the middle two. At least one value; it is not changed.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

func dot(a, b [ToySize]float64) float64 {
	var sum float64
	for k, v := range a {
		sum += v * b[k]
	}
	return sum
}
