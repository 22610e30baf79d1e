// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"slices"

	"coherentgradients/cgkit/record"
)

// wrong is the runs with wrong labels of a kind, of some seeds.
func (b Basis) wrong(set, kind string, seeds []int64) setting {
	s := settingOf(b.on(record.WrongLabels(set, kind)), setKey(set)+"_"+kindKey(kind))
	s.what += ", labels " + kindName(kind)
	any := s.ask
	s.ask = func(spec record.Spec) bool { return slices.Contains(seeds, spec.Seed) && any(spec) }
	return s
}

// kindKey and kindName write a kind of noise in the names of quantities, and for people.
func kindKey(kind string) string {
	if kind == record.NoisePairFlip {
		return "flipped"
	}
	return "permuted"
}

func kindName(kind string) string {
	if kind == record.NoisePairFlip {
		return "flipped to the next class"
	}
	return "permuted"
}

func claimL1() Claim {
	return Claim{
		ID: "L1", Where: "not the paper's; Pickler et al. 2025, a benchmark of methods that find wrong labels, says so of the mean margin", Figure: "notebook 10, finding wrong labels",
		Runs: "figure 4's net on the first 6,000 examples of MNIST and of Fashion-MNIST, 6,000 steps (100 epochs), 25 % of the labels permuted, or flipped to the next class; seeds 11, 12, 13; measured by examples",
		Text: "The margin of the given label, averaged over training (AUM), finds wrong labels best: it misses fewest. How an example's gradient is aligned with those of its class finds them no better.",
		Quantity: "with as many flags as there are wrong labels, the share of the wrong labels that are not flagged, missed_…, for the scores of record.MeasureExamples; " +
			"among equal scores, what a draw would flag on the average",
		Steps: "scores over the whole run, at its last step. AUM, EL2N, self-influence and alignment are means over the updates; disagreement is the margin at the evaluated step with the best test accuracy",
		Words: "\"Best\" is that in none of the four cells, two data sets by two kinds of wrong labels, the median over seeds is above that of another score. " +
			"\"Finds them\" is that at most 20 % are missed. A draw would miss about 78 % of permuted and 75 % of flipped ones. Written before any of these runs; the benchmark compares scores within training, averaged over epochs, and has no alignment and no disagreement at a stop",
		Falsified: "a cell in which EL2N, self-influence or alignment misses fewer than AUM",
		Conditions: []Condition{
			core("AUM misses no more than EL2N and self-influence, in all four cells"),
			core("AUM misses no more than alignment with the gradients of the class, in all four cells"),
			also("AUM misses no more than the first step at which an example is learned, and than the step from which it stays so, in all four cells"),
			also("AUM misses no more than the margin at the stop, in all four cells"),
			also("AUM misses ≤ 20 %, in all four cells"),
		},
		judge: func(e *evidence) {
			var parts [5][]part
			for _, set := range record.ExampleSets() {
				for _, kind := range record.WrongKinds() {
					s := e.basis().wrong(set, kind, record.ExampleSeeds)
					where := ", " + setName(set) + ", labels " + kindName(kind)
					missed := map[string]Quantity{}
					for _, score := range record.ExampleScores() {
						missed[score] = e.measure("missed_"+score, s, func(r run) float64 { return r.final("missed_" + score) })
					}
					aum := missed[record.ScoreAUM]
					for i, rivals := range [][]string{{record.ScoreEL2N, record.ScoreSelfInfluence}, {record.ScoreAlignment},
						{record.ScoreFirst, record.ScoreKept}, {record.ScoreStop}} {
						for _, rival := range rivals {
							more := e.derive("more_by_"+rival+"_"+s.key, []Quantity{missed[rival], aum}, func(v value) float64 { return v(missed[rival]) - v(aum) })
							parts[i] = append(parts[i], part{what: "what " + rival + " misses more than aum" + where, number: as(more), sign: "≥", limit: 0, unit: inPoints})
						}
					}
					parts[4] = append(parts[4], part{what: "what aum misses" + where, number: as(aum), sign: "≤", limit: 0.2, unit: inPercent})
				}
			}
			for i, p := range parts {
				e.decide(i, p...)
			}
		},
	}
}
