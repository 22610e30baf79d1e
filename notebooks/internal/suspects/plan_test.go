// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package suspects

import (
	"bytes"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
)

func TestBatchFor(t *testing.T) {
	for _, c := range []struct{ n, batch, fill int }{
		{60_000, 100, 0}, {6000, 100, 0}, {4003, 91, 1}, {20, 2, 0}, {800, 100, 0}, {101, 17, 1}, {997, 111, 2},
	} {
		batch, fill := batchFor(c.n)
		if (c.n+fill)%batch != 0 || fill >= batch {
			t.Errorf("%d: batch %d with %d taken twice", c.n, batch, fill)
		}
		if fill > c.fill || fill == c.fill && batch != c.batch {
			t.Errorf("%d: batch %d with %d taken twice, want %d with %d", c.n, batch, fill, c.batch, c.fill)
		}
	}
}

// Every example is trained on by some net, and nets hold different ones back.
func TestFolds(t *testing.T) {
	trained := make([]int, 23)
	held := map[int32]bool{}
	for r := range MaxRuns {
		train, test := fold(23, 19, r)
		if len(train) != 19 || len(test) != 4 {
			t.Fatalf("net %d: %d and %d", r, len(train), len(test))
		}
		for _, i := range train {
			trained[i]++
		}
		for _, i := range test {
			if held[i] && r < MaxRuns-1 {
				t.Errorf("example %d is held back twice", i)
			}
			held[i] = true
		}
	}
	if slices.Min(trained) < MaxRuns-2 {
		t.Errorf("trained on %v times", trained)
	}
}

func TestPlanRefuses(t *testing.T) {
	target := &datasets.Set{Height: 1, Width: 1, Channels: 1, Train: datasets.Split{Values: []float32{1}, Targets: []float32{1}}}
	few := &datasets.Set{Height: 1, Width: 1, Channels: 1, Classes: 2, Train: datasets.Split{Pixels: []uint8{1}, Labels: []uint8{1}}}
	for want, set := range map[string]*datasets.Set{"a target and no classes": target, "at least 20 are needed": few} {
		if _, err := NewPlan(Options{Dataset: "x", Score: record.ScoreAUM}, set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Scores of two nets are averaged where both were trained on an example, and what a net says is that of the one in
// which the label fares worst.
func TestCombine(t *testing.T) {
	set := &datasets.Set{Height: 2, Width: 1, Channels: 3, Classes: 3, ClassNames: []string{"a", "b\x1b[31m", "c"},
		Train: datasets.Split{Pixels: []uint8{1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, Labels: []uint8{0, 1, 2}, Files: []string{"a/\t.png", "b/2.png", "c/3.png"}}}
	p := &Plan{Options: Options{Dataset: "x", Score: record.ScoreAUM, Noise: 0.1}, Set: set, Was: []uint8{0, 0, 2}, one: []part{{examples: []int32{0, 1}}, {examples: []int32{2, 1}}}}
	scores := func(aum, margins []float32, rivals []uint8) *record.Examples {
		return &record.Examples{AUM: aum, MarginAtStop: margins, Rival: rivals}
	}
	r := &Report{Plan: p}
	err := r.combine([]*record.Examples{scores([]float32{3, -1}, []float32{2, -1}, []uint8{1, 2}), scores([]float32{1, -4}, []float32{4, -3}, []uint8{0, 0})})
	if err != nil || !slices.Equal(r.Order, []int{1, 2, 0}) || !slices.Equal(r.Believed, []uint8{0, 0, 2}) {
		t.Fatalf("%v: order %v, believed %v", err, r.Order, r.Believed)
	}
	if r.Shown(1) != -2.5 || r.Doubted() != 1 {
		t.Errorf("shown %v, doubted %d", r.Shown(1), r.Doubted())
	}
	if planted, found := r.Planted(1); planted != 1 || found != 1 {
		t.Errorf("%d planted, %d found", planted, found)
	}
	var b bytes.Buffer
	if err := r.WriteText(&b, 3); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"b/2.png", "-2.5", "the same", "a/\ufffd.png"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("a class's name reaches the terminal as it is")
	}
	if c := Picture(set, 0).At(0, 1); c != (color.NRGBA{2, 4, 6, 255}) {
		t.Errorf("a pixel is %v", c)
	}
	p.one[1].examples = []int32{1, 1}
	if err := r.combine([]*record.Examples{scores([]float32{3, -1}, []float32{2, -1}, []uint8{1, 2}), scores([]float32{1, -4}, []float32{4, -3}, []uint8{0, 0})}); err == nil {
		t.Error("an example that no net saw is scored")
	}
	p.Score = record.ScoreKept
	r.Suspicion = []float64{math.Inf(1), 3, 0}
	r.Order = []int{0, 1, 2}
	if row := r.Row(0); row.Score != nil || row.score() != "never" {
		t.Errorf("never learned: %v", row)
	}
}
