// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

func TestControls(t *testing.T) {
	base := record.DefaultSpec()
	for name, c := range map[string]struct {
		change func(*Controls)
		id     string // what the spec's id has in it
	}{
		"winsorized":         {func(c *Controls) { c.Rule, c.C = "winsorize", 2 }, "-winsorize-c2-"},
		"c = 0 is plain SGD": {func(c *Controls) { c.Rule, c.C = "winsorize", 0 }, "-mean-c0-"},
		"c without meaning":  {func(c *Controls) { c.Rule, c.C = "median", 4 }, "-median-c0-"},
		"noise":              {func(c *Controls) { c.Noise = 0.25 }, "mnist-n25-"},
		"data set":           {func(c *Controls) { c.Dataset = "glyphs" }, "glyphs-n0-"},
	} {
		t.Run(name, func(t *testing.T) {
			at := controlsOf(base)
			c.change(&at)
			spec, err := at.spec(base)
			if err != nil || !strings.Contains(spec.ID(), c.id) {
				t.Errorf("%s, %v; want %s", spec.ID(), err, c.id)
			}
		})
	}
	for text, change := range map[string]func(*Controls){
		"krum (f=20), ":                   func(c *Controls) { c.Rule, c.RuleSettings = "krum", "f=20" },
		", momentum 0.9, ":                func(c *Controls) { c.Momentum = 0.9 },
		", steps by adam, ":               func(c *Controls) { c.Optimizer, c.Momentum = "adam", 0.9 },
		"25 % pair-flip noise":            func(c *Controls) { c.Noise, c.NoiseKind = 0.25, record.NoisePairFlip },
		"images shifted by up to a pixel": func(c *Controls) { c.Augment = record.AugmentShift },
	} {
		at := controlsOf(base)
		change(&at)
		spec, err := at.spec(base)
		if err != nil || !strings.Contains(describe(spec), text) {
			t.Errorf("%q: %s, %v", text, describe(spec), err)
		}
		if again, err := controlsOf(spec).spec(base); err != nil || again.ID() != spec.ID() {
			t.Errorf("%q: put on the controls and read off again it is %s, %v", text, describe(again), err)
		}
	}
	at := controlsOf(base)
	if spec, err := at.spec(base); err != nil || spec.ID() != base.ID() || at.Rule != "winsorize" {
		t.Errorf("the start comes back as %+v (%v)", spec, err)
	}
	for _, net := range []string{"", "64", "256,256,256"} {
		hidden, err := parseNet(net)
		if err != nil || netName(hidden) != net {
			t.Errorf("net %q: %v, %v", net, hidden, err)
		}
	}
	at.Net = "wide"
	if _, err := at.spec(base); err == nil {
		t.Error("a net of words is taken")
	}
}

// The menus offer what the records have, and the sliders are in order.
func TestOffer(t *testing.T) {
	odd := small()
	odd.Noise, odd.C, odd.Steps, odd.Hidden, odd.Dataset = 0.42, 5, 77, []int{3}, "glyphs-100"
	c := offer(small(), []record.Spec{odd})
	if !slices.Contains(c.noises, 0.42) || !slices.Contains(c.cs, 5) || !slices.Contains(c.lengths, 77) ||
		!slices.Contains(c.nets, "3") || !slices.Contains(c.datasets, "glyphs-100") {
		t.Errorf("not offered: %+v", c)
	}
	if !slices.IsSorted(c.noises) || !slices.IsSorted(c.cs) || !slices.IsSorted(c.lengths) {
		t.Errorf("not in order: %+v", c)
	}
}

func TestNeighbours(t *testing.T) {
	var known []record.Spec
	for _, at := range []struct{ noise, c float64 }{{0.5, 2}, {0, 2}, {0.5, 0}, {1, 8}} {
		s := small()
		s.Noise, s.C = at.noise, at.c
		known = append(known, s.Normalized())
	}
	other := small()
	other.Steps++
	known = append(known, other)
	for rule, want := range map[string]string{
		"winsorize":    "c = 0 at 50 %; c = 2 at 0, 50 %; c = 8 at 100 %",
		"trimmed-mean": "c = 0 at 50 %",
		"median":       "",
		"mean":         "noise 50 %",
	} {
		if got := neighbours(small(), rule, known); got != want {
			t.Errorf("%s: %q, want %q", rule, got, want)
		}
	}
}
