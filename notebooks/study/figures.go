// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/plots"

	"github.com/dustin/go-humanize"
)

// RunFigure draws one run: accuracies and overfit, losses, and pristine against corrupt examples where there is noise.
func RunFigure(r *record.Record) *plots.Figure {
	return figure(plots.Run(plots.RunData{Meta: meta("One run", r), Evaluations: *evaluations(r)}))
}

// figure ends the cell on an error.
func figure(f *plots.Figure, err error) *plots.Figure {
	must(err)
	return f
}

// CompareFigure overlays runs, each under the name that tells it from the others. Runs that differ in their seed alone
// become their median with their range as a band. It wants no nil records.
func CompareFigure(records ...*record.Record) *plots.Figure { return figure(compare(records)) }

// compare is [CompareFigure] with its error.
func compare(records []*record.Record) (*plots.Figure, error) {
	what := training(records)
	if len(records) > 0 && !slices.ContainsFunc(records, func(r *record.Record) bool { return r.Spec.Noise != records[0].Spec.Noise }) {
		what += fmt.Sprintf(" at %.4g %% noise", 100*records[0].Spec.Noise)
	}
	d := plots.CompareData{Meta: meta(what, records...)}
	first, seeds := bySeeds(records)
	if len(first) < len(records) {
		d.Meta = metaOfSeeds(what, records)
	}
	for i, r := range first {
		d.Runs = append(d.Runs, plots.NamedRun{Name: runName(r, first), Role: runRole(r, first), Evaluations: *evaluationsOfSeeds(seeds[i])})
	}
	return plots.Compare(d)
}

// training says how the runs of a figure were trained.
func training(records []*record.Record) string {
	plain, winsorized, other := 0, 0, 0
	for _, r := range records {
		switch {
		case record.TakesC(r.Spec.Aggregator) && r.Spec.C == 0, r.Spec.Aggregator == record.AggregatorMean:
			plain++
		case r.Spec.Aggregator == record.AggregatorWinsorize:
			winsorized++
		default:
			other++
		}
	}
	switch {
	case other > 0:
		return "Training"
	case winsorized == 0:
		return "Training by plain SGD"
	case plain == 0:
		return "Training with winsorization"
	}
	return "Training with and without winsorization"
}

// GridFigure draws Figure 4 from records of [Grid], in any order; nil records are left out, and a cell without one is
// drawn as missing. Several seeds of a cell become their median with their range as a band.
func GridFigure(records []*record.Record) *plots.Figure { return figure(grid(records)) }

// GridPartFigure is [GridFigure] with some of its columns and rows, for a narrow place: its noise levels and its c, as
// 0, 0.5, 1 and 0, 2, 8 in one column of a paper.
func GridPartFigure(records []*record.Record, noises, cs []float64) *plots.Figure {
	return figure(gridPart(records, noises, cs))
}

// The part of Figure 4 that fits one column of a paper.
var (
	columnNoises = []float64{0, 0.5, 1}
	columnCs     = []float64{0, 2, 8}
)

// columnPart is that part, as far as the mode has it: its levels of noise, its c, and its specs.
func columnPart() (noises, cs []float64, specs []record.Spec) {
	among := func(wanted, all []float64) []float64 {
		return slices.DeleteFunc(slices.Clone(wanted), func(v float64) bool { return !slices.Contains(all, v) })
	}
	noises, cs = among(columnNoises, Noises()), among(columnCs, Cs())
	for _, c := range cs {
		for _, noise := range noises {
			specs = append(specs, cell(noise, c)...)
		}
	}
	return noises, cs, specs
}

// grid is [GridFigure] with its error.
func grid(records []*record.Record) (*plots.Figure, error) { return gridPart(records, Noises(), Cs()) }

// gridPart is [GridPartFigure] with its error.
func gridPart(records []*record.Record, noises, cs []float64) (*plots.Figure, error) {
	d := plots.GridData{Noises: noises, Cs: cs}
	what := "Accuracy and overfit by label noise (columns) and winsorization c (rows); grey line: proper accuracy"
	var shown []*record.Record
	for _, c := range d.Cs {
		var cells []*plots.Evaluations
		for _, noise := range d.Noises {
			cell := byCell(records, noise, c)
			shown = append(shown, cell...)
			cells = append(cells, evaluationsOfSeeds(cell))
		}
		d.Cells = append(d.Cells, cells)
	}
	d.Meta = metaOfSeeds(what, shown)
	return plots.WinsorizedGrid(d)
}

