// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/record"
)

// openObservations are the claims about what the paper names and does not test.
func openObservations() []Claim { return []Claim{claimO1(), claimO1a(), claimO2(), claimO3()} }

// agreementOf is α̂ = (A − 1)/(m − 1) of all m training examples, the median over the evaluated steps of epochs 1 to 10.
func agreementOf(r run) float64 { return r.agreementIn(r.epoch(), 10*r.epoch()) }

// agreementIn is α̂ of all m training examples, the median over the evaluated steps from one to another.
func (r run) agreementIn(from, to float64) float64 {
	return agreement(r.curve("coherence", from, to).medianValue(), r.examples())
}

// examples is how many training examples there are.
func (r run) examples() float64 { return r.epoch() * float64(r.Spec.Batch) }

func claimO1() Claim {
	return Claim{
		ID: "O1", Where: "CG §1, observation (d)", Figure: "notebook 11", Runs: "nets of one hidden layer of 32, 256, 1,024 and 4,096, and of two to four of 256, " +
			"on the first 6,000 examples of MNIST, 5,000 steps, 0 and 25 % noise, gradients measured; seeds 11, 12, 13",
		Text:     "Wider nets generalise better although all fit their training labels, and the gradients of their examples agree more.",
		Quantity: "test and training accuracy; α̂ = (A − 1)/(m − 1) of all training examples; memorised share of the corrupt examples, corrupt accuracy less (1 − va)/9",
		Steps:    "accuracies and memorised share: the last; α̂: the median over the evaluated steps from 60 to 600, epochs 1 to 10",
		Words: "The paper names the observation and explains it by coherence; it gives no number. \"Better\" is half a point of 10,000 test images from 32 to 1,024, two standard errors of a test " +
			"accuracy near 95 %. \"Fit\" is 99 %. \"More\" is 1.25 times. Sankararaman et al. (1904.06963) find wider nets less confused and deeper ones more, by the smallest cosine of " +
			"minibatches; α̂ is another number, so that its fall with depth is asked for outside of the core.",
		Falsified: "a gain below half a point, or gradients that agree less in the wider net",
		Conditions: []Condition{
			core("without noise the net of 1,024 ends ≥ 0.5 points of test accuracy above that of 32, both with training accuracy ≥ 99 %"),
			core("without noise α̂ of the net of 1,024 is ≥ 1.25 times that of 32"),
			also("from each width to the next, 32 to 4,096, test accuracy falls by ≤ 0.2 points and α̂ by ≤ 10 %"),
			also("at 25 % noise the net of 1,024 ends with a memorised share ≥ 10 points above that of 32"),
			also("without noise α̂ of four layers of 256 is ≤ 0.8 times that of one"),
		},
		judge: func(e *evidence) {
			widths := record.Widths()
			var test, train, alpha, memory []Quantity
			of := func(noise float64, hidden ...int) setting {
				key := noiseKey(noise)
				for _, h := range hidden {
					key += fmt.Sprintf("_%d", h)
				}
				return e.basis().carried(record.Capacity(noise, hidden...), key)
			}
			for _, w := range widths {
				test = append(test, e.measure("final_test_accuracy", of(0, w), final("test_accuracy")))
				train = append(train, e.measure("final_train_accuracy", of(0, w), final("train_accuracy")))
				alpha = append(alpha, e.measure("agreement", of(0, w), agreementOf))
				memory = append(memory, e.measure("memorised", of(0.25, w), learnedByHeart))
				e.measure("final_test_accuracy", of(0.25, w), final("test_accuracy"))
				e.measure("agreement", of(0.25, w), agreementOf)
			}
			for depth := 2; depth <= 4; depth++ {
				for _, noise := range []float64{0, 0.25} {
					s := of(noise, []int{256, 256, 256, 256}[:depth]...)
					e.measure("final_test_accuracy", s, final("test_accuracy"))
					if q := e.measure("agreement", s, agreementOf); depth == 4 && noise == 0 {
						one := alpha[1]
						e.decide(4, part{what: "α̂ of four layers over that of one", sign: "≤", limit: 0.8, unit: inTimes,
							number: func(v value) float64 { return v(q) / v(one) }})
					}
				}
			}
			const narrow, wide = 0, 2 // 32 and 1,024
			e.decide(0,
				part{what: "the gain in test accuracy from 32 to 1,024", sign: "≥", limit: 0.005, unit: inPoints,
					number: func(v value) float64 { return v(test[wide]) - v(test[narrow]) }},
				part{what: "training accuracy of the net of 32", number: as(train[narrow]), sign: "≥", limit: 0.99, unit: inPercent},
				part{what: "training accuracy of the net of 1,024", number: as(train[wide]), sign: "≥", limit: 0.99, unit: inPercent})
			e.decide(1, part{what: "α̂ of the net of 1,024 over that of 32", sign: "≥", limit: 1.25, unit: inTimes,
				number: func(v value) float64 { return v(alpha[wide]) / v(alpha[narrow]) }})
			var steps []part
			for i := range widths[1:] {
				names := fmt.Sprintf("from %d to %d", widths[i], widths[i+1])
				steps = append(steps, part{what: "the gain in test accuracy " + names, sign: "≥", limit: -0.002, unit: inPoints,
					number: func(v value) float64 { return v(test[i+1]) - v(test[i]) }},
					part{what: "α̂ " + names, sign: "≥", limit: 0.9, unit: inTimes,
						number: func(v value) float64 { return v(alpha[i+1]) / v(alpha[i]) }})
			}
			e.decide(2, steps...)
			e.decide(3, part{what: "the gain in memorised share from 32 to 1,024", sign: "≥", limit: 0.1, unit: inPoints,
				number: func(v value) float64 { return v(memory[wide]) - v(memory[narrow]) }})
		},
	}
}

