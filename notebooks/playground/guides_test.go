// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package playground

import (
	"slices"
	"sync"
	"testing"

	"coherentgradients/notebooks/playground/world"
)

// seeds are those that the story's texts are held to, each of them.
const seeds = 3

// TestStory: what the story's texts say happens, happens with every seed.
func TestStory(t *testing.T) {
	runs := make([][][]world.Measures, len(Guides))
	var wait sync.WaitGroup
	for i, g := range Guides {
		runs[i] = make([][]world.Measures, seeds)
		for s := range seeds {
			wait.Go(func() {
				g.Config.Seed = uint64(1 + s)
				points, err := g.run()
				if err != nil {
					t.Error(err)
				}
				runs[i][s] = points
			})
		}
	}
	wait.Wait()
	if t.Failed() {
		return
	}
	for s := range seeds {
		end := func(guide int) world.Measures { return runs[guide][s][len(runs[guide][s])-1] }
		best := func(guide int) world.Measures {
			return slices.MaxFunc(runs[guide][s], func(a, b world.Measures) int {
				return int(1e6 * (a.TestAccuracy - b.TestAccuracy))
			})
		}
		clean, plain, slow, clamped, costly := end(0), end(1), end(2), end(3), end(4)
		top := best(1)
		t.Logf("seed %d: right labels %.3f; plain %.3f after %.3f at step %d, corrupt %.3f then %.3f; f^p %.2f at %d, %.2f at the end; "+
			"clamped %.3f, corrupt %.3f; best %.3f; costly %.3f learned, %.3f test", s+1, clean.TestAccuracy, plain.TestAccuracy, top.TestAccuracy,
			top.Step, top.CorruptLearned, plain.CorruptLearned, slow.PristineShare, slow.Step, plain.PristineShare, clamped.TestAccuracy, clamped.CorruptLearned,
			best(3).TestAccuracy, costly.PristineLearned, costly.TestAccuracy)
		for claim, holds := range map[string]bool{
			"right labels: nine of ten test digits are right":                clean.TestAccuracy > 0.9,
			"plain: all is learned by heart":                                 plain.PristineLearned > 0.97 && plain.CorruptLearned > 0.97,
			"plain: at the best step few corrupt examples are learned":       top.CorruptLearned < 0.25 && top.PristineLearned > 0.75,
			"plain: the end is worse on test digits than the best step":      plain.TestAccuracy < top.TestAccuracy-0.15,
			"plain: at step 30 nearly all of the gradient is the pristine's": slow.PristineShare > 0.8,
			"plain: f^p falls below a half":                                  slices.ContainsFunc(runs[1][s], func(m world.Measures) bool { return m.PristineShare < 0.5 }),
			"clamped: far fewer corrupt examples are learned":                clamped.CorruptLearned < 0.4*plain.CorruptLearned,
			"clamped: more test digits are right at the end":                 clamped.TestAccuracy > plain.TestAccuracy+0.03,
			"clamped: no better than plain descent at its best":              best(3).TestAccuracy < top.TestAccuracy+0.05,
			"what it costs: less is learned at the same step":                costly.PristineLearned < clean.PristineLearned-0.02,
		} {
			if !holds {
				t.Errorf("seed %d: not so: %s", s+1, claim)
			}
		}
	}
}

// Half of the labels permuted leaves four or five of ten corrupt.
func TestShareOfCorrupt(t *testing.T) {
	for s := range uint64(seeds) {
		w, err := world.New(world.Config(digits.with(func(c *config) { c.Seed = s + 1 })))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, corrupt := range w.Corrupt {
			if corrupt {
				n++
			}
		}
		if share := float64(n) / float64(len(w.Corrupt)); share < 0.4 || share > 0.5 {
			t.Errorf("seed %d: %v of the labels are corrupt", s+1, share)
		}
	}
}
