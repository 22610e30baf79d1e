// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
	"slices"

	"coherentgradients/cgkit/record"
)

// The two papers about m-coherence say what A is on so many examples. A grows with their number, A = 1 + (m−1)α, so
// their numbers are carried over to other sizes by α̂ = (A−1)/(m−1).
const (
	examplesMC = 40_356 // Making Coherence Out of Nothing At All
	examplesGM = 50_000 // On the Generalization Mystery in Deep Learning
)

// agreement is α̂ of the m-coherence of m examples.
func agreement(a, m float64) float64 { return (a - 1) / (m - 1) }

const (
	// coherenceFrom is where the transient has passed that MC sees in about 25 steps; the next evaluated step is 30.
	coherenceFrom = 30
	// fewEpochs is GM's "first few epochs": five of 60 steps.
	fewEpochs = 5 * record.CoherenceExamples / 100
)

// coherent is the runs of [record.Coherence] on a data set, whole those of [record.CoherenceWhole], convolved those of
// [record.CoherenceConvolutions]. Other seeds do not count.
func (b Basis) coherent(dataset string, noise float64) setting {
	return among(settingOf(b.on(record.Coherence(dataset, noise)), noiseKey(noise)+"_"+dataset), record.CoherenceSeeds)
}

func (b Basis) coherentWhole(noise float64) setting {
	return among(settingOf(b.on(record.CoherenceWhole(b.Dataset, noise)), noiseKey(noise)+"_whole"), record.CoherenceSeeds)
}

func (b Basis) convolved(dataset string, noise float64) setting {
	spec := record.CoherenceConvolutions(dataset, noise)
	s := among(settingOf(spec, noiseKey(noise)+"_"+dataset), record.CoherenceSeeds)
	s.what = fmt.Sprintf("%s, noise %g %%, cnn, %d steps, seeds %d to %d", spec.Dataset, 100*noise, spec.Steps, record.CoherenceSeeds[0], record.CoherenceSeeds[2])
	return s
}

// alpha is α̂ of the runs of [record.Coherence] from a step on; smooth where one minibatch may stand out.
func (r run) alpha(from float64) curve {
	c := r.curve("coherence", from, math.Inf(1)).smooth()
	for i, a := range c.values {
		c.values[i] = agreement(a, record.CoherenceExamples)
	}
	return c
}

// rise is the largest later value of a curve over an earlier one: 1 where it only falls, NaN for an empty curve or one
// with a value that is not positive.
func (c curve) rise() float64 {
	least, most := math.Inf(1), math.NaN()
	for _, v := range c.values {
		if !(v > 0) {
			return math.NaN()
		}
		least = math.Min(least, v)
		if most = math.Max(v/least, most); math.IsNaN(most) {
			most = v / least
		}
	}
	return most
}

// troughToPeak is the highest point of A after its lowest one, which is looked for up to step 900, so that an end near 0 is
// no trough: its step, and how many times it is as high.
func (r run) troughToPeak() (step, times float64) {
	c := r.curve("coherence", coherenceFrom, math.Inf(1)).smooth()
	low, least := c.between(coherenceFrom, 900).negated().peak()
	step, most := c.between(low, math.Inf(1)).peak()
	return step, most / -least
}

// overDatasets is a quantity of the runs on both data sets at some levels of noise, in the order of the names returned.
func (e *evidence) overDatasets(name string, noises []float64, f func(run) float64) (list []Quantity, names []string) {
	for _, dataset := range record.CoherenceDatasets() {
		for _, n := range noises {
			list = append(list, e.measure(name, e.basis().coherent(dataset, n), f))
			names = append(names, fmt.Sprintf("%s, %g %% noise", dataset, 100*n))
		}
	}
	return list, names
}

const coherenceRuns = "784–256–256–256–10 by plain SGD on the first 6,000 training examples of MNIST and of Fashion-MNIST, 6,000 steps, seeds 11 to 13"

const carriedOver = "A of so many examples is carried over to 6,000 by α̂ = (A−1)/(m−1). "

