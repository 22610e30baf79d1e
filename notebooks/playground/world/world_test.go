// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package world_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"coherentgradients/notebooks/playground/world"
)

var small = world.Config{Data: "circles", Noise: 50, Rule: "winsorize", C: 5, Width: 8, Depth: 2, Rate: 0.1, Batch: 20, Seed: 3}

func mustNew(t *testing.T, c world.Config) *world.World {
	t.Helper()
	w, err := world.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// The same config is the same world, however its steps are cut and whatever is looked at between them.
func TestWorldDependsOnConfigAlone(t *testing.T) {
	for _, data := range world.DataSets {
		for _, rule := range world.Rules {
			c := small
			c.Data, c.Rule = data, rule
			one, other := mustNew(t, c), mustNew(t, c)
			one.Advance(60)
			for range 30 {
				other.Advance(2)
				other.Measure()
				other.Votes(other.Disputed())
			}
			if !slices.Equal(one.Net.Params, other.Net.Params) {
				t.Errorf("%s, %s: looking changes the world", data, rule)
			}
			c.Seed++
			if slices.Equal(mustNew(t, c).Net.Params, mustNew(t, small).Net.Params) {
				t.Error("another seed is the same net")
			}
		}
	}
}

// Every set can be learned by plain descent, and keeps its classes apart.
func TestSetsCanBeLearned(t *testing.T) {
	for _, data := range world.DataSets {
		w := mustNew(t, world.Config{Data: data, Rule: "mean", Width: 24, Depth: 2, Rate: 0.3, Batch: 50, Seed: 1})
		w.Advance(1500)
		if m := w.Measure(); m.TestAccuracy < 0.85 || m.PristineLearned < 0.85 {
			t.Errorf("%s: %.2f of the test and %.2f of the training examples are right", data, m.TestAccuracy, m.PristineLearned)
		}
	}
}

// Labels are permuted: their counts stay, and with no noise so do they.
func TestNoise(t *testing.T) {
	for _, noise := range []float64{0, 40, 100} {
		c := small
		c.Data, c.Noise = "digits", noise
		w := mustNew(t, c)
		var given, own [10]int
		corrupt := 0
		for i, label := range w.Given {
			given[label]++
			own[w.Train.Labels[i]]++
			if w.Corrupt[i] != (label != w.Train.Labels[i]) {
				t.Fatalf("example %d is marked wrongly", i)
			}
			if w.Corrupt[i] {
				corrupt++
			}
		}
		share := float64(corrupt) / float64(len(w.Given))
		if given != own || math.Abs(share-0.9*noise/100) > 0.07 {
			t.Errorf("noise %v: counts %v, were %v; %v corrupt", noise, given, own, share)
		}
		if m := w.Measure(); math.IsNaN(m.CorruptLearned) != (corrupt == 0) {
			t.Errorf("noise %v: corrupt learned %v", noise, m.CorruptLearned)
		}
	}
}

func TestVotes(t *testing.T) {
	w := mustNew(t, small)
	w.Advance(10)
	v := w.Votes(w.Disputed())
	if len(v.Gradients) != len(w.Given) {
		t.Fatalf("%d gradients of %d examples", len(v.Gradients), len(w.Given))
	}
	var sum float64
	low, high := 0, 0
	for _, g := range v.Gradients {
		sum += min(max(g, v.Low), v.High)
		if g < v.Low {
			low++
		}
		if g > v.High {
			high++
		}
	}
	if want := sum / float64(len(v.Gradients)); math.Abs(v.Rule-want) > 1e-12 || v.Rule == v.Mean || low > 25 || high > 25 {
		t.Errorf("rule %v, want %v; mean %v; %d and %d clamped", v.Rule, want, v.Mean, low, high)
	}
}

func TestMap(t *testing.T) {
	w := mustNew(t, small)
	w.Advance(200)
	const side = 16
	pixels := make([]byte, side*side)
	w.Map(pixels, side)
	for _, at := range []int{0, side - 1, side * (side - 1), 5*side + 9} {
		x := []float64{(2*float64(at%side)+1)/side - 1, 1 - (2*float64(at/side)+1)/side}
		if guess := w.Guess(x); (pixels[at] > 127) != (guess == 1) {
			t.Errorf("pixel %d is %d where the net says %d", at, pixels[at], guess)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	for want, change := range map[string]func(*world.Config){
		"noise":    func(c *world.Config) { c.Noise = math.NaN() },
		"c is":     func(c *world.Config) { c.C = 46 },
		"width":    func(c *world.Config) { c.Width = 0 },
		"depth":    func(c *world.Config) { c.Depth = 4 },
		"rate":     func(c *world.Config) { c.Rate = 0 },
		"batch":    func(c *world.Config) { c.Batch = 1 },
		"data set": func(c *world.Config) { c.Data = "moons" },
		"rule":     func(c *world.Config) { c.Rule = "" },
	} {
		c := small
		change(&c)
		if _, err := world.New(c); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", want, err)
		}
	}
}
