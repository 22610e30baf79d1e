// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package models

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strings"
	"testing"
)

func TestInitialWeights(t *testing.T) {
	sizes := []int{784, 256, 10}
	for _, test := range []struct {
		init string
		want float64 // times √(in+out)
	}{{InitAuthors, 2}, {InitXavier, math.Sqrt2}} {
		weights, biases, err := InitialWeights(test.init, 1, sizes)
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
	for want, c := range map[string]struct {
		init  string
		sizes []int
	}{`"zero"`: {"zero", sizes}, "[784]": {InitAuthors, []int{784}}, "at least 1": {InitAuthors, []int{784, 0}}} {
		if _, _, err := InitialWeights(c.init, 1, c.sizes); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q, %v: %v", c.init, c.sizes, err)
		}
	}
}

// TestInitialWeightsGolden pins the weights that every record starts from.
func TestInitialWeightsGolden(t *testing.T) {
	weights, _, err := InitialWeights(InitAuthors, 1, []int{784, 256, 256, 256, 10})
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