func claim19() Claim {
	return Claim{
		ID: "C19", Where: "MC", Figure: "notebook 07, coherence over training", Runs: coherenceRuns + ", 0, 25, 50, 100 % noise",
		Text: "Coherence falls within some 25 steps from near m to below 10, then rises, peaks, and returns to 1; more slowly with more noise.",
		Quantity: "A = ‖Σ g_e‖²/Σ ‖g_e‖² of all training examples, and α̂; A smoothed by the median of three neighbouring evaluations: its lowest " +
			"value, and the highest after it, and their steps",
		Steps: "0; the least of those up to 30; the lowest of 30 to 900 and the highest after it; the end is the mean of the last three evaluations",
		Words: "\"Near m\" is at least half of m. MC's m is 40,356: " + carriedOver + "\"Below 10\" is α̂ < 0.0223 %. \"Rises\" is to at least three times the lowest. " +
			"\"Returns to 1\" is A ≤ 2. MC's are a ResNet-18, batches of 4,096 and ImageNet. On MNIST's 60,000 examples and " +
			"784–2048–10, seeds 1 to 3, A was seen to start at 440 to 1,228.",
		Falsified: "a start below half of m, or α̂ ≥ 0.0223 % throughout the first 30 steps, on either data set without noise",
		Conditions: []Condition{
			core("without noise A ≥ m/2 at step 0, on both data sets"),
			core("without noise α̂ < 0.0223 % at some step up to 30, on both"),
			core("at each noise level A rises to ≥ 3 times its lowest, on both"),
			also("at each noise level A ends ≤ 2, on both"),
			also("the peak comes later at each next noise level, on both"),
		},
		judge: func(e *evidence) {
			clean, noises := []float64{0}, record.CoherenceNoises()
			start, names := e.overDatasets("share_of_m_at_0", clean, func(r run) float64 { return r.at("coherence", 0) / record.CoherenceExamples })
			e.decide(0, compare(start, "A over m at step 0 on %s", names, "≥", 0.5, inPercent)...)
			least, _ := e.overDatasets("least_alpha_by_30", clean, func(r run) float64 {
				_, least := r.curve("coherence", 0, 30).negated().peak()
				return agreement(-least, record.CoherenceExamples)
			})
			e.decide(1, compare(least, "the least α̂ by step 30 on %s", names, "<", agreement(10, examplesMC), inNumber)...)
			rise, all := e.overDatasets("trough_to_peak", noises, func(r run) float64 { _, times := r.troughToPeak(); return times })
			e.decide(2, compare(rise, "the highest A over the lowest before it on %s", all, "≥", 3, inTimes)...)
			end, _ := e.overDatasets("coherence_end", noises, func(r run) float64 { return r.whole("coherence").tail() })
			e.decide(3, compare(end, "A at the end on %s", all, "≤", 2, inNumber)...)
			peak, _ := e.overDatasets("peak_step", noises, func(r run) float64 { step, _ := r.troughToPeak(); return step })
			var parts []part
			for i := range peak {
				if i%len(noises) == 0 {
					continue
				}
				parts = append(parts, part{what: "the step of the peak on " + all[i] + ", less that on " + all[i-1] + ",", sign: ">", limit: 0,
					number: func(v value) float64 { return v(peak[i]) - v(peak[i-1]) }})
			}
			e.decide(4, parts...)
		},
	}
}

// negated is −c.
func (c curve) negated() curve {
	out := curve{c.steps, slices.Clone(c.values)}
	for i := range out.values {
		out.values[i] *= -1
	}
	return out
}

func claim19g() Claim {
	return Claim{
		ID: "C19g", Where: "GM", Figure: "notebook 07, coherence over training", Runs: coherenceRuns + ", without noise",
		Text:     "With right labels coherence starts near 1, climbs to tens within the first few epochs, and comes back to 1.",
		Quantity: "A of all training examples; the highest α̂, smoothed by the median of three neighbouring evaluations, and its step",
		Steps:    "0; the whole run; the end is the mean of the last three evaluations",
		Words: "\"Near 1\" is A ≤ 3. \"Within the first few epochs\" is within five, 300 steps. GM's m is 50,000: " + carriedOver + "\"Tens\" is 10 to 100, α̂ from 0.018 to 0.198 %. " +
			"\"Back to 1\" is A ≤ 2. GM's are a ResNet-50 and ImageNet. It contradicts C19's start near m: at most one of the two can hold.",
		Falsified: "a start above 3, or a highest α̂ after five epochs, on either data set",
		Conditions: []Condition{
			core("A ≤ 3 at step 0, on both data sets"),
			core("α̂ is highest within 300 steps, on both"),
			also("its highest is between 0.018 and 0.198 %, on both"),
			also("A ends ≤ 2, on both"),
		},
		judge: func(e *evidence) {
			clean := []float64{0}
			start, names := e.overDatasets("coherence_at_0", clean, func(r run) float64 { return r.at("coherence", 0) })
			e.decide(0, compare(start, "A at step 0 on %s", names, "≤", 3, inNumber)...)
			at, _ := e.overDatasets("highest_at", clean, func(r run) float64 { step, _ := r.alpha(0).peak(); return step })
			e.decide(1, compare(at, "the step of the highest α̂ on %s", names, "≤", fewEpochs, inSteps)...)
			high, _ := e.overDatasets("highest_alpha", clean, func(r run) float64 { _, v := r.alpha(0).peak(); return v })
			e.decide(2, append(compare(high, "the highest α̂ on %s", names, "≥", agreement(10, examplesGM), inNumber),
				compare(high, "the highest α̂ on %s", names, "≤", agreement(100, examplesGM), inNumber)...)...)
			end, _ := e.overDatasets("coherence_end", clean, func(r run) float64 { return r.whole("coherence").tail() })
			e.decide(3, compare(end, "A at the end on %s", names, "≤", 2, inNumber)...)
		},
	}
}

