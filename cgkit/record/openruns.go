// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

// The runs about three observations that the paper names and does not test: (d) more capacity generalises better, (e)
// there are initial weights from which training generalises badly, (f) common patterns are found in random labels too.

// OpenSeeds are the seeds of the runs about the open observations. No run had them before the claims about those runs
// were written.
var OpenSeeds = []int64{11, 12, 13}

// Widths are those of one hidden layer in the runs of [Capacity].
func Widths() []int { return []int{32, 256, 1024, 4096} }

// Capacity is a run of observation (d): a net of hidden layers on the first 6,000 examples of MNIST for 5,000 steps
// of plain SGD, 83 epochs.
func Capacity(noise float64, hidden ...int) Spec {
	s := DefaultSpec()
	s.Dataset, s.Noise, s.Hidden, s.Steps = "mnist-6000", noise, hidden, 5_000
	return s
}

// CapacityRuns lists the runs of [Capacity]: every width of one layer, and two to four layers of 256, at 0 and 25 %
// noise, the first seed of all of them first.
func CapacityRuns() []Spec {
	nets := [][]int{{256, 256}, {256, 256, 256}, {256, 256, 256, 256}}
	for _, width := range Widths() {
		nets = append(nets, []int{width})
	}
	var specs []Spec
	for _, seed := range OpenSeeds {
		for _, hidden := range nets {
			for _, noise := range []float64{0, 0.25} {
				s := Capacity(noise, hidden...)
				s.Seed = seed
				specs = append(specs, s)
			}
		}
	}
	return specs
}

// EarlySeeds are the seeds of the runs of [EarlyCapacity]. No run had them before the claim about these was written.
var EarlySeeds = []int64{21, 22, 23}

// EarlyCapacity is the beginning of a run of [Capacity] without noise, with one hidden layer: 600 steps, ten epochs.
func EarlyCapacity(width int) Spec {
	s := Capacity(0, width)
	s.Steps = 600
	return s
}

// EarlyCapacityRuns lists the runs of [EarlyCapacity].
func EarlyCapacityRuns() []Spec {
	var specs []Spec
	for _, seed := range EarlySeeds {
		for _, width := range Widths() {
			s := EarlyCapacity(width)
			s.Seed = seed
			specs = append(specs, s)
		}
	}
	return specs
}

// OpenSets are the data sets of the runs about the observations (e) and (f).
func OpenSets() []string { return []string{"mnist-6000", "fashion-mnist-6000"} }

// Start is where a run of observation (e) begins.
type Start struct {
	First string  // what the net is trained on before, as in a [Spec]; "" for nothing
	Steps int     // for so many updates
	Rate  float64 // at this rate, which is the run's too
}

// Starts lists the starts of observation (e): fresh ones, and at the paper's rate two lengths of what came before,
// at a tenth of it the longer one.
func Starts() []Start {
	var starts []Start
	for _, rate := range []float64{0.1, 0.01} {
		starts = append(starts, Start{Rate: rate})
		for _, steps := range []int{6_000, 600} {
			if rate != 0.1 && steps != 6_000 {
				continue
			}
			for _, first := range Firsts() {
				starts = append(starts, Start{First: first, Steps: steps, Rate: rate})
			}
		}
	}
	return starts
}

// Started is a run of observation (e): Figure 4's net from a start, on real labels for 50 epochs of plain SGD.
func Started(dataset string, from Start) Spec {
	s := DefaultSpec()
	s.Dataset, s.Steps, s.LearningRate = dataset, 3_000, from.Rate
	s.First, s.FirstSteps = from.First, from.Steps
	return s
}

// StartedRuns lists the runs of [Started], the first seed of all of them first.
func StartedRuns() []Spec {
	var specs []Spec
	for _, seed := range OpenSeeds {
		for _, dataset := range OpenSets() {
			for _, from := range Starts() {
				s := Started(dataset, from)
				s.Seed = seed
				specs = append(specs, s)
			}
		}
	}
	return specs
}

// Patterns is a run of observation (f): Figure 4's net on 6,000 examples for 4,000 steps, of real labels (noise 0) or
// random ones (noise 1).
func Patterns(dataset string, noise float64) Spec {
	s := DefaultSpec()
	s.Dataset, s.Noise, s.Steps = dataset, noise, 4_000
	return s
}

// PatternRuns lists the runs of [Patterns], the first seed of all of them first.
func PatternRuns() []Spec {
	var specs []Spec
	for _, seed := range OpenSeeds {
		for _, dataset := range OpenSets() {
			for _, noise := range []float64{1, 0} {
				s := Patterns(dataset, noise)
				s.Seed = seed
				specs = append(specs, s)
			}
		}
	}
	return specs
}
