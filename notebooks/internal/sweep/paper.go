// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
)

// noises are the paper's levels of label noise.
var noises = []float64{0, 0.25, 0.5, 0.75, 1}

// seeds are those of the runs that show how much a seed matters.
var seeds = []int64{1, 2, 3}

// Fields of figures 1 to 3: one wide layer, longer than figure 4.
var (
	wide      = [][]int{{2048}}
	wideSteps = []int{100_000}
)

var paper = map[string]func() Grid{
	// CG §3: label noise by winsorization.
	"figure4": func() Grid { return Grid{{Noise: noises, C: []float64{0, 1, 2, 4, 8}}} },
	"figure4-seeds": func() Grid {
		return Grid{
			{Noise: []float64{0.5}, C: []float64{0, 1, 2, 8}, Seed: seeds},
			{Noise: []float64{0, 1}, C: []float64{0, 2}, Seed: seeds},
		}
	},
	// CG §2.1–2.3; figures 2 and 3 (§2.4) are of the same runs.
	"figure1": func() Grid { return Grid{{Hidden: wide, Steps: wideSteps, Noise: noises}} },
	"figure1-seeds": func() Grid {
		return Grid{{Hidden: wide, Steps: wideSteps, Noise: []float64{0, 0.25, 0.5}, Seed: seeds}}
	},
	// Not the paper's: a run that collapses, and what may keep it from that.
	"collapse": listed(collapseRuns),
	// Not the paper's: runs by which rules are judged that say when to stop.
	"stopping": listed(record.StoppingRuns),
	// Easy, hard and wrong examples: the second needs the clean runs of the first.
	"examples":  listed(record.ExampleRuns),
	"easy-hard": listed(record.EasyHardRuns),
	// Does it carry over to other images and another net?
	"carry-over":       listed(func() []record.Spec { return record.CarriedOn("fashion-mnist-6000") }),
	"carry-over-cifar": listed(func() []record.Spec { return record.CarriedOn("cifar-10-2000") }),
	"carry-over-wide":  listed(record.CarriedWideRuns),
	"carry-over-whole": listed(record.CarriedWholeRuns),
	// What the paper left open.
	"open-capacity": listed(record.CapacityRuns),
	"open-early":    listed(record.EarlyCapacityRuns),
	"open-starts":   listed(record.StartedRuns),
	"open-patterns": listed(record.PatternRuns),
	// Which rule forgets wrong labels.
	"rules": listed(func() []record.Spec { return record.RuleRuns("mnist") }),
	// How far gradients agree over training.
	"coherence":       listed(record.CoherenceRuns),
	"coherence-whole": listed(record.CoherenceWholeRuns),
	// CG, discussion: the full batch beside minibatches, on a subset.
	"full-batch": func() Grid {
		return Grid{{Dataset: []string{"mnist-6000"}, Steps: []int{10_000}, Noise: []float64{0, 0.5}, Batch: []int{6000, 100}}}
	},
	// Figure 3's ten steps with further seeds, which the claim C10a is judged by.
	"first-steps": func() Grid {
		return Grid{{Hidden: wide, Steps: []int{10}, Noise: []float64{0.25, 0.5, 0.75}, Seed: []int64{4, 5, 6, 7, 8, 9, 10}}}
	},
}

// measured is what the runs of a part that is not the paper's are for. The paper's own are measured where that is asked
// for: Figures 2 and 3 need gradients, Figures 1 and 4 don't.
var measured = map[string]record.Measure{
	"collapse": record.MeasureClamping + "," + record.MeasureHealth, "stopping": record.MeasureSignals, "examples": record.MeasureExamples,
	"carry-over-wide": record.MeasureGradients, "open-capacity": record.MeasureGradients, "open-early": record.MeasureGradients,
	"open-patterns": record.MeasureAlignment, "coherence": record.MeasureCoherence, "coherence-whole": record.MeasureCoherence,
}

// PaperMeasure is what the runs of a part that [Paper] knows are to be measured by, where nothing else is asked for.
func PaperMeasure(name string) record.Measure { return measured[name] }

// PaperNames lists what [Paper] knows.
func PaperNames() []string { return append(slices.Sorted(maps.Keys(paper)), "all") }

// Paper is the grid of a part of the paper, or of several separated by commas; "all" is every one.
func Paper(names string) (Grid, error) {
	words, err := Words("paper", names)
	if err != nil {
		return nil, err
	}
	var g Grid
	for _, word := range words {
		switch part, known := paper[word]; {
		case word == "all":
			// The figures' first seeds before the others.
			for _, name := range []string{"figure4", "figure1", "full-batch", "figure4-seeds", "figure1-seeds", "first-steps"} {
				g = append(g, paper[name]()...)
			}
		case known:
			g = append(g, part()...)
		default:
			return nil, fmt.Errorf("paper = %q: use one or more of %s", shorten(word), strings.Join(PaperNames(), ", "))
		}
	}
	return g, nil
}

// listed is the grid of a list of runs, in their order.
func listed(runs func() []record.Spec) func() Grid {
	return func() Grid {
		var g Grid
		for _, s := range runs() {
			g = append(g, Block{run: &s})
		}
		return g
	}
}

// collapseRuns are record.Collapse and its remedies, the first seed of all of them first.
func collapseRuns() (specs []record.Spec) {
	for _, seed := range record.CollapseSeeds {
		runs := []record.Spec{record.Collapse("mnist")}
		for _, r := range record.Remedies("mnist") {
			runs = append(runs, r.Spec)
		}
		for _, s := range runs {
			s.Seed = seed
			specs = append(specs, s)
		}
	}
	return specs
}