// agreementWhile is α̂ of all m training examples, the median over the evaluations at which a share of them from low to high
// is right; NaN where there is none.
func agreementWhile(r run, low, high float64) float64 {
	right, a := r.whole("train_accuracy"), r.whole("coherence")
	var here curve
	for i, at := range a.steps {
		if share := right.at(at); share >= low && share <= high {
			here.steps, here.values = append(here.steps, at), append(here.values, a.values[i])
		}
	}
	return agreement(here.medianValue(), r.examples())
}

func claimO1a() Claim {
	return Claim{
		ID: "O1a", Where: "CG §1, observation (d)", Figure: "notebook 11",
		Runs:     "nets of one hidden layer of 32, 256, 1,024 and 4,096 on the first 6,000 examples of MNIST, 600 steps, no noise, gradients measured; seeds 21, 22, 23",
		Text:     "Where they have learned as much, the gradients of a wider net's examples agree more, and in the first steps they do so too.",
		Quantity: "α̂ = (A − 1)/(m − 1) of all training examples",
		Steps:    "the median over the evaluations at which from 90 to 97 % of the training examples are right; over steps 1 to 9",
		Words: "O1 compares at equal steps, when the wide net has 90 % and the narrow one 85 %. \"More\" is 1.25 times, as there, and 1.5 times from 32 to 4,096; in the first steps 1.25 times from 32 " +
			"to 4,096. Seen beforehand, in the three seeds of O1: 1.36, 2.0 and 1.6 times in the median.",
		Falsified: "gradients that agree less in the wider net, where both have learned as much",
		Conditions: []Condition{
			core("while 90 to 97 % of the training examples are right α̂ of the net of 1,024 is ≥ 1.25 times that of 32"),
			core("and that of 4,096 ≥ 1.5 times"),
			also("over steps 1 to 9 α̂ of the net of 4,096 is ≥ 1.25 times that of 32"),
			also("from each width to the next, 32 to 4,096, α̂ falls by ≤ 10 %, by either"),
		},
		judge: func(e *evidence) {
			var while, first []Quantity
			for _, w := range record.Widths() {
				s := among(settingOf(record.EarlyCapacity(w), fmt.Sprintf("%d", w)), record.EarlySeeds)
				while = append(while, e.measure("agreement_while_90_to_97", s, func(r run) float64 { return agreementWhile(r, 0.9, 0.97) }))
				first = append(first, e.measure("agreement_steps_1_to_9", s, func(r run) float64 { return r.agreementIn(1, 9) }))
			}
			over := func(what string, list []Quantity, wide, narrow int, limit float64) part {
				return part{what: fmt.Sprintf("%s α̂ of the net of %d over that of %d", what, record.Widths()[wide], record.Widths()[narrow]), sign: "≥", limit: limit, unit: inTimes,
					number: func(v value) float64 { return v(list[wide]) / v(list[narrow]) }}
			}
			e.decide(0, over("while 90 to 97 % are right", while, 2, 0, 1.25))
			e.decide(1, over("while 90 to 97 % are right", while, 3, 0, 1.5))
			e.decide(2, over("in steps 1 to 9", first, 3, 0, 1.25))
			var steps []part
			for i := range record.Widths()[1:] {
				steps = append(steps, over("while 90 to 97 % are right", while, i+1, i, 0.9), over("in steps 1 to 9", first, i+1, i, 0.9))
			}
			e.decide(3, steps...)
		},
	}
}

