// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/experiment"
	"coherentgradients/plots"

	"github.com/dustin/go-humanize"
)

// RunFigure draws one run: accuracies and overfit, losses, and pristine against corrupt examples where there is noise.
func RunFigure(r *experiment.Record) *plots.Figure {
	return figure(plots.Run(plots.RunData{Meta: meta("One run", r), Evaluations: *evaluations(r)}))
}

// figure ends the cell on an error.
func figure(f *plots.Figure, err error) *plots.Figure {
	must(err)
	return f
}

// CompareFigure overlays runs, each under the name that tells it from the others.
func CompareFigure(records ...*experiment.Record) *plots.Figure { return figure(compare(records)) }

// compare is [CompareFigure] with its error.
func compare(records []*experiment.Record) (*plots.Figure, error) {
	d := plots.CompareData{Meta: meta("Training with and without winsorization", records...)}
	for _, r := range records {
		d.Runs = append(d.Runs, plots.NamedRun{Name: runName(r, records), Evaluations: *evaluations(r)})
	}
	return plots.Compare(d)
}

// GridFigure draws Figure 4 from the records of [Grid], in its order; nil records are drawn as missing.
func GridFigure(records []*experiment.Record) *plots.Figure { return figure(grid(records)) }

// grid is [GridFigure] with its error.
func grid(records []*experiment.Record) (*plots.Figure, error) {
	d := plots.GridData{Noises: Noises(), Cs: Cs()}
	d.Meta = meta("Accuracy and overfit by label noise (columns) and winsorization c (rows); grey line: proper accuracy", records...)
	if len(records) != len(d.Noises)*len(d.Cs) {
		return nil, fmt.Errorf("%d records for a grid of %d × %d: give those of study.Grid(), nil where one is missing", len(records), len(d.Cs), len(d.Noises))
	}
	for row := range d.Cs {
		var cells []*plots.Evaluations
		for column := range d.Noises {
			cells = append(cells, evaluations(records[row*len(d.Noises)+column]))
		}
		d.Cells = append(d.Cells, cells)
	}
	return plots.WinsorizedGrid(d)
}

// evaluations are a record's numbers as plots takes them; nil for no record.
func evaluations(r *experiment.Record) *plots.Evaluations {
	if r == nil {
		return nil
	}
	e := &plots.Evaluations{Proper: properAccuracy(r.Spec.Noise)}
	column := func(name string) []float64 {
		values := make([]float64, len(r.Evaluations))
		for i, evaluation := range r.Evaluations {
			v, ok := evaluation.Value(name)
			if !ok {
				v = math.NaN()
			}
			values[i] = v
		}
		return values
	}
	e.Steps = column("step")
	e.TrainAccuracy, e.TestAccuracy, e.Overfit = column("train_accuracy"), column("test_accuracy"), column("overfit")
	e.TrainLoss, e.TestLoss = column("train_loss"), column("test_loss")
	e.Pristine, e.Corrupt = column("pristine_accuracy"), column("corrupt_accuracy")
	return e
}

// properAccuracy is the expected share of unchanged labels with ten classes.
func properAccuracy(noise float64) float64 { return 1 - 0.9*noise }

// meta is caption, provenance and marks from the records themselves.
func meta(what string, records ...*experiment.Record) plots.Meta {
	m := plots.Meta{Provenance: map[string]string{}}
	present := slices.DeleteFunc(slices.Clone(records), func(r *experiment.Record) bool { return r == nil })
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
		add(&nets, net(r.Spec))
		add(&sets, title(r.Spec.Dataset))
		add(&steps, humanize.Comma(int64(r.Spec.Steps)))
		add(&rates, fmt.Sprintf("batch %d, rate %v", r.Spec.Batch, r.Spec.LearningRate))
		if strings.HasPrefix(r.Spec.Dataset, "glyphs") {
			m.Marks = append(m.Marks, plots.SyntheticData)
		}
		if Mode() == experiment.Quick {
			m.Marks = append(m.Marks, plots.QuickRun)
		}
	}
	join := func(list []string) string { return strings.Join(list, " / ") }
	m.Caption = fmt.Sprintf("%s. %s, net %s, %s, %s steps, seed %s.", what, join(sets), join(nets), join(rates), join(steps), join(seeds))
	if len(present) == 0 {
		m.Caption = what + ". No record found."
	}
	m.Provenance["records"] = strings.Join(ids, " ")
	m.Provenance["seeds"] = strings.Join(seeds, " ")
	return m
}

// net writes a spec's layers as the paper does; the input and output are those of 28×28 digits.
func net(s experiment.Spec) string {
	words := make([]string, 0, len(s.Hidden)+2)
	for _, width := range s.Hidden {
		words = append(words, strconv.Itoa(width))
	}
	in, out := "784", "10"
	if strings.HasPrefix(s.Dataset, "cifar-10") {
		in = "3072"
	}
	return in + "–" + strings.Join(append(words, out), "–")
}

// title is a data set's name for people.
func title(name string) string {
	for prefix, known := range map[string]string{"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST", "cifar-10": "CIFAR-10"} {
		if name == prefix {
			return known
		}
		if count, err := strconv.Atoi(strings.TrimPrefix(name, prefix+"-")); err == nil {
			return fmt.Sprintf("%s, its first %s training examples", known, humanize.Comma(int64(count)))
		}
	}
	return name
}

// runName tells a run from the others it is compared with.
func runName(r *experiment.Record, all []*experiment.Record) string {
	differs := func(f func(experiment.Spec) any) bool {
		return slices.ContainsFunc(all, func(o *experiment.Record) bool { return f(o.Spec) != f(r.Spec) })
	}
	var words []string
	if differs(func(s experiment.Spec) any { return s.Aggregator }) && r.Spec.Aggregator != "mean" && r.Spec.Aggregator != "winsorize" {
		words = append(words, r.Spec.Aggregator)
	}
	if differs(func(s experiment.Spec) any { return s.C }) {
		words = append(words, fmt.Sprintf("c = %v", r.Spec.C))
	}
	if differs(func(s experiment.Spec) any { return s.Noise }) {
		words = append(words, fmt.Sprintf("noise %v %%", 100*r.Spec.Noise))
	}
	if differs(func(s experiment.Spec) any { return fmt.Sprint(s.Hidden) }) {
		words = append(words, "net "+net(r.Spec))
	}
	if differs(func(s experiment.Spec) any { return s.Dataset }) {
		words = append(words, title(r.Spec.Dataset))
	}
	if differs(func(s experiment.Spec) any { return s.Seed }) {
		words = append(words, fmt.Sprintf("seed %d", r.Spec.Seed))
	}
	if len(words) == 0 {
		return r.Spec.ID()
	}
	return strings.Join(words, ", ")
}