// byCell gathers the records of a cell of Figure 4, without nil ones.
func byCell(records []*record.Record, noise, c float64) []*record.Record {
	return slices.DeleteFunc(byNoise(records, noise), func(r *record.Record) bool { return r.Spec.C != c })
}

// evaluationsOfSeeds are the medians over the seeds of a run as plots takes them, with the range of accuracies and
// overfit as bands where there are several; nil for none.
func evaluationsOfSeeds(runs []*record.Record) *plots.Evaluations {
	if len(runs) == 0 {
		return nil
	}
	e := &plots.Evaluations{Proper: ProperAccuracy(runs[0].Spec.Noise, runs[0]), Steps: evaluated(runs, math.MaxInt)}
	line := func(name string) ([]float64, plots.Band) {
		l := spread(runs, e.Steps, named(name))
		return l.Y, l.Band
	}
	e.TrainAccuracy, e.TrainBand = line("train_accuracy")
	e.TestAccuracy, e.TestBand = line("test_accuracy")
	e.Overfit, e.OverfitBand = line("overfit")
	e.TrainLoss, _ = line("train_loss")
	e.TestLoss, _ = line("test_loss")
	e.Pristine, _ = line("pristine_accuracy")
	e.Corrupt, _ = line("corrupt_accuracy")
	return e
}

// evaluations are a record's numbers as plots takes them.
func evaluations(r *record.Record) *plots.Evaluations {
	return evaluationsOfSeeds([]*record.Record{r})
}

// ProperAccuracy is the expected share of unchanged labels, with as many classes as the data set of the records has,
// or with ten, as all published sets have.
func ProperAccuracy(noise float64, records ...*record.Record) float64 {
	for _, r := range records {
		if r == nil {
			continue
		}
		if k := r.Data().Classes; k > 1 && k != 10 {
			return 1 - noise*float64(k-1)/float64(k)
		}
	}
	return 1 - 0.9*noise
}

// Medians are the medians over the seeds of a run, as plots takes them, with the range of accuracies and overfit as bands
// where there are several seeds; nil for no records.
func Medians(records []*record.Record) *plots.Evaluations { return evaluationsOfSeeds(records) }

// meta is caption, provenance and marks from the records themselves, each of which is drawn by itself.
func meta(what string, records ...*record.Record) plots.Meta {
	present := nonNil(records)
	return metaWith(what, seedsInWords(present), records...)
}

// metaWith is meta with its words on seeds.
func metaWith(what, ofSeeds string, records ...*record.Record) plots.Meta {
	m := plots.Meta{Provenance: map[string]string{}}
	present := nonNil(records)
	var ids, seeds, rates []string
	add := func(list *[]string, word string) {
		if !slices.Contains(*list, word) {
			*list = append(*list, word)
		}
	}
	var nets, sets, steps []string
	for _, r := range present {
		add(&ids, r.Spec.ID())
		add(&seeds, strconv.FormatInt(r.Spec.Seed, 10))
		data := r.Data()
		add(&nets, net(r))
		add(&sets, data.Title)
		add(&steps, humanize.Comma(int64(r.Spec.Steps)))
		add(&rates, fmt.Sprintf("batch %d, rate %v", r.Spec.Batch, r.Spec.LearningRate))
		if data.Synthetic {
			m.Marks = append(m.Marks, plots.SyntheticData)
		}
		if Mode() == place.Quick {
			m.Marks = append(m.Marks, plots.QuickRun)
		}
	}
	join := func(list []string) string { return strings.Join(list, " / ") }
	m.Caption = fmt.Sprintf("%s. %s, net %s, %s, %s steps; %s.", what, join(sets), join(nets), join(rates), join(steps), ofSeeds)
	ended := 0
	for _, r := range present {
		if r.Diverged != nil {
			ended++
		}
	}
	switch {
	case len(present) == 0:
		m.Caption = what + ". No record found."
	case ended == 1:
		m.Caption += " One run ended early, in a loss that is no number."
	case ended > 1:
		m.Caption += fmt.Sprintf(" %d runs ended early, in a loss that is no number.", ended)
	}
	m.Provenance["records"] = strings.Join(ids, " ")
	m.Provenance["seeds"] = strings.Join(seeds, " ")
	return m
}

// bySeeds puts together the records that differ in their seed alone, in the order of the first of each, which it returns
// too. It wants no nil records.
func bySeeds(records []*record.Record) (first []*record.Record, runs [][]*record.Record) {
	at := map[string]int{}
	for _, r := range records {
		s := r.Spec
		s.Seed = 1
		i, known := at[s.ID()]
		if !known {
			i, at[s.ID()] = len(runs), len(runs)
			first, runs = append(first, r), append(runs, nil)
		}
		runs[i] = append(runs[i], r)
	}
	return first, runs
}

