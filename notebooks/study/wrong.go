// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"
	"slices"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
	"coherentgradients/plots"
)

// scoreNames are the scores in figures.
var scoreNames = map[string]string{
	record.ScoreAUM: "mean margin (AUM)", record.ScoreEL2N: "EL2N", record.ScoreSelfInfluence: "self-influence",
	record.ScoreAlignment: "alignment with its class", record.ScoreFirst: "first learned", record.ScoreKept: "learned and kept",
	record.ScoreStop: "margin at the stop",
}

// wrongPanels makes a panel for each kind of wrong labels and data set of the records: nil for those without a record.
func wrongPanels(records []*record.Record, panel func(runs []*record.Record) *plots.Panel) (heads []string, rows [][]*plots.Panel, shown []*record.Record) {
	kinds := []string{"25 % permuted", "25 % flipped to the next class"}
	var names []string
	for _, set := range namesOf(records) {
		names = append(names, titleOf(set))
	}
	for k, kind := range record.WrongKinds() {
		var row []*plots.Panel
		for _, set := range namesOf(records) {
			runs := slices.DeleteFunc(slices.Clone(records), func(r *record.Record) bool {
				return r == nil || r.Spec.Dataset != set || r.Spec.NoiseKind != kind || r.Spec.Noise == 0
			})
			if len(runs) == 0 {
				row = append(row, nil)
				continue
			}
			shown = append(shown, runs...)
			row = append(row, panel(runs))
		}
		for i, p := range row {
			if p != nil {
				p.Title = names[i] + ", " + kinds[k]
			}
		}
		rows = append(rows, row)
	}
	return names, rows, shown
}

// titleOf is a data set's name in headings: that of the whole set.
func titleOf(set string) string {
	name := map[string]string{"mnist-6000": "MNIST", "fashion-mnist-6000": "Fashion-MNIST"}[set]
	if name == "" {
		return set
	}
	return name
}

// WrongFigure draws, over the steps of training, what share of the wrong labels each score misses with as many flags as
// there are wrong labels: medians over seeds, with their range.
func WrongFigure(records []*record.Record) *plots.Figure { return figure(wrongLabels(records)) }

func wrongLabels(records []*record.Record) (*plots.Figure, error) {
	_, rows, shown := wrongPanels(records, func(runs []*record.Record) *plots.Panel {
		p := &plots.Panel{XSteps: true, Percent: true}
		for i, score := range record.ExampleScores() {
			p.Curves = append(p.Curves, lineFrom(1, scoreNames[score], plots.Series(i), runs, named("missed_"+score)))
		}
		return p
	})
	if len(rows[0]) == 0 {
		rows = [][]*plots.Panel{{nil}}
	}
	return plots.NewGrid(metaOfSeeds("Wrong labels missed (%) with as many flags as there are wrong labels, by scores up to a step", shown),
		plots.Grid{Panels: rows, XLabel: "step", YLabel: "wrong labels missed (%)", ShareX: true, ShareY: true, Aspect: 0.75})
}

// PrecisionFigure draws precision against recall of each score at the end of training: medians over seeds, with their
// range.
func PrecisionFigure(records []*record.Record) *plots.Figure { return figure(precision(records)) }

func precision(records []*record.Record) (*plots.Figure, error) {
	_, rows, shown := wrongPanels(records, func(runs []*record.Record) *plots.Panel {
		p := &plots.Panel{Percent: true}
		for i, score := range record.ExampleScores() {
			c := plots.Curve{Name: scoreNames[score], Role: plots.Series(i)}
			for percent := 10; percent <= 100; percent += 10 {
				values := finals(runs, fmt.Sprintf("precision_%s_%d", score, percent))
				if len(values) == 0 {
					continue
				}
				c.X, c.Y = append(c.X, float64(percent)), append(c.Y, Median(values))
				c.Lo, c.Hi = append(c.Lo, least(values)), append(c.Hi, largest(values))
			}
			p.Curves = append(p.Curves, c)
		}
		return p
	})
	if len(rows[0]) == 0 {
		rows = [][]*plots.Panel{{nil}}
	}
	return plots.NewGrid(metaOfSeeds("Precision (%) by recall (%) of scores over the whole run; the margin at the stop: at that step alone", shown),
		plots.Grid{Panels: rows, XLabel: "recall: wrong labels found (%)", YLabel: "precision: flags that are right (%)", ShareX: true, ShareY: true, Aspect: 0.75})
}

// finals are the last values of a column, of the records that have it.
func finals(records []*record.Record, name string) []float64 {
	var values []float64
	for _, r := range records {
		if last, ok := r.Last(); ok {
			if v, ok := last.Value(name); ok {
				values = append(values, v)
			}
		}
	}
	return values
}

// MissedAt is what a score misses at the evaluated step after 0 with the best test accuracy, the first of equal ones:
// where training had better stopped. NaN where a record does not have it.
func MissedAt(score string) func(*record.Record) float64 {
	return func(r *record.Record) float64 {
		best, missed := math.Inf(-1), math.NaN()
		for _, e := range r.Evaluations {
			if v, ok := e.Value("missed_" + score); e.Step > 0 && e.TestAccuracy > best {
				if best, missed = e.TestAccuracy, v; !ok {
					missed = math.NaN()
				}
			}
		}
		return missed
	}
}

// ExamplesFigure draws the pictures of some training examples with their labels. others are the classes that a net
// prefers: an example for which it is another than its label is marked, and the class stands below. nil: none are marked.
func ExamplesFigure(set *datasets.Set, list []int, others []uint8, what string) *plots.Figure {
	return figure(examplePictures(set, list, others, what))
}

func examplePictures(set *datasets.Set, list []int, others []uint8, what string) (*plots.Figure, error) {
	d := plots.DigitsData{Attribution: set.Attribution, Names: clothes(set), Meta: Caption(set, what),
		Word: "net:", Key: "the net prefers another class"}
	for k, i := range list {
		d.Images = append(d.Images, planes(set, i))
		d.Labels = append(d.Labels, int(set.Train.Labels[i]))
		if others != nil {
			d.Original = append(d.Original, int(others[k]))
		}
	}
	return plots.Digits(d)
}

// clothes are the classes' names of Fashion-MNIST, short; nil for other sets without names.
func clothes(set *datasets.Set) []string {
	if set.ClassNames == nil && len(set.Name) >= 7 && set.Name[:7] == "fashion" {
		return []string{"t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"}
	}
	return set.ClassNames
}
