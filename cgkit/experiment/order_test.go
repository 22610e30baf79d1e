// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"testing"
)

func TestBatchOrderIsEachExampleOnceAnEpoch(t *testing.T) {
	s := with(func(s *Spec) { s.Batch = 20 })
	o, err := NewBatchOrder(s, 100)
	if err != nil {
		t.Fatal(err)
	}
	if o.StepsPerEpoch() != 5 {
		t.Errorf("StepsPerEpoch = %d", o.StepsPerEpoch())
	}
	var epochs [][]int32
	for epoch := range 3 {
		var all []int32
		for step := range 5 {
			batch := o.Batch(5*epoch + step)
			if len(batch) != 20 {
				t.Fatalf("a batch of %d", len(batch))
			}
			all = append(all, batch...)
		}
		if !slices.Equal(all, o.Epoch(epoch)) {
			t.Error("an epoch is not its batches")
		}
		epochs = append(epochs, slices.Clone(all))
		slices.Sort(all)
		for i, index := range all {
			if int(index) != i {
				t.Fatalf("epoch %d: example %d is at place %d of the sorted ones", epoch, index, i)
			}
		}
	}
	if slices.Equal(epochs[0], epochs[1]) || slices.Equal(epochs[1], epochs[2]) {
		t.Error("epochs are not reshuffled")
	}
	// Any step without those before, from a fresh order, also backwards.
	fresh, _ := NewBatchOrder(s, 100)
	for step := 14; step >= 0; step-- {
		if want := epochs[step/5][step%5*20:][:20]; !slices.Equal(fresh.Batch(step), want) {
			t.Errorf("step %d differs when asked for alone", step)
		}
	}
	s.Seed = 2
	other, _ := NewBatchOrder(s, 100)
	if slices.Equal(other.Epoch(0), epochs[0]) {
		t.Error("the seed does not change the order")
	}
	s.Batch = 30
	_, err = NewBatchOrder(s, 100)
	checkError(t, err, []string{"batch = 30", "nearest", "25"})
}

// TestBatchOrderGolden pins the order: another one would silently change every record.
func TestBatchOrderGolden(t *testing.T) {
	o, err := NewBatchOrder(DefaultSpec(), 60_000)
	if err != nil {
		t.Fatal(err)
	}
	for step, want := range map[int][]int32{
		0:      {35465, 8072, 20096, 3308},
		59_999: {31796, 54551, 54800, 38261},
	} {
		if got := o.Batch(step)[:4]; !slices.Equal(got, want) {
			t.Errorf("step %d: %v, want %v", step, got, want)
		}
	}
}

// TestShuffleIsUniform looks at where each of five values ends up.
func TestShuffleIsUniform(t *testing.T) {
	const rounds = 20_000
	var at [5][5]float64
	source := Stream(1, "test", 0)
	for range rounds {
		x := []int32{0, 1, 2, 3, 4}
		shuffle(source, x)
		for place, value := range x {
			at[value][place]++
		}
	}
	chi2, expected := 0.0, rounds/5.0
	for _, row := range at {
		for _, n := range row {
			chi2 += (n - expected) * (n - expected) / expected
		}
	}
	if chi2 > 39.25 { // 16 degrees of freedom, 0.1 %; the seed is fixed
		t.Errorf("χ² = %.1f: %v", chi2, at)
	}
}

func TestInitialWeights(t *testing.T) {
	sizes := []int{784, 256, 10}
	for _, test := range []struct {
		init string
		want float64 // times √(in+out)
	}{{InitAuthors, 2}, {InitXavier, math.Sqrt2}} {
		s := with(func(s *Spec) { s.Init = test.init })
		weights, biases, err := InitialWeights(s, sizes)
		if err != nil {
			t.Fatal(err)
		}
		if len(weights) != 2 || len(biases) != 2 {
			t.Fatalf("%d, %d layers", len(weights), len(biases))
		}
		for i, w := range weights {
			in, out := sizes[i], sizes[i+1]
			if len(w) != in*out || len(biases[i]) != out {
				t.Fatalf("layer %d: %d weights, %d biases", i, len(w), len(biases[i]))
			}
			var sum, squares float64
			for _, x := range w {
				sum += float64(x)
				squares += float64(x) * float64(x)
			}
			n := float64(len(w))
			want := test.want / math.Sqrt(float64(in+out))
			// Five standard errors of each; the seed is fixed.
			if got := math.Sqrt(squares / n); math.Abs(got-want) > 5*want/math.Sqrt(2*n) {
				t.Errorf("%s, layer %d: deviation %v, want %v", test.init, i, got, want)
			}
			if mean := sum / n; math.Abs(mean) > 5*want/math.Sqrt(n) {
				t.Errorf("%s, layer %d: mean %v", test.init, i, mean)
			}
			for _, b := range biases[i] {
				if b != 0 {
					t.Errorf("bias %v", b)
				}
			}
		}
	}
	if Deviation("zero", 1, 1) != 0 {
		t.Error("an unknown init has a deviation")
	}
	_, _, err := InitialWeights(with(func(s *Spec) { s.Init = "zero" }), sizes)
	checkError(t, err, []string{`"zero"`, "authors"})
	_, _, err = InitialWeights(DefaultSpec(), []int{784})
	checkError(t, err, []string{"[784]"})
	_, _, err = InitialWeights(DefaultSpec(), []int{784, 0})
	checkError(t, err, []string{"[784 0]", "at least 1"})
}

// TestInitialWeightsGolden pins the weights that every record starts from.
func TestInitialWeightsGolden(t *testing.T) {
	weights, _, err := InitialWeights(DefaultSpec(), []int{784, 256, 256, 256, 10})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	for _, w := range weights {
		if err := binary.Write(sum, binary.LittleEndian, w); err != nil {
			t.Fatal(err)
		}
	}
	const want = "6bc583c4427aa10cf434aa084154bf81a7a3fc6a790e6b73d6baf86e4d084c09"
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		t.Errorf("sha256 = %s, want %s", got, want)
	}
}
