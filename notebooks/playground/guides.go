// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package playground

import "coherentgradients/notebooks/playground/world"

// Guide is a step of the story: a world, how far it runs before it waits for the reader, and what to look at. What its text
// says happens is held by a test, over several seeds.
type Guide struct {
	Title  string   `json:"title"`
	Text   []string `json:"text"` // paragraphs
	Config config   `json:"config"`
	Steps  int      `json:"steps"` // it stops there by itself
	Speed  string   `json:"speed"` // slow, even, fast
}

// config is a world's, by the names that the page and its links use.
type config struct {
	Data  string  `json:"data"`
	Noise float64 `json:"noise"`
	Rule  string  `json:"rule"`
	C     float64 `json:"c"`
	Width int     `json:"width"`
	Depth int     `json:"depth"`
	Rate  float64 `json:"rate"`
	Batch int     `json:"batch"`
	Seed  uint64  `json:"seed"`
}

var digits = config{Data: "digits", Noise: 50, Rule: "mean", C: 8, Width: 32, Depth: 1, Rate: 0.3, Batch: 100, Seed: 1}

func (c config) with(change func(*config)) config {
	change(&c)
	return c
}

// Guides are the story, in its order.
var Guides = []Guide{
	{
		Title: "Right labels", Steps: 300, Speed: "even",
		Config: digits.with(func(c *config) { c.Noise = 0 }),
		Text: []string{
			"A small net learns 500 small digits by gradient descent. Every label is right. Digits of one class look alike, so " +
				"what one example asks of a weight, many others ask too, and their sum is strong.",
			"Expect: after 300 steps it gets nine of ten test digits right, though it has never seen them.",
		},
	},
	{
		Title: "Half of the labels permuted", Steps: 2000, Speed: "fast",
		Config: digits,
		Text: []string{
			"Now half of the labels are permuted among themselves. The net could learn all examples by heart, and in the end it " +
				"does. Watch the order in which it does.",
			"Expect: first the pristine examples and the test digits, then the corrupt ones; while it learns those, it gets worse " +
				"on test digits. Stopping at the top of the dashed curve would have been best.",
		},
	},
	{
		Title: "Whom the gradient works for", Steps: 30, Speed: "slow",
		Config: digits,
		Text: []string{
			"The same run, slowly. Every bar below counts examples by what they want of one single weight: its per-example " +
				"gradients. Pristine examples agree more than corrupt ones, which pull each in a direction of its own and cancel.",
			"Expect: though four or five of ten examples are corrupt, nearly all of the gradient is owed to the pristine ones " +
				"(fᵖ is near 1). Let it run on to see fᵖ fall below a half: what is left to learn is the corrupt examples.",
		},
	},
	{
		Title: "Clamp the few", Steps: 2000, Speed: "fast",
		Config: digits.with(func(c *config) { c.Rule = "winsorize" }),
		Text: []string{
			"Winsorized gradient descent: for every weight alone, the largest and the smallest 8 % of the batch's gradients are " +
				"clamped to the value next to them (grey). What only a few examples ask for is not heard at its full size.",
			"Expect: far fewer corrupt examples are learned than in the second step, and more test digits are right at the end.",
		},
	},
	{
		Title: "What it costs", Steps: 300, Speed: "even",
		Config: digits.with(func(c *config) { c.Noise, c.Rule, c.C = 0, "winsorize", 20 }),
		Text: []string{
			"Clamping is not free. Here every label is right again, and 20 % are clamped on each side: the net also ignores what " +
				"only a few right examples ask for.",
			"Expect: at the same step it has learned less than in the first step. And with wrong labels, plain descent stopped in " +
				"time does as well as clamping: what clamping gains is that nobody has to know when to stop.",
		},
	},
}

// run measures the guide's world as the page does, at some thirty steps a decade.
func (g Guide) run() ([]world.Measures, error) {
	w, err := world.New(world.Config(g.Config))
	if err != nil {
		return nil, err
	}
	points := []world.Measures{w.Measure()}
	for w.Step < g.Steps {
		w.Advance(min(max(1, w.Step/18), g.Steps-w.Step))
		points = append(points, w.Measure())
	}
	return points, nil
}
