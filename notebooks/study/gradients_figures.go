// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// nullRows is how many of the six null worlds the figures show.
const nullRows = 3

// contributionSteps are those over which i^p and i^c are followed: 0 to 9.
const contributionSteps = 10

// NoiseFigure draws Figure 1 from records at several levels of label noise: training accuracy, test accuracy, training
// loss, and the share of pristine and of corrupt examples that have been predicted as their training label at some
// evaluated step so far. nil records are left out; several seeds of a level become their median with their range as a
// band.
func NoiseFigure(records []*record.Record) *plots.Figure { return figure(noise(records)) }

// noise is [NoiseFigure] with its error.
func noise(records []*record.Record) (*plots.Figure, error) {
	d := plots.Figure1Data{Meta: metaOfSeeds("Training at several levels of label noise; (d): predicted as its training label at some evaluated step so far", records)}
	for _, level := range levelsOf(records) {
		runs := byNoise(records, level)
		steps := evaluated(runs, math.MaxInt)
		line := func(name string) plots.Line { return spread(runs, steps, named(name)) }
		d.Runs = append(d.Runs, plots.NoiseRun{
			Noise: level, Steps: steps,
			TrainAccuracy: line("train_accuracy"), TestAccuracy: line("test_accuracy"), TrainLoss: line("train_loss"),
			PristineLearned: line("pristine_learned"), CorruptLearned: line("corrupt_learned"),
		})
	}
	if len(d.Runs) == 0 { // an empty frame that says so
		d.Runs = []plots.NoiseRun{{}}
	}
	return plots.Figure1(d)
}

// SharesFigure draws Figure 2: what pristine and corrupt examples contribute to the squared gradient, as the paper
// estimates it, over three of the six null worlds.
func SharesFigure(records []*record.Record) *plots.Figure { return figure(shares(records)) }

// shares is [SharesFigure] with its error.
func shares(records []*record.Record) (*plots.Figure, error) {
	d := plots.GroupsData{Noises: MixedLevels(), Meta: metaOfSeeds("f^p and f^c estimated on 400 examples and 300 weights a layer; below, the same gradients with permuted designations", records)}
	d.Rows = append(d.Rows, sharesRow("real", "fp_sample", records))
	for k := range nullRows {
		d.Rows = append(d.Rows, sharesRow(fmt.Sprintf("null %d", k+1), fmt.Sprintf("fp_null_%d", k+1), records))
	}
	return plots.Figure2(d)
}

// ExactSharesFigure draws what Figure 2 estimates, exactly: of all training examples, for all parameters and for
// those of each layer of a net with one hidden layer.
func ExactSharesFigure(records []*record.Record) *plots.Figure {
	return figure(exactShares(records))
}

// exactShares is [ExactSharesFigure] with its error.
func exactShares(records []*record.Record) (*plots.Figure, error) {
	d := plots.GroupsData{Noises: MixedLevels(), Meta: metaOfSeeds("f^p and f^c of all training examples: all parameters, and those of the hidden and of the output layer", records)}
	d.Rows = []plots.GroupRow{
		sharesRow("all", "fp", records),
		sharesRow("hidden", "fp_layer_0", records),
		sharesRow("output", "fp_layer_1", records),
	}
	return plots.Figure2(d)
}

// sharesRow is f^p by its name in the record, and f^c = 1 − f^p.
func sharesRow(title, name string, records []*record.Record) plots.GroupRow {
	return groupRow(title, records, math.MaxInt, named(name), rest(name))
}

// ContributionsFigure draws Figure 3: the mean contribution of one pristine and of one corrupt example over the first
// ten steps, as the paper estimates it, over three of the six null worlds. The gradients are those of the mean loss
// of all training examples.
func ContributionsFigure(records []*record.Record) *plots.Figure {
	return figure(contributions(records))
}

// contributions is [ContributionsFigure] with its error.
func contributions(records []*record.Record) (*plots.Figure, error) {
	d := plots.GroupsData{Noises: MixedLevels(), Meta: metaOfSeeds("i^p and i^c over the first ten steps, of the gradients of the mean loss, on 400 examples and 300 weights a layer; below, with permuted designations", records)}
	d.Rows = append(d.Rows, contributionsRow("real", "_sample", records))
	for k := range nullRows {
		d.Rows = append(d.Rows, contributionsRow(fmt.Sprintf("null %d", k+1), fmt.Sprintf("_null_%d", k+1), records))
	}
	return plots.Figure3(d)
}

