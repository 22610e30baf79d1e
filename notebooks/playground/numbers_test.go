// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package playground

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"testing"

	"coherentgradients/notebooks/playground/world"
)

var update = flag.Bool("update", false, "write testdata/numbers.json anew")

// number is what a world shows at a step; the browser's tests read the same file.
type number struct {
	Config   config  `json:"config"`
	Step     int     `json:"step"`
	Test     float64 `json:"test"`
	Pristine float64 `json:"pristine"`
	Corrupt  float64 `json:"corrupt"`
	Loss     float64 `json:"loss"`
	Share    float64 `json:"share"`
}

// TestNumbers: the worlds are those that were written down. The last bits of math.Exp differ between machines.
func TestNumbers(t *testing.T) {
	const file = "testdata/numbers.json"
	points := digits.with(func(c *config) { c.Data, c.Width, c.Depth, c.Noise, c.Batch, c.Seed = "spirals", 16, 2, 30, 50, 7 })
	var now []number
	for _, c := range []config{
		digits,
		digits.with(func(c *config) { c.Rule = "winsorize" }),
		points.with(func(c *config) { c.Rule, c.C = "trimmed-mean", 4 }),
		points.with(func(c *config) { c.Rule = "median" }),
	} {
		w, err := world.New(world.Config(c))
		if err != nil {
			t.Fatal(err)
		}
		w.Advance(100)
		m := w.Measure()
		now = append(now, number{c, m.Step, m.TestAccuracy, m.PristineLearned, m.CorruptLearned, m.TrainLoss, m.PristineShare})
	}
	if *update {
		text, err := json.MarshalIndent(now, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(text, '\n'), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var then []number
	if err := json.Unmarshal(text, &then); err != nil || len(then) != len(now) {
		t.Fatalf("%d worlds are written down, %d are here: %v", len(then), len(now), err)
	}
	for i, n := range now {
		o := then[i]
		if n.Config != o.Config || n.Step != o.Step {
			t.Errorf("world %d: %+v at %d, written down is %+v at %d", i, n.Config, n.Step, o.Config, o.Step)
		}
		for _, pair := range [][2]float64{{n.Test, o.Test}, {n.Pristine, o.Pristine}, {n.Corrupt, o.Corrupt}, {n.Loss, o.Loss}, {n.Share, o.Share}} {
			if !(math.Abs(pair[0]-pair[1]) < 1e-8) {
				t.Errorf("world %d: %v, written down is %v", i, pair[0], pair[1])
			}
		}
	}
}
