// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/record"
)

// collapsed is the training accuracy below which a net of ten classes guesses: twice what chance gives.
const collapsed = 0.2

// collapse is the runs of W1, and those of W2 by their remedy.
func (b Basis) collapse() setting { return settingOf(b.on(record.Collapse(b.Dataset)), "collapse") }

func (b Basis) remedy(r record.Remedy) setting {
	s := r.Spec
	s.Percentile = b.Percentile // the initial weights are the runs' own
	found := settingOf(s, r.Name)
	found.what += " with " + r.Text
	return found
}

// collapseStep is the first evaluated step from which the training accuracy stays at a guess's, +Inf if it ends above.
func collapseStep(r run) float64 {
	c := r.whole("train_accuracy")
	at := math.Inf(1)
	for i := len(c.values) - 1; i >= 0 && c.values[i] <= collapsed; i-- {
		at = c.steps[i]
	}
	return at
}

func claimW1() Claim {
	return Claim{
		ID: "W1", Where: "not in the paper; its CG §3 has such runs", Figure: "notebook 03, the collapse",
		Runs:     "figure 4's net at 25 % noise, c = 2, 15,000 steps, evaluated densely; seeds 6, 7, 8",
		Text:     "At 25 % noise a net winsorized with c = 2 collapses to a constant guess: its logits have grown, a few updates much larger than the others come, and a hidden layer is dead.",
		Quantity: "training accuracy; the largest share of dead units of a hidden layer (units that are 0 on all training examples); the largest |logit|; the largest ‖update‖ between evaluations; shares of pristine and of corrupt gradient values clamped",
		Steps:    "the end is the mean of the last three evaluations. T is the first evaluated step from which the training accuracy stays ≤ 0.2. Kick: the largest ‖update‖ of the evaluations at steps in (T − 2,000, T] over the median of the largest ‖update‖ at those from 1,000 to T − 2,000. Clamped: steps 1,000 to T",
		Words: "A guess has 0.1, so a collapsed net has ≤ 0.2. Dead is ≥ 99 % of the units of some layer. \"Grown\" is a largest logit of ≥ 100: " +
			"a difference of 100 leaves a wrong label's example with a loss of 100 nats. \"Much larger\" is 5 times. Seed 1 of this cell was seen to collapse before this was written, and its first 1,200 steps with their dead units, logits and updates; seeds 6 to 8 had not been run.",
		Falsified: "a median training accuracy above 0.2 at the end, or no dead layer",
		Conditions: []Condition{
			core("the training accuracy ends ≤ 0.2"),
			core("≥ 99 % of the units of some hidden layer are dead at the end"),
			also("the largest |logit| over the run is ≥ 100"),
			also("the largest update in the last 2,000 steps to T is ≥ 5 times the median of the largest ones before"),
			also("of the corrupt examples' gradient values at least twice the share is clamped that is of the pristine ones', in the median over steps"),
		},
		judge: func(e *evidence) {
			s := e.basis().collapse()
			end := e.measure("train_accuracy_end", s, func(r run) float64 { return r.whole("train_accuracy").tail() })
			e.measure("collapse_step", s, collapseStep)
			dead := e.measure("dead_layer_end", s, func(r run) float64 {
				most := math.NaN()
				for l := range r.Spec.Hidden {
					if v := r.whole(fmt.Sprintf("dead_layer_%d", l)).tail(); !(most >= v) {
						most = v
					}
				}
				return most
			})
			logit := e.measure("logit_max", s, func(r run) float64 {
				_, most := r.whole("logit_max").peak()
				return most
			})
			kick := e.measure("kick", s, func(r run) float64 {
				t := collapseStep(r)
				if math.IsInf(t, 1) {
					return math.NaN()
				}
				updates := r.curve("update_max", 1, math.Inf(1))
				_, most := updates.between(t-1999, t).peak()
				return most / updates.between(1000, t-2000).medianValue()
			})
			clamped := e.measure("clamped_corrupt_over_pristine", s, func(r run) float64 {
				to := collapseStep(r)
				return r.clamped("corrupt", to).over(r.clamped("pristine", to)).medianValue()
			})
			for i, p := range []part{
				{what: "the training accuracy at the end", number: as(end), sign: "≤", limit: collapsed, unit: inPercent},
				{what: "the share of dead units in the hidden layer that has most", number: as(dead), sign: "≥", limit: 0.99, unit: inPercent},
				{what: "the largest |logit|", number: as(logit), sign: "≥", limit: 100},
				{what: "the largest update before the collapse, over the median one", number: as(kick), sign: "≥", limit: 5, unit: inTimes},
				{what: "the share clamped of the corrupt examples' values, over the pristine ones'", number: as(clamped), sign: "≥", limit: 2, unit: inTimes},
			} {
				e.decide(i, p)
			}
		},
	}
}

// clamped is the share of a group's gradient values clamped on either side, from step 1,000 to a step.
func (r run) clamped(group string, to float64) curve {
	low, high := r.curve("clamped_low_"+group, 1000, to), r.curve("clamped_high_"+group, 1000, to)
	var both curve
	for i, s := range low.steps {
		if v := high.at(s); !math.IsNaN(v) {
			both.steps, both.values = append(both.steps, s), append(both.values, low.values[i]+v)
		}
	}
	return both
}

// over divides by b at the steps that both have and b is not 0 at.
func (c curve) over(b curve) curve {
	var out curve
	for i, s := range c.steps {
		if v := b.at(s); v > 0 {
			out.steps, out.values = append(out.steps, s), append(out.values, c.values[i]/v)
		}
	}
	return out
}

func claimW2() Claim {
	return Claim{
		ID: "W2", Where: "not in the paper", Figure: "notebook 03, the collapse",
		Runs:     "those of W1, with one change each: " + remedyTexts() + "; seeds 6, 7, 8",
		Text:     "What makes the collapse is the size of single updates in a net whose logits have grown: shortening updates, weight decay or larger batches prevent it; float64 weights, other initial weights or half the learning rate do not.",
		Quantity: "training accuracy at the end; it collapsed where that is ≤ 0.2",
		Steps:    "the mean of the last three evaluations; at half the rate the run is twice as long",
		Words:    "\"Prevent\" is that the median of three seeds ends above 0.2 within these steps, and no more: a later collapse would not be seen. 0.2 is about the usual ‖update‖ of seed 1 at steps 100 to 500",
		Falsified: "shortened updates that end in a guess all the same, or float64 weights, with which the authors' code computes, " +
			"that end in none",
		Conditions: []Condition{
			core("with float64 weights it collapses"),
			also("with Glorot's initial weights it collapses"),
			also("at half the learning rate it collapses"),
			also("with batches of 200 it does not"),
			also("with weight decay it does not"),
			core("with shortened updates it does not"),
		},
		judge: func(e *evidence) {
			for i, r := range record.Remedies(e.basis().Dataset) {
				s := e.basis().remedy(r)
				end := e.measure("train_accuracy_end", s, func(r run) float64 { return r.whole("train_accuracy").tail() })
				e.measure("test_accuracy_end", s, func(r run) float64 { return r.whole("test_accuracy").tail() })
				e.measure("collapse_step", s, collapseStep)
				p := part{what: "with " + r.Text + ", the training accuracy at the end", number: as(end), sign: ">", limit: collapsed, unit: inPercent}
				if i < 3 {
					p.sign = "≤"
				}
				e.decide(i, p)
			}
		},
	}
}

func remedyTexts() string {
	text := ""
	for i, r := range record.Remedies("mnist") {
		if i > 0 {
			text += "; "
		}
		text += r.Text
	}
	return text
}