func claim20() Claim {
	return Claim{
		ID: "C20", Where: "MC", Figure: "notebook 07, real and random labels", Runs: coherenceRuns + ", 0 and 100 % noise",
		Text:     "Random labels too climb well above the orthogonal level in mid-training, to hundreds, and real labels go far higher.",
		Quantity: "the highest α̂, smoothed by the median of three neighbouring evaluations; its median over the evaluations from step 300 on",
		Steps:    "from 30 on; from 300 on",
		Words: "MC's m is 40,356: " + carriedOver + "\"Hundreds\" is α̂ ≥ 0.245 %, that of A = 100. \"Far higher\" is three times; MC's own numbers are 10⁴ against 10² to 10³. " +
			"Step 30 is behind the transient, 300 is the end of the fifth epoch. On 60,000 examples and 784–2048–10 noisy labels were seen to be 15 to 25 times as coherent as real ones in mid-training.",
		Falsified: "a highest α̂ below 0.245 % for random labels, or real labels' highest below three times that, on either data set",
		Conditions: []Condition{
			core("with random labels the highest α̂ is ≥ 0.245 %, on both data sets"),
			core("with real labels it is ≥ 3 times as high, on both"),
			also("in the median over the evaluations from step 300 on, real labels' α̂ is at least that of random ones, on both"),
		},
		judge: func(e *evidence) {
			both := []float64{0, 1}
			high, names := e.overDatasets("highest_alpha_from_30", both, func(r run) float64 { _, v := r.alpha(coherenceFrom).peak(); return v })
			late, _ := e.overDatasets("median_alpha_from_300", both, func(r run) float64 { return r.alpha(300).medianValue() })
			var hundreds, higher, longer []part
			for i := 0; i < len(high); i += 2 {
				hundreds = append(hundreds, compare(high[i+1:i+2], "the highest α̂ on %s", names[i+1:i+2], "≥", agreement(100, examplesMC), inNumber)...)
				higher = append(higher, part{what: "the highest α̂ on " + names[i] + ", over that on " + names[i+1] + ",", sign: "≥", limit: 3, unit: inTimes,
					number: func(v value) float64 { return ratio(v(high[i+1]), v(high[i])) }})
				longer = append(longer, part{what: "the median α̂ on " + names[i] + ", less that on " + names[i+1] + ",", sign: "≥", limit: 0,
					number: func(v value) float64 { return v(late[i]) - v(late[i+1]) }})
			}
			e.decide(0, hundreds...)
			e.decide(1, higher...)
			e.decide(2, longer...)
		},
	}
}

func claim20g() Claim {
	return Claim{
		ID: "C20g", Where: "GM", Figure: "notebook 07, real and random labels", Runs: coherenceRuns + ", 0 and 100 % noise",
		Text:     "A step for one example helps tens of others with real labels and one or two with random ones.",
		Quantity: "α̂, smoothed by the median of three neighbouring evaluations: with random labels its median over the evaluations, with real ones its highest",
		Steps:    "from 30 on",
		Words: "GM's m is 50,000, where random labels are usually below 5 and real ones reach about 40: " + carriedOver + "\"Usually below 5\" is a median α̂ ≤ 0.008 %, " +
			"\"tens\" is ≥ 0.018 %, that of A = 10.",
		Falsified: "a median α̂ above 0.008 % with random labels, or no α̂ ≥ 0.018 % with real ones, on either data set",
		Conditions: []Condition{
			core("with random labels the median α̂ is ≤ 0.008 %, on both data sets"),
			core("with real labels the highest α̂ is ≥ 0.018 %, on both"),
			also("in the median over the evaluations from step 30 on, real labels' α̂ is at least that of random ones, on both"),
		},
		judge: func(e *evidence) {
			usual, names := e.overDatasets("median_alpha_from_30", []float64{0, 1}, func(r run) float64 { return r.alpha(coherenceFrom).medianValue() })
			high, clean := e.overDatasets("highest_alpha_from_30", []float64{0}, func(r run) float64 { _, v := r.alpha(coherenceFrom).peak(); return v })
			var few, longer []part
			for i := 0; i < len(usual); i += 2 {
				few = append(few, compare(usual[i+1:i+2], "the median α̂ on %s", names[i+1:i+2], "≤", agreement(5, examplesGM), inNumber)...)
				longer = append(longer, part{what: "the median α̂ on " + names[i] + ", less that on " + names[i+1] + ",", sign: "≥", limit: 0,
					number: func(v value) float64 { return v(usual[i]) - v(usual[i+1]) }})
			}
			e.decide(0, few...)
			e.decide(1, compare(high, "the highest α̂ on %s", clean, "≥", agreement(10, examplesGM), inNumber)...)
			e.decide(2, longer...)
		},
	}
}
