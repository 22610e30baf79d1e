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

// GridFigure draws Figure 4 from records of [Grid], in any order; nil records are left out, and a cell without one is drawn
// as missing. Several seeds of a cell become their median with their range as a band.
func GridFigure(records []*experiment.Record) *plots.Figure { return figure(grid(records)) }

// grid is [GridFigure] with its error.
func grid(records []*experiment.Record) (*plots.Figure, error) {
	d := plots.GridData{Noises: Noises(), Cs: Cs()}
	what := "Accuracy and overfit by label noise (columns) and winsorization c (rows); grey line: proper accuracy"
	var shown []*experiment.Record
	several := false
	for _, c := range d.Cs {
		var cells []*plots.Evaluations
		for _, noise := range d.Noises {
			cell := byCell(records, noise, c)
			shown = append(shown, cell...)
			several = several || len(cell) > 1
			cells = append(cells, evaluationsOfSeeds(cell))
		}
		d.Cells = append(d.Cells, cells)
	}
	if several {
		what += "; " + severalSeeds
	}
	d.Meta = meta(what, shown...)
	return plots.WinsorizedGrid(d)
}

// byCell gathers the records of a cell of Figure 4, without nil ones.
func byCell(records []*experiment.Record, noise, c float64) []*experiment.Record {
	return slices.DeleteFunc(byNoise(records, noise), func(r *experiment.Record) bool { return r.Spec.C != c })
}

// evaluationsOfSeeds are the medians over the seeds of a run as plots takes them, with the range of accuracies and overfit
// as bands where there are several; nil for none.
func evaluationsOfSeeds(runs []*experiment.Record) *plots.Evaluations {
	if len(runs) == 0 {
		return nil
	}
	e := &plots.Evaluations{Proper: ProperAccuracy(runs[0].Spec.Noise), Steps: evaluated(runs, math.MaxInt)}
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
func evaluations(r *experiment.Record) *plots.Evaluations {
	return evaluationsOfSeeds([]*experiment.Record{r})
}

// ProperAccuracy is the expected share of unchanged labels with ten classes.
func ProperAccuracy(noise float64) float64 { return 1 - 0.9*noise }

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
