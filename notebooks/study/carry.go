// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// CarryRuns are the runs of notebook 12, which the claims F1 to F4 are judged by, whatever the notebook's data set.
func CarryRuns() []record.Spec {
	return append(append(record.CarryOver(), record.CarriedWideRuns()...), record.CarriedWholeRuns()...)
}

// FashionRuns and CIFARRuns are the runs of record.CarriedFashion and record.CarriedCIFAR.
func FashionRuns() []record.Spec { return record.CarriedOn(record.CarriedFashion(0, 0, "").Dataset) }
func CIFARRuns() []record.Spec   { return record.CarriedOn(record.CarriedCIFAR(0, 0, "").Dataset) }

// DigitRuns are the runs of record.CarriedDigits at 25 and 50 % noise.
func DigitRuns() (specs []record.Spec) {
	for _, seed := range record.CarrySeeds {
		for _, noise := range []float64{0.25, 0.5} {
			for _, c := range []float64{0, 1, 2} {
				s := record.CarriedDigits(noise, c)
				s.Seed = seed
				specs = append(specs, s)
			}
		}
	}
	return specs
}

// CarriedFigure draws the middle of Figure 4 from records without augmentation: accuracy and overfit, noise by columns
// and c = 0, 1, 2 by rows.
func CarriedFigure(records []*record.Record, noises ...float64) *plots.Figure {
	plain := Where(records, func(s record.Spec) bool { return s.Augment == "" })
	return figure(gridPart(plain, noises, []float64{0, 1, 2}))
}

// augmentations of plain SGD, in the order in which figures name them.
var augmentations = []struct{ name, text string }{
	{"", "images as they are"}, {record.AugmentShift, "shifts of up to a pixel"}, {record.AugmentFlipShift, "flips, and shifts of up to four"},
}

// AugmentFigure draws overfit and test accuracy of plain SGD with and without augmented images, a column for each data set
// and noise level of 25 and 50 % that there are records of.
func AugmentFigure(records []*record.Record) *plots.Figure { return figure(augmented(records)) }

// augmented is [AugmentFigure] with its error.
func augmented(records []*record.Record) (*plots.Figure, error) {
	g := plots.Grid{XLabel: "step", Aspect: 0.75}
	var overfit, test []*plots.Panel
	var shown []*record.Record
	for _, dataset := range namesOf(records) {
		for _, noise := range []float64{0.25, 0.5} {
			here := Where(records, func(s record.Spec) bool { return s.Dataset == dataset && s.Noise == noise && s.C == 0 })
			if len(here) == 0 {
				continue
			}
			g.ColumnHeads = append(g.ColumnHeads, fmt.Sprintf("%s, %g %%", setTitle(dataset), 100*noise))
			above, below := &plots.Panel{Title: "Overfit (%)", XSteps: true, Percent: true}, &plots.Panel{Title: "Test accuracy (%)", XSteps: true, Percent: true}
			for i, a := range augmentations {
				runs := Where(here, func(s record.Spec) bool { return s.Augment == a.name })
				if len(runs) == 0 {
					continue
				}
				shown = append(shown, runs...)
				above.Curves = append(above.Curves, line(a.text, plots.Series(i), runs, named("overfit")))
				below.Curves = append(below.Curves, line(a.text, plots.Series(i), runs, named("test_accuracy")))
			}
			overfit, test = append(overfit, above), append(test, below)
		}
	}
	if g.Panels = [][]*plots.Panel{overfit, test}; len(overfit) == 0 {
		g.Panels = [][]*plots.Panel{{nil}, {nil}}
	}
	return plots.NewGrid(metaOfSeeds("Plain SGD with augmented images", shown), g)
}

// namesOf are the data sets of records, in the order in which they come.
func namesOf(records []*record.Record) (names []string) {
	seen := map[string]bool{}
	for _, r := range records {
		if r != nil && !seen[r.Spec.Dataset] {
			seen[r.Spec.Dataset] = true
			names = append(names, r.Spec.Dataset)
		}
	}
	return names
}

// CarriedWideFigure draws what Figures 1 and 2 say from records of record.CarriedWideRuns: how many pristine and corrupt examples and
// test images are right, and what the two groups' gradients are of the whole, at 25 and 50 % noise.
func CarriedWideFigure(records []*record.Record) *plots.Figure { return figure(carriedWide(records)) }

// carriedWide is [CarriedWideFigure] with its error.
func carriedWide(records []*record.Record) (*plots.Figure, error) {
	g := plots.Grid{XLabel: "step", ShareX: true, Aspect: 0.75, Panels: [][]*plots.Panel{nil, nil}}
	var shown []*record.Record
	for _, noise := range []float64{0.25, 0.5} {
		runs := byNoise(records, noise)
		shown = append(shown, runs...)
		right := &plots.Panel{Title: "Right (%)", XSteps: true, Percent: true, Curves: []plots.Curve{
			line("pristine examples", plots.Pristine, runs, named("pristine_accuracy")),
			line("corrupt examples", plots.Corrupt, runs, named("corrupt_accuracy")),
			line("test images", plots.Test, runs, named("test_accuracy"))}}
		share := &plots.Panel{Title: "Part of ‖g‖²", XSteps: true, Curves: []plots.Curve{
			line("pristine examples", plots.Pristine, runs, named("fp")),
			line("corrupt examples", plots.Corrupt, runs, named("fc"))}}
		g.ColumnHeads = append(g.ColumnHeads, fmt.Sprintf("%g %% noise", 100*noise))
		g.Panels[0], g.Panels[1] = append(g.Panels[0], right), append(g.Panels[1], share)
	}
	return plots.NewGrid(metaOfSeeds("Figures 1 and 2 on other images: what is learned, and the parts of the gradient", shown), g)
}
