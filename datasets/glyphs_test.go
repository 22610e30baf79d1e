// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"runtime"
	"testing"
)

func openedGlyphs(t *testing.T) *Set {
	t.Helper()
	set, err := Open(t.Context(), "glyphs", offline(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestGlyphs(t *testing.T) {
	set := openedGlyphs(t)
	if err := set.validate(); err != nil {
		t.Error(err)
	}
	if !set.Synthetic || set.Train.Len() != 6000 || set.Test.Len() != 1000 || set.Features() != 784 || set.Title != "glyphs (synthetic)" {
		t.Errorf("got %q, %d and %d examples of %d", set.Title, set.Train.Len(), set.Test.Len(), set.Features())
	}
	for _, s := range []Split{set.Train, set.Test} {
		var count [10]int
		for _, l := range s.Labels {
			count[l]++
		}
		for _, c := range count {
			if c != s.Len()/10 {
				t.Errorf("class counts %v", count)
			}
		}
	}
	// The same bytes on every platform: notebooks and tests compare runs across machines.
	h := sha256.New()
	for _, b := range [][]byte{set.Train.Pixels, set.Train.Labels, set.Test.Pixels, set.Test.Labels} {
		h.Write(b)
	}
	if got, want := hex.EncodeToString(h.Sum(nil)[:4]), "e5a6fa3b"; got != want {
		t.Errorf("the set has sum %s, want %s", got, want)
	}
	set.Train.Pixels[0] ^= 255
	if again := openedGlyphs(t); again.Train.Pixels[0] == set.Train.Pixels[0] {
		t.Error("two callers share memory")
	}
}

func TestGlyphsDependOnSeedSplitAndPositionAlone(t *testing.T) {
	draw := func(train, test int, seed uint64) *Set {
		set, err := NewGlyphs(t.Context(), train, test, seed)
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	a := draw(200, 50, 7)
	before := runtime.GOMAXPROCS(1)
	b := draw(200, 50, 7)
	runtime.GOMAXPROCS(before)
	if !bytes.Equal(a.Train.Pixels, b.Train.Pixels) || !bytes.Equal(a.Test.Labels, b.Test.Labels) {
		t.Error("the set depends on the number of CPUs")
	}
	if c := draw(200, 50, 8); bytes.Equal(a.Train.Pixels, c.Train.Pixels) || bytes.Equal(a.Train.Labels, c.Train.Labels) {
		t.Error("the set does not depend on its seed")
	}
	if c := draw(100, 50, 7); !bytes.Equal(a.Test.Pixels, c.Test.Pixels) {
		t.Error("the test split depends on the size of the training split")
	}
	if bytes.Equal(a.Train.Pixels[:784*50], a.Test.Pixels) {
		t.Error("both splits hold the same images")
	}
}

func TestNewGlyphsRefuses(t *testing.T) {
	for _, n := range [][2]int{{0, 1}, {1, 0}, {-5, 1}, {maxExamples + 1, 1}} {
		_, err := NewGlyphs(t.Context(), n[0], n[1], 1)
		says(t, err, nil, "1 to 1000000")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewGlyphs(ctx, 10, 10, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// A square of exactly four pixels checks scan conversion; a hole and an overlap check the nonzero rule.
func TestFill(t *testing.T) {
	square := func(x0, y0, x1, y1 int64) []point {
		return []point{{x0 * 256, y0 * 256}, {x1 * 256, y0 * 256}, {x1 * 256, y1 * 256}, {x0 * 256, y1 * 256}}
	}
	reversed := func(c []point) []point { return []point{c[3], c[2], c[1], c[0]} }
	still := affine{xx: one, yy: one}
	for _, c := range []struct {
		name string
		o    outline
		want int64 // pixels of ink
	}{
		{"square", outline{square(2, 3, 4, 5)}, 4},
		{"other way round", outline{reversed(square(2, 3, 4, 5))}, 4},
		{"overlap", outline{square(2, 3, 6, 7), square(4, 5, 8, 9)}, 28},
		{"hole", outline{square(2, 3, 6, 7), reversed(square(3, 4, 5, 6))}, 12},
		{"cut off", outline{square(-5, -5, 1, 2)}, 2},
		{"outside", outline{square(30, 30, 40, 40)}, 0},
		{"triangle", outline{{{0, 0}, {8 * 256, 0}, {0, 8 * 256}}}, 32},
	} {
		p := newPen()
		p.fill(c.o, still)
		var sum int64
		for _, ink := range p.ink {
			if ink < 0 || ink > fullInk {
				t.Errorf("%s: ink %d, full is %d", c.name, ink, fullInk)
			}
			sum += ink
		}
		if sum != c.want*fullInk {
			t.Errorf("%s: %v pixels of ink, want %d", c.name, float64(sum)/fullInk, c.want)
		}
	}
}

// The set must be learnable and yet not trivial: a linear model gets well above chance and stays below 95 %.
func TestGlyphsAreNotTrivial(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a linear model")
	}
	set := openedGlyphs(t)
	w := make([]float32, 10*785)
	logits := func(x []uint8) (z [10]float32) {
		for k := range z {
			row := w[k*785 : k*785+785]
			sum := row[784]
			for j, v := range x {
				sum += row[j] * float32(v)
			}
			z[k] = sum
		}
		return z
	}
	const rate = 0.02 / 255 / 255 // plain SGD, one example a step
	for range 4 {
		for i, label := range set.Train.Labels {
			x := set.Train.Pixels[i*784 : i*784+784]
			z := logits(x)
			var sum float64
			var e [10]float64
			for k := range z {
				e[k] = math.Exp(float64(z[k]))
				sum += e[k]
			}
			for k := range z {
				g := float32(e[k] / sum)
				if k == int(label) {
					g--
				}
				row := w[k*785 : k*785+785]
				for j, v := range x {
					row[j] -= rate * g * float32(v)
				}
				row[784] -= rate * 255 * g
			}
		}
	}
	right := 0
	for i, label := range set.Test.Labels {
		best, z := 0, logits(set.Test.Pixels[i*784:i*784+784])
		for k := range z {
			if z[k] > z[best] {
				best = k
			}
		}
		if best == int(label) {
			right++
		}
	}
	t.Logf("a linear model is right about %d of 1000", right)
	if right < 700 || right >= 950 {
		t.Errorf("a linear model is right about %d of 1000, want 700 to 949", right)
	}
}

func BenchmarkGlyphs(b *testing.B) {
	for b.Loop() {
		if _, err := NewGlyphs(b.Context(), 6000, 1000, 1); err != nil {
			b.Fatal(err)
		}
	}
}

// What Identity says without drawing it.
func TestGlyphsIdentity(t *testing.T) {
	for _, name := range []string{"glyphs", "glyphs-600"} {
		set, err := Open(t.Context(), name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time it is remembered
			if sum, err := Identity(t.Context(), name, Options{}); err != nil || sum != set.Sum() {
				t.Errorf("%s: identity %s, %v; its sum is %s", name, sum, err, set.Sum())
			}
		}
	}
}
