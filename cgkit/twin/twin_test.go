// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package twin_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"coherentgradients/cgkit/twin"
)

// batch are m examples with features that are zero at times, as pixels are.
func batch(random *rand.Rand, m, features, classes int) (inputs [][]float64, labels []int) {
	for range m {
		x := make([]float64, features)
		for i := range x {
			x[i] = max(0, random.NormFloat64())
		}
		inputs, labels = append(inputs, x), append(labels, random.IntN(classes))
	}
	return inputs, labels
}

// Each example's gradient is the slope of its own loss.
func TestGradientsAreSlopes(t *testing.T) {
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 1))
		sizes := []int{1 + random.IntN(5), 1 + random.IntN(6), 1 + random.IntN(6), 2 + random.IntN(3)}[seed%3:]
		n := twin.New(random, sizes...)
		for l := range n.Layers() { // biases too, so that no unit sits at ReLU's corner
			_, biases := n.Layer(l)
			for i := range biases {
				biases[i] = random.NormFloat64()
			}
		}
		inputs, labels := batch(random, 4, sizes[0], sizes[len(sizes)-1])
		var g twin.Gradients
		var p twin.Pass
		g.Take(n, inputs, labels)
		for i := range n.Params {
			for e := range inputs {
				const h = 1e-6
				was := n.Params[i]
				n.Params[i] = was + h
				up, _ := n.Loss(&p, inputs[e], labels[e])
				n.Params[i] = was - h
				down, _ := n.Loss(&p, inputs[e], labels[e])
				n.Params[i] = was
				if want := (up - down) / (2 * h); math.Abs(g.Of(i)[e]-want) > 1e-7 {
					t.Fatalf("net %v, parameter %d, example %d: gradient %v, slope %v", sizes, i, e, g.Of(i)[e], want)
				}
			}
		}
	}
}

// A large logit is no overflow, and a probability of zero no infinite loss.
func TestLossOfSureNets(t *testing.T) {
	n := twin.Zero(1, 2)
	weights, _ := n.Layer(0)
	weights[0], weights[1] = 2000, -2000
	var p twin.Pass
	for label, want := range []float64{0, 4000} {
		if loss, guess := n.Loss(&p, []float64{1}, label); loss != want || guess != 0 {
			t.Errorf("label %d: loss %v, guess %d; want %v and 0", label, loss, guess, want)
		}
	}
}

func TestRules(t *testing.T) {
	up := func(m int) []float64 { // 0, 1, … m−1, but shuffled
		v := make([]float64, m)
		for i, j := range rand.New(rand.NewPCG(1, 2)).Perm(m) {
			v[i] = float64(j)
		}
		return v
	}
	for _, c := range []struct {
		name string
		rule twin.Rule
		in   []float64
		want float64
	}{
		{"mean", twin.Mean, up(100), 49.5},
		{"winsorize, 0", twin.Winsorize(0), up(100), 49.5},
		{"winsorize, an outlier", twin.Winsorize(10), []float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1000}, 0},
		{"winsorize, clamped and not dropped", twin.Winsorize(25), []float64{0, 1, 2, 3, 100}, 2},
		{"trimmed mean", twin.TrimmedMean(25), []float64{-9, 1, 2, 6, 100}, 3},
		{"trimmed mean, ties", twin.TrimmedMean(25), []float64{5, 5, 5, 5, 9}, 5},
		{"median, odd", twin.Median, []float64{3, 1, 100}, 3},
		{"median, even", twin.Median, []float64{3, 1, 100, 2}, 2.5},
		{"one value", twin.Winsorize(40), []float64{7}, 7},
	} {
		if got := c.rule(c.in); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		m         int
		c         float64
		low, high float64
	}{{100, 2, 2, 97}, {26, 2, 0, 24}, {100, 0, 0, 99}, {3, 25, 0, 2}, {101, 8, 8, 92}} {
		if low, high := twin.Thresholds(up(c.m), c.c); low != c.low || high != c.high {
			t.Errorf("m = %d, c = %v: sorted values %v and %v, want %v and %v", c.m, c.c, low, high, c.low, c.high)
		}
	}
}

// Thresholds are what a sort of the values gives, and the values stay the same ones.
func TestThresholdsAreSortedValues(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		m, c := 1+random.IntN(40), 50*random.Float64()
		values := make([]float64, m)
		for i := range values {
			values[i] = float64(random.IntN(12)) // ties
		}
		sorted := slices.Sorted(slices.Values(values))
		low, high := twin.Thresholds(values, c)
		i, j := int(math.RoundToEven(c/100*float64(m-1))), int(math.RoundToEven((100-c)/100*float64(m-1)))
		if low != sorted[i] || high != sorted[j] {
			t.Fatalf("m = %d, c = %v: %v and %v, want %v and %v", m, c, low, high, sorted[i], sorted[j])
		}
		slices.Sort(values)
		if !slices.Equal(values, sorted) {
			t.Fatalf("m = %d, c = %v: the values have changed", m, c)
		}
	}
}

func ExampleGradients() {
	n := twin.New(rand.New(rand.NewPCG(1, 1)), 2, 8, 2)
	inputs, labels := [][]float64{{0, 1}, {1, 0}, {1, 1}}, []int{1, 1, 0}
	var g twin.Gradients
	for range 500 {
		g.Take(n, inputs, labels)
		g.Descend(n, 0.5, twin.Mean)
	}
	var p twin.Pass
	for i, x := range inputs {
		_, guess := n.Loss(&p, x, labels[i])
		fmt.Println(guess == labels[i])
	}
	// Output:
	// true
	// true
	// true
}