// seedsInWords says which seeds records are of, or, where some runs have more seeds than others, how many they have.
func seedsInWords(records []*record.Record) string {
	_, runs := bySeeds(records)
	var seeds []int64
	for _, r := range records {
		if !slices.Contains(seeds, r.Spec.Seed) {
			seeds = append(seeds, r.Spec.Seed)
		}
	}
	slices.Sort(seeds)
	fewest, most := len(records), 0
	for _, run := range runs {
		fewest, most = min(fewest, len(run)), max(most, len(run))
	}
	switch {
	case fewest < most:
		return fmt.Sprintf("%d to %d seeds a curve", fewest, most)
	case len(seeds) > 2 && int(seeds[len(seeds)-1]-seeds[0]) == len(seeds)-1:
		return fmt.Sprintf("seeds %d to %d", seeds[0], seeds[len(seeds)-1])
	case len(seeds) == 2:
		return fmt.Sprintf("seeds %d and %d", seeds[0], seeds[1])
	case len(seeds) == 1:
		return fmt.Sprintf("seed %d", seeds[0])
	}
	return fmt.Sprintf("%d seeds", len(seeds))
}

// RunsFigure draws columns of records, a panel each, over the steps: the median over the seeds of each run with their
// range as a band. nil records are left out.
func RunsFigure(records []*record.Record, columns ...string) *plots.Figure {
	return figure(runsOf(records, columns))
}

// titles of columns, for panels.
var titles = map[string]string{
	"train_loss": "Training loss", "test_loss": "Test loss", "train_accuracy": "Training accuracy (%)", "test_accuracy": "Test accuracy (%)",
	"pristine_accuracy": "Pristine examples right (%)", "corrupt_accuracy": "Corrupt examples right (%)", "overfit": "Overfit (%)",
	"energy_removed": "Energy removed (%)", "clamped_share": "Values clamped (%)", "cosine": "Cosine of g and g̃",
}

// runsOf is [RunsFigure] with its error.
func runsOf(records []*record.Record, columns []string) (*plots.Figure, error) {
	present := nonNil(records)
	first, seeds := bySeeds(present)
	g := plots.Grid{XLabel: "step", ShareX: true, Aspect: 0.6}
	for i, column := range columns {
		title := titles[column]
		if title == "" {
			title = column
		}
		p := &plots.Panel{Title: title, XSteps: true, Percent: strings.HasSuffix(title, "(%)")}
		value := named(column)
		if column == "clamped_share" { // some per cent, which an axis from 0 to 100 does not show
			p.Percent, value = false, percent(value)
		}
		for k, r := range first {
			runs := seeds[k]
			steps := evaluated(runs, math.MaxInt)
			if l := spread(runs, steps, value); l.Y != nil {
				name := runName(r, first)
				if len(first) == 1 && !byRule(first) {
					name = fmt.Sprintf("c = %v, noise %v %%", r.Spec.C, 100*r.Spec.Noise)
				}
				p.Curves = append(p.Curves, plots.Curve{Name: name, X: steps, Y: l.Y, Lo: l.Lo, Hi: l.Hi, Role: runRole(r, first)})
			}
		}
		if i%2 == 0 {
			g.Panels = append(g.Panels, nil)
		}
		row := &g.Panels[len(g.Panels)-1]
		*row = append(*row, p)
	}
	if n := len(g.Panels); n > 1 && len(g.Panels[n-1]) == 1 {
		g.Panels[n-1] = append(g.Panels[n-1], &plots.Panel{Skip: true})
	}
	return plots.NewGrid(metaOfSeeds("What was measured over training", present), g)
}

// net writes a run's layers as the paper does, from input to classes, or names its model.
func net(r *record.Record) string {
	data := r.Data()
	if r.Spec.Model != "" {
		return r.Spec.Model
	}
	words := make([]string, 0, len(r.Spec.Hidden)+2)
	for _, width := range append(append([]int{data.Features()}, r.Spec.Hidden...), data.Classes) {
		word := strconv.Itoa(width)
		if width == 0 { // an old record of a set that nothing is known of
			word = "?"
		}
		words = append(words, word)
	}
	return strings.Join(words, "–")
}

// title is a data set's name for people.
func title(name string) string {
	if about, ok := datasets.About(name); ok {
		return about.Title
	}
	return name
}
