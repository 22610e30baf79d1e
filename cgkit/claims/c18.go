// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
)

// easyHard is the runs on one kind of example tested on another, whose data sets are named by their seed.
func (b Basis) easyHard(set, trained, tested string) setting {
	return setting{
		key:  setKey(set) + "_" + trained + "_on_" + tested,
		what: set + ", trained on " + trained + " examples and tested on " + tested + " ones",
		ask: func(s record.Spec) bool {
			want := b.on(record.EasyHard(set, trained, tested, s.Seed)).Normalized()
			if s.Data == "" || !slices.Contains(record.ExampleSeeds, s.Seed) { // what the examples are is no part of the name
				return false
			}
			s.Data = ""
			return s.Normalized().ID() == want.ID()
		},
	}
}

// setKey and setName write a data set's name in the names of quantities, and for people.
func setKey(set string) string { return strings.ReplaceAll(strings.TrimSuffix(set, "-6000"), "-", "_") }
func setName(set string) string {
	return map[string]string{"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}[setKey(set)]
}

func claim18() Claim {
	return Claim{
		ID: "C18", Where: "Weak and Strong Gradient Directions (arXiv 2003.07422), easy and hard examples", Figure: "notebook 10, easy and hard",
		Runs: "figure 4's net on half as many easy or hard examples of the first 6,000 of MNIST and of Fashion-MNIST: 125 of each class to train on " +
			"and 125 others of each class to test on, 2,500 steps of batch 50 (100 epochs); trained on easy or hard, tested on easy or hard; seeds 11, 12, 13",
		Text: "Easy examples generalise better among themselves than hard ones: a net trained on some of them is right about more of the others.",
		Quantity: "test accuracy, and training accuracy less test accuracy. For a seed, easy are the 250 examples of each class that the clean runs of the other two seeds learned " +
			"and kept first, by the mean of the steps' places in the schedule and, among equals, by the mean margin; hard are the 250 last. Each 250 are split by a draw that depends on the seed alone",
		Steps: "the mean of the last three evaluations, at steps 1,000, 2,000 and 2,500",
		Words: "1,250 test examples give a standard error of up to 1.4 points a run; \"better\" is by at least 5 points in the median of three seeds. " +
			"The paper's easy examples are those learned by the second epoch of ImageNet, without balancing the classes and with more easy than hard ones; here classes and sizes are equal. Written before any of these runs",
		Falsified: "on either data set, hard examples that test at least as well among themselves as easy ones do",
		Conditions: []Condition{
			core("trained and tested on easy examples, the test accuracy is ≥ 5 points above that of training and testing on hard ones, on both data sets"),
			core("the gap between training and test accuracy is ≥ 5 points smaller on easy examples than on hard ones, on both data sets"),
			also("nets trained on hard examples are right about easy ones more often than about hard ones, by ≥ 5 points, on both data sets"),
			also("nets trained on easy examples lose ≥ 5 points on hard ones, on both data sets"),
		},
		judge: func(e *evidence) {
			var parts [4][]part
			for _, set := range record.ExampleSets() {
				test := func(trained, tested string) Quantity {
					return e.measure("test_accuracy_end", e.basis().easyHard(set, trained, tested), func(r run) float64 { return r.whole("test_accuracy").tail() })
				}
				gap := func(kind string) Quantity {
					return e.measure("gap_end", e.basis().easyHard(set, kind, kind), func(r run) float64 {
						return r.whole("train_accuracy").minus(r.whole("test_accuracy")).tail()
					})
				}
				easy, hard := test(record.Easy, record.Easy), test(record.Hard, record.Hard)
				across, back := test(record.Easy, record.Hard), test(record.Hard, record.Easy)
				easyGap, hardGap := gap(record.Easy), gap(record.Hard)
				for i, d := range []struct {
					name, what string
					more, less Quantity
				}{
					{"easy_less_hard", "what easy examples gain in test accuracy over hard ones", easy, hard},
					{"gap_hard_less_easy", "what the gap of hard examples is larger by", hardGap, easyGap},
					{"hard_to_easy", "what nets trained on hard examples gain on easy ones", back, hard},
					{"easy_to_hard", "what nets trained on easy examples lose on hard ones", easy, across},
				} {
					q := e.derive(d.name+"_"+setKey(set), []Quantity{d.more, d.less}, func(v value) float64 { return v(d.more) - v(d.less) })
					parts[i] = append(parts[i], part{what: d.what + ", " + setName(set), number: as(q), sign: "≥", limit: 0.05, unit: inPoints})
				}
			}
			for i, p := range parts {
				e.decide(i, p...)
			}
		},
	}
}