// learnedByHeart is the share of the corrupt examples that is learned beyond what mistakes give, as in C11a.
func learnedByHeart(r run) float64 {
	return r.final("corrupt_accuracy") - (1-r.final("test_accuracy"))/(classes-1)
}

func claimO2() Claim {
	return Claim{
		ID: "O2", Where: "CG §1, observation (e)", Figure: "notebook 11",
		Runs: "784–256–256–256–10 on the first 6,000 examples of MNIST and of Fashion-MNIST, 3,000 steps on real labels: fresh, and after 6,000 or 600 steps on random labels of the same images, of the next 6,000 images, " +
			"or from fresh weights scaled to the norms that these give; seeds 11, 12, 13",
		Text:     "Random labels first, then real ones, generalises worse than a fresh start; it is the weights' directions and not their norms that do it, and not these images alone.",
		Quantity: "harm: test accuracy of the fresh start less that of the other; the step at which training accuracy reaches 90 %",
		Steps:    "harm: the last; rate 0.1, but for the last condition",
		Words: "Liu et al. (1906.02613) lose up to 40 % of test accuracy so, with large nets on CIFAR-10; the paper calls such starts adversarial. MNIST is easier: 1 point is asked, five standard errors of a test accuracy near " +
			"95 %. Maennel et al. (2006.10455) find the opposite: random labels on other images make later training faster; 0.8 times the steps is asked, at the low rate with which they start.",
		Falsified: "a harm below 1 point on either data set, or a start with the same norms that loses more than half as much",
		Conditions: []Condition{
			core("after 6,000 steps on random labels of the same images the harm is ≥ 1 point, on both data sets"),
			core("with the norms alone the harm is ≤ half of that, on both"),
			also("after other images it is ≥ half of that, on both"),
			also("after 600 steps on the same images it is smaller than after 6,000, on both"),
			also("help: at rate 0.01, after 6,000 steps on random labels of other images, training accuracy reaches 90 % in ≤ 0.8 times the steps of a fresh start, on both"),
		},
		judge: func(e *evidence) {
			conditions := make([][]part, 5)
			for _, set := range record.OpenSets() {
				setting := func(from record.Start) setting {
					key := fmt.Sprintf("%s_%s_%d_rate_%g", set, from.First, from.Steps, from.Rate)
					if from.First == "" {
						key = fmt.Sprintf("%s_fresh_rate_%g", set, from.Rate)
					}
					return e.basis().carried(record.Started(set, from), key)
				}
				harm := map[record.Start]Quantity{}
				for _, from := range record.Starts() {
					s := setting(from)
					e.measure("final_test_accuracy", s, final("test_accuracy"))
					e.measure("steps_to_train_90", s, reach("train_accuracy", 0.9))
					if from.First != "" {
						e.measure("first_accuracy", s, func(r run) float64 { return r.at("first_accuracy", 0) })
						harm[from] = e.measurePair("harm_"+s.key, setting(record.Start{Rate: from.Rate}), s, func(fresh, other run) float64 {
							return fresh.final("test_accuracy") - other.final("test_accuracy")
						})
					}
				}
				at := func(first string, steps int) Quantity {
					return harm[record.Start{First: first, Steps: steps, Rate: 0.1}]
				}
				same, other, norms, brief := at(record.FirstRandom, 6000), at(record.FirstElsewhere, 6000), at(record.FirstNorms, 6000), at(record.FirstRandom, 600)
				over := func(a Quantity) func(v value) float64 {
					return func(v value) float64 {
						if !(v(same) > 0) {
							return math.NaN() // there is no harm to compare with
						}
						return v(a) / v(same)
					}
				}
				faster := e.measurePair("speed_"+set, setting(record.Start{First: record.FirstElsewhere, Steps: 6000, Rate: 0.01}), setting(record.Start{Rate: 0.01}),
					func(other, fresh run) float64 {
						return ratio(reach("train_accuracy", 0.9)(fresh), reach("train_accuracy", 0.9)(other))
					})
				for i, p := range []part{
					{what: "the harm on " + set, number: as(same), sign: "≥", limit: 0.01, unit: inPoints},
					{what: "the harm of the norms alone over the whole, on " + set, number: over(norms), sign: "≤", limit: 0.5, unit: inTimes},
					{what: "the harm after other images over that after the same, on " + set, number: over(other), sign: "≥", limit: 0.5, unit: inTimes},
					{what: "the harm after 600 steps over that after 6,000, on " + set, number: over(brief), sign: "<", limit: 1, unit: inTimes},
					{what: "the steps to 90 % of the training examples over a fresh start's, on " + set, number: as(faster), sign: "≤", limit: 0.8, unit: inTimes},
				} {
					conditions[i] = append(conditions[i], p)
				}
			}
			for i, parts := range conditions {
				e.decide(i, parts...)
			}
		},
	}
}

