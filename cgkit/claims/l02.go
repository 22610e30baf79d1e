// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"coherentgradients/cgkit/record"
)

func claimL2() Claim {
	return Claim{
		ID: "L2", Where: "not the paper's", Figure: "notebook 10, finding wrong labels",
		Runs:     "those of L1, but seeds 12, 13, 14",
		Text:     "Averaged only until training had better stopped, the mean margin (AUM) finds wrong labels best, and much better than averaged to the end: averages over memorisation hide what is memorised.",
		Quantity: "missed_…, as for L1, at the stop: the evaluated step after 0 with the best test accuracy, the first of equal ones",
		Steps:    "the stop, and for AUM the last step too",
		Words: "\"Much better\" is by at least 5 points. EL2N may be better by up to 1 point: it is nearly the same order. Found by looking at seed 11 of three of the four cells, " +
			"where AUM missed 16, 5 and 10 % at the stop and 50, 26 and 31 % at the end; the seeds that it is judged by had not been run",
		Falsified: "a cell in which alignment misses fewer than AUM at the stop, or in which AUM at the end is within 5 points of that at the stop",
		Conditions: []Condition{
			core("at the stop AUM misses no more than alignment with the gradients of the class, in all four cells"),
			core("AUM at the stop misses ≥ 5 points fewer than AUM at the end, in all four cells"),
			also("at the stop AUM misses no more than self-influence, the first step at which an example is learned, and the step from which it stays so, in all four cells"),
			also("at the stop AUM misses no more than EL2N by more than 1 point, in all four cells"),
			also("at the stop AUM misses no more than the margin there alone, in all four cells"),
			also("at the stop AUM misses ≤ 20 %, in all four cells"),
		},
		judge: func(e *evidence) {
			var parts [6][]part
			for _, set := range record.ExampleSets() {
				for _, kind := range record.WrongKinds() {
					s := e.basis().wrong(set, kind, record.StopSeeds)
					where := ", " + setName(set) + ", labels " + kindName(kind)
					missed := map[string]Quantity{}
					for _, score := range record.ExampleScores() {
						missed[score] = e.measure("missed_at_stop_"+score, s, func(r run) float64 {
							stop, _ := r.curve("test_accuracy", 1, float64(r.Spec.Steps)).peak()
							return r.at("missed_"+score, stop)
						})
					}
					end := e.measure("missed_at_end_"+record.ScoreAUM, s, func(r run) float64 { return r.final("missed_" + record.ScoreAUM) })
					aum := missed[record.ScoreAUM]
					more := func(of, name string, than Quantity, limit float64) part {
						q := e.derive("more_"+name+"_"+s.key, []Quantity{than, aum}, func(v value) float64 { return v(than) - v(aum) })
						return part{what: "what " + of + " misses more than aum at the stop" + where, number: as(q), sign: "≥", limit: limit, unit: inPoints}
					}
					rival := func(score string, limit float64) part { return more(score, "at_stop_by_"+score, missed[score], limit) }
					parts[0] = append(parts[0], rival(record.ScoreAlignment, 0))
					parts[1] = append(parts[1], more("aum at the end", "at_end", end, 0.05))
					parts[2] = append(parts[2], rival(record.ScoreSelfInfluence, 0), rival(record.ScoreFirst, 0), rival(record.ScoreKept, 0))
					parts[3] = append(parts[3], rival(record.ScoreEL2N, -0.01))
					parts[4] = append(parts[4], rival(record.ScoreStop, 0))
					parts[5] = append(parts[5], part{what: "what aum misses at the stop" + where, number: as(aum), sign: "≤", limit: 0.2, unit: inPercent})
				}
			}
			for i, p := range parts {
				e.decide(i, p...)
			}
		},
	}
}