// ExactContributionsFigure draws what Figure 3 estimates, exactly: of all training examples and parameters.
func ExactContributionsFigure(records []*record.Record) *plots.Figure {
	return figure(exactContributions(records))
}

// exactContributions is [ExactContributionsFigure] with its error.
func exactContributions(records []*record.Record) (*plots.Figure, error) {
	d := plots.GroupsData{Noises: MixedLevels(), Meta: metaOfSeeds("i^p and i^c over the first ten steps, of the gradients of the mean loss, on all training examples and parameters", records)}
	d.Rows = []plots.GroupRow{contributionsRow("all", "", records)}
	return plots.Figure3(d)
}

func contributionsRow(title, estimate string, records []*record.Record) plots.GroupRow {
	return groupRow(title, records, contributionSteps-1, named("ip"+estimate), named("ic"+estimate))
}

// groupRow has a cell for each of the mixed levels, nil where no record has the values.
func groupRow(title string, records []*record.Record, last int, pristine, corrupt func(record.Evaluation) (float64, bool)) plots.GroupRow {
	row := plots.GroupRow{Name: title}
	for _, level := range MixedLevels() {
		runs := byNoise(records, level)
		steps := evaluated(runs, last)
		lines := &plots.GroupLines{Steps: steps, Pristine: spread(runs, steps, pristine), Corrupt: spread(runs, steps, corrupt)}
		if lines.Pristine.Y == nil {
			lines = nil
		}
		row.Cells = append(row.Cells, lines)
	}
	return row
}

// CoherenceFigure draws m-coherence over the steps, on a log axis: of all training examples, of the pristine ones among
// themselves, and of the corrupt ones among themselves.
func CoherenceFigure(records []*record.Record) *plots.Figure { return figure(coherenceOf(records)) }

// coherenceOf is [CoherenceFigure] with its error.
func coherenceOf(records []*record.Record) (*plots.Figure, error) {
	var row []*plots.Panel
	for _, part := range []struct{ title, name string }{
		{"All examples", "coherence"}, {"Pristine ones", "coherence_pristine"}, {"Corrupt ones", "coherence_corrupt"},
	} {
		p := &plots.Panel{Title: part.title, XSteps: true, LogY: true, References: []plots.Reference{{Name: "orthogonal gradients", Y: 1}}}
		for _, level := range levelsOf(records) {
			runs := byNoise(records, level)
			steps := evaluated(runs, math.MaxInt)
			line := spread(runs, steps, func(e record.Evaluation) (float64, bool) {
				v, ok := e.Value(part.name)
				return v, ok && v > 0
			})
			if line.Y != nil {
				p.Curves = append(p.Curves, plots.Curve{Name: fmt.Sprintf("%v %% noise", 100*level), X: steps, Y: line.Y, Lo: line.Lo, Hi: line.Hi,
					Role: plots.NoiseLevel(level), Dash: plots.Solid})
			}
		}
		row = append(row, p)
	}
	return plots.NewGrid(metaOfSeeds("m-coherence: how many examples a small step for one of them helps, on average", records), plots.Grid{
		Panels: [][]*plots.Panel{row}, XLabel: "step", YLabel: "m-coherence", ShareX: true, ShareY: true, Aspect: 0.9,
	})
}

// ToyFigure draws the loss of the test example of the linear toy as it is trained, one curve for each path of losses.
func ToyFigure(names []string, paths [][]float64) *plots.Figure {
	p := &plots.Panel{XSteps: true, DirectLabels: true}
	for i, name := range names {
		steps := make([]float64, len(paths[i]))
		for s := range steps {
			steps[s] = float64(s)
		}
		p.Curves = append(p.Curves, plots.Curve{Name: name, X: steps, Y: paths[i], Role: plots.Series(i)})
	}
	return figure(plots.NewGrid(plots.Meta{Caption: "Loss of the test example on the linear toy with six weights; nothing is random in it."}, plots.Grid{
		Panels: [][]*plots.Panel{{p}}, XLabel: "step", YLabel: "test loss", Aspect: 0.35,
	}))
}
