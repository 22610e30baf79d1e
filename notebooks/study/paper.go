// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"context"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
	"coherentgradients/plots"
)

// PaperFigure is one figure of the paper, for drawing it without a notebook.
type PaperFigure struct {
	// Name is that of its files, the same as in the notebooks.
	Name string
	// What is a clause for people.
	What string
	// Specs are the runs that it shows; none for a figure that shows no run.
	Specs []record.Spec
	// Partial: it can be drawn when some of the records are missing, though not all.
	Partial bool
	// Draw draws it from the records of Specs, in their order, nil where one is missing. It ends no program.
	Draw func(ctx context.Context, records []*record.Record) (*plots.Figure, error)
}

// Paper lists the paper's figures, for the notebook's data set and mode.
func Paper() []PaperFigure {
	columnNoises, columnCs, columnSpecs := columnPart()
	return []PaperFigure{
		{Name: "two_examples", What: "the thought experiment of CG §1",
			Draw: func(context.Context, []*record.Record) (*plots.Figure, error) { return twoExamples() }},
		{Name: "label_noise", What: "training images and their noisy labels",
			Draw: func(ctx context.Context, _ []*record.Record) (*plots.Figure, error) {
				set, err := datasets.Open(ctx, Dataset(), datasets.Options{})
				if err != nil {
					return nil, err
				}
				return digits(set, 40, 0.5)
			}},
		{Name: "figure_1", What: "figure 1: training with label noise", Specs: NoiseRuns(NoiseLevels()...), Partial: true, Draw: drawing(noise)},
		{Name: "figure_2", What: "figure 2: what pristine and corrupt examples contribute", Specs: NoiseRuns(MixedLevels()...), Partial: true, Draw: drawing(shares)},
		{Name: "figure_1_learned", What: "what counts as learned", Specs: NoiseRuns(MixedLevels()...), Partial: true, Draw: drawing(learned)},
		{Name: "figure_2_sampled", What: "figure 2 exactly, as sampled, and as predicted", Specs: NoiseRuns(MixedLevels()...), Partial: true, Draw: drawing(sampled)},
		{Name: "figure_2_exact", What: "figure 2 of all examples and parameters", Specs: NoiseRuns(MixedLevels()...), Partial: true, Draw: drawing(exactShares)},
		{Name: "figure_3", What: "figure 3: contributions in the first steps", Specs: NoiseRuns(MixedLevels()...), Partial: true, Draw: drawing(contributions)},
		{Name: "figure_3_ratios", What: "figure 3 run by run, with null worlds", Specs: NoiseRuns(MixedLevels()...), Partial: true, Draw: drawing(ratios)},
		{Name: "figure_3_exact", What: "figure 3 of all examples and parameters", Specs: NoiseRuns(MixedLevels()...), Partial: true, Draw: drawing(exactContributions)},
		{Name: "coherence", What: "m-coherence over training", Specs: NoiseRuns(NoiseLevels()...), Partial: true, Draw: drawing(coherenceOf)},
		{Name: "alpha", What: "coherence that groups of unequal size may be compared by", Specs: NoiseRuns(NoiseLevels()...), Partial: true, Draw: drawing(alphas)},
		{Name: "cosine", What: "the cosine of the groups' gradients", Specs: NoiseRuns(MixedLevels()...), Partial: true, Draw: drawing(cosines)},
		{Name: "figure_4", What: "figure 4: label noise by winsorization", Specs: Grid(), Partial: true,
			Draw: drawing(grid)},
		{Name: "figure_4_column", What: "nine cells of figure 4, for one column", Specs: columnSpecs, Partial: true,
			Draw: drawing(func(records []*record.Record) (*plots.Figure, error) {
				return gridPart(records, columnNoises, columnCs)
			})},
		{Name: "mechanism", What: "what winsorizing does at 50 % noise", Specs: GridColumn(0.5), Partial: true, Draw: drawing(mechanism)},
		{Name: "plain_and_winsorized", What: "c = 0 against c = 2 at 50 % noise", Specs: append(Seeds(Spec(0.5, 0)), Seeds(Spec(0.5, 2))...),
			Draw: drawing(compare)},
		{Name: "full_batch", What: "the full batch beside minibatches", Specs: FullBatchRuns(), Partial: true, Draw: drawing(fullBatch)},
		{Name: "verdicts", What: "the verdict on each claim", Specs: ClaimRuns(Dataset()), Partial: true, Draw: drawing(judged)},
	}
}

// drawing makes a Draw of a function that needs no context.
func drawing(f func([]*record.Record) (*plots.Figure, error)) func(context.Context, []*record.Record) (*plots.Figure, error) {
	return func(_ context.Context, records []*record.Record) (*plots.Figure, error) { return f(records) }
}

// twoExamples draws the thought experiment: examples a = (1, 1, 0) and b = (0, 1, 1) with the targets 1, under a linear
// model whose weights are 0, pull at the weights by −∇ ½ (w·x − 1)² = x.
func twoExamples() (*plots.Figure, error) {
	return plots.TwoExamples(plots.TwoExamplesData{
		Directions: []string{"only a", "shared", "only b"},
		A:          []float64{1, 1, 0}, B: []float64{0, 1, 1},
		NameA: "−g_{a}", NameB: "−g_{b}",
		Meta: plots.Meta{Caption: "Two examples pull at three weights. Together they pull twice as hard at the one that helps both."},
	})
}
