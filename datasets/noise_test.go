// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"testing"
)

func balanced(n int) []uint8 {
	l := make([]uint8, n)
	for i := range l {
		l[i] = uint8(i * 7 % 10)
	}
	return l
}

func TestLabelNoise(t *testing.T) {
	const n = 60_000
	labels := balanced(n)
	for _, fraction := range []float64{0, 0.25, 0.5, 0.75, 1} {
		for seed := range uint64(3) {
			noise, err := NewLabelNoise(labels, fraction, seed)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(labels, balanced(n)) || !bytes.Equal(noise.Original, labels) {
				t.Fatal("the original labels changed")
			}
			var before, after [10]int
			chosen, pristine := 0, 0
			for i := range labels {
				before[noise.Original[i]]++
				after[noise.Given[i]]++
				if noise.Chosen[i] {
					chosen++
				} else if noise.Corrupt(i) {
					t.Fatalf("example %d was not chosen and has another label", i)
				}
				if !noise.Corrupt(i) {
					pristine++
				}
			}
			if before != after {
				t.Errorf("class counts %v became %v", before, after)
			}
			if noise.PristineCount() != pristine || noise.ProperAccuracy() != float64(pristine)/n {
				t.Errorf("pristine %d, want %d", noise.PristineCount(), pristine)
			}
			within(t, "chosen share", float64(chosen)/n, fraction, n)
			within(t, "proper accuracy", noise.ProperAccuracy(), 1-0.9*fraction, n)
			if fraction == 0 && !bytes.Equal(noise.Given, labels) {
				t.Error("no noise changed labels")
			}
			if fraction == 1 && slices.Contains(noise.Chosen, false) {
				t.Error("full noise left an example out")
			}
		}
	}
}

// within checks a share of n independent draws against its expectation, five sigma wide.
func within(t *testing.T, what string, got, want float64, n int) {
	t.Helper()
	if sigma := math.Sqrt(want * (1 - want) / float64(n)); math.Abs(got-want) > 5*sigma {
		t.Errorf("%s %v, want %v within %v", what, got, want, 5*sigma)
	}
}

func TestLabelNoiseIsUniform(t *testing.T) {
	// Each original class must send a tenth of its chosen labels to each class.
	const n = 60_000
	noise, err := NewLabelNoise(balanced(n), 1, 9)
	if err != nil {
		t.Fatal(err)
	}
	var moved [10][10]int
	for i := range noise.Given {
		moved[noise.Original[i]][noise.Given[i]]++
	}
	for _, row := range moved {
		for _, count := range row {
			within(t, "transition", float64(count)/(n/10), 0.1, n/10)
		}
	}
}

func TestLabelNoiseSeeds(t *testing.T) {
	labels := balanced(1000)
	make := func(fraction float64, seed uint64) *LabelNoise {
		noise, err := NewLabelNoise(labels, fraction, seed)
		if err != nil {
			t.Fatal(err)
		}
		return noise
	}
	a, again, other, more := make(0.5, 1), make(0.5, 1), make(0.5, 2), make(0.75, 1)
	if !bytes.Equal(a.Given, again.Given) || !slices.Equal(a.Chosen, again.Chosen) {
		t.Error("one seed gave two kinds of noise")
	}
	if bytes.Equal(a.Given, other.Given) || slices.Equal(a.Chosen, other.Chosen) {
		t.Error("two seeds gave the same noise")
	}
	for i := range a.Chosen {
		if a.Chosen[i] && !more.Chosen[i] {
			t.Fatalf("example %d is chosen at 50 %% and not at 75 %%", i)
		}
	}
	// Recorded runs rest on these bytes: the same on every platform, in every version.
	sum := sha256.Sum256(a.Given)
	if got, want := hex.EncodeToString(sum[:4]), "57c85ba3"; got != want {
		t.Errorf("noise of seed 1 has sum %s, want %s: recorded runs would no longer be repeatable", got, want)
	}
}

func TestLabelNoiseRefuses(t *testing.T) {
	for _, f := range []float64{-0.1, 1.5, 25, math.NaN(), math.Inf(1), math.Inf(-1)} {
		_, err := NewLabelNoise(balanced(10), f, 1)
		says(t, err, nil, "label noise", "0 to 1")
	}
	_, err := NewLabelNoise(nil, 0.5, 1)
	says(t, err, nil, "0 labels")
}

func TestDraws(t *testing.T) {
	s := newSource(3, 4)
	var seen [7]int
	for range 70_000 {
		seen[s.below(7)]++
		if u := s.unit(); u < 0 || u >= 1 {
			t.Fatalf("unit drew %v", u)
		}
		if v := s.between(-2, 2); v < -2 || v > 2 {
			t.Fatalf("between −2 and 2 drew %d", v)
		}
	}
	for _, count := range seen {
		within(t, "share", float64(count)/70_000, 1./7, 70_000)
	}
}