func claimO3() Claim {
	return Claim{
		ID: "O3", Where: "CG §1, observation (f)", Figure: "notebook 11", Runs: "784–256–256–256–10 on the first 6,000 examples of MNIST and of Fashion-MNIST, 4,000 steps, 100 % noise and none, alignment measured; seeds 11, 12, 13",
		Text: "Nets find common patterns in random labels too: what training adds to the first layer's weights lies along the images' principal directions.",
		Quantity: "C = VᵀΔWΔWᵀV, where ΔW [784, 256] is what training has added to the first layer and V are the principal directions 2 to 51 of the images' second moments; diagonal: Σ_k C_kk² / Σ_kl C_kl², which is 1 where C's eigenvectors are those " +
			"directions; chance: its mean over all rotations of V, (2 + (tr C)²/tr C²)/(50 + 2); order: Kendall's τ between the directions' variances and C_kk",
		Steps: "the last",
		Words: "Maennel et al. (2006.10455) derive for images from a normal distribution that the covariance of the first layer's weights has the images' eigenvectors, and find nearly so on natural ones. Twice chance is asked " +
			"of a diagonal that could be 1, and τ ≥ 0.5 of an order that could be 1. Direction 1, nearly the mean image, is left out: all units' gradients share it, and it would make the diagonal near 1 by itself.",
		Falsified: "a diagonal below twice chance on either data set with random labels, or an order below 0.5",
		Conditions: []Condition{
			core("random labels: diagonal ≥ 2 times chance, on both data sets"),
			core("random labels: order ≥ 0.5, on both"),
			also("real labels: diagonal ≥ 2 times chance and order ≥ 0.5, on both"),
			also("with random labels the diagonal is ≥ half as large as with real ones, on both"),
		},
		judge: func(e *evidence) {
			conditions := make([][]part, 4)
			for _, set := range record.OpenSets() {
				measure := func(noise float64) (diagonal, chance, order Quantity) {
					s := e.basis().carried(record.Patterns(set, noise), set+"_"+noiseKey(noise))
					return e.measure("diagonal", s, final("alignment")), e.measure("chance", s, final("alignment_chance")), e.measure("order", s, final("alignment_order"))
				}
				random, chance, order := measure(1)
				real, realChance, realOrder := measure(0)
				times := func(what string, a, b Quantity, least float64) part {
					return part{what: what + " on " + set, sign: "≥", limit: least, unit: inTimes, number: func(v value) float64 { return v(a) / v(b) }}
				}
				sorted := func(what string, q Quantity) part {
					return part{what: what + " on " + set, number: as(q), sign: "≥", limit: 0.5}
				}
				conditions[0] = append(conditions[0], times("with random labels the diagonal over chance", random, chance, 2))
				conditions[1] = append(conditions[1], sorted("with random labels the order", order))
				conditions[2] = append(conditions[2], times("with real labels the diagonal over chance", real, realChance, 2), sorted("with real labels the order", realOrder))
				conditions[3] = append(conditions[3], times("the diagonal with random labels over that with real ones", random, real, 0.5))
			}
			for i, parts := range conditions {
				e.decide(i, parts...)
			}
		},
	}
}
