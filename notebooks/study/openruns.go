// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"

	"github.com/dustin/go-humanize"
)

// OpenRuns are the runs of notebook 11, which the claims O1 to O3 are judged by, whatever the notebook's data set.
func OpenRuns() []record.Spec {
	return slices.Concat(record.CapacityRuns(), record.EarlyCapacityRuns(), record.StartedRuns(), record.PatternRuns())
}

// Alpha is α̂ = (A − 1)/(m − 1) of the evaluations of runs on all m training examples of a set, A being their coherence.
// m is read off the name of a set that is the first m of another; of other sets there is none.
func Alpha(dataset string) func(record.Evaluation) (float64, bool) {
	m := firstOf(dataset)
	return func(e record.Evaluation) (float64, bool) {
		a, ok := e.Value("coherence")
		return (a - 1) / (m - 1), ok && m > 1
	}
}

// firstOf is the number in a name such as mnist-6000, 0 where there is none.
func firstOf(dataset string) float64 {
	m, _ := strconv.Atoi(dataset[strings.LastIndex(dataset, "-")+1:])
	return float64(m)
}

// EarlyAlpha is the median of α̂ over the evaluated steps of epochs 1 to 10, as the claim O1 takes it.
func EarlyAlpha(r *record.Record) float64 {
	m := firstOf(r.Spec.Dataset)
	epoch := m / float64(r.Spec.Batch)
	var values []float64
	for _, e := range r.Evaluations {
		if v, ok := Alpha(r.Spec.Dataset)(e); ok && float64(e.Step) >= epoch && float64(e.Step) <= 10*epoch {
			values = append(values, v)
		}
	}
	return Median(values)
}

// CapacityFigure draws records of record.CapacityRuns: test accuracy and memorised share by width, with and without noise,
// and the agreement α̂ of gradients over the steps without noise, by width and by depth.
func CapacityFigure(records []*record.Record) *plots.Figure { return figure(capacity(records)) }

// capacity is [CapacityFigure] with its error.
func capacity(records []*record.Record) (*plots.Figure, error) {
	shallow := Where(records, func(s record.Spec) bool { return len(s.Hidden) == 1 })
	log2 := func(s record.Spec) float64 { return math.Log2(float64(s.Hidden[0])) }
	times100 := func(f func(*record.Record) float64) func(*record.Record) float64 {
		return func(r *record.Record) float64 { return 100 * f(r) }
	}
	test := &plots.Panel{Title: "(a) Test accuracy at the end (%)", XLabel: "log₂ of the width"}
	memory := &plots.Panel{Title: "(b) Memorised share at 25 % noise (%)", XLabel: "log₂ of the width"}
	for _, noise := range []float64{0, 0.25} {
		runs := byNoise(shallow, noise)
		curve := overX(fmt.Sprintf("%g %% noise", 100*noise), plots.NoiseLevel(noise), runs, log2, times100(Final("test_accuracy")))
		if noise > 0 {
			curve.Dash = plots.Dashed // the two are as dark as one another
		}
		test.Curves = append(test.Curves, curve)
		if noise > 0 {
			curve := overX("", plots.NoiseLevel(noise), runs, log2, times100(Memorised))
			curve.Dash = plots.Dashed
			memory.Curves = append(memory.Curves, curve)
		}
	}
	wide := &plots.Panel{Title: "(c) α̂ by width, no noise", XLabel: "step", XSteps: true, LogY: true}
	for i, width := range record.Widths() {
		runs := Where(shallow, func(s record.Spec) bool { return s.Hidden[0] == width && s.Noise == 0 })
		wide.Curves = append(wide.Curves, line("width "+humanize.Comma(int64(width)), plots.Series(i), runs, Alpha(datasetOf(records))))
	}
	deep := &plots.Panel{Title: "(d) α̂ by depth, width 256, no noise", XLabel: "step", XSteps: true, LogY: true}
	for depth := 1; depth <= 4; depth++ {
		runs := Where(records, func(s record.Spec) bool { return len(s.Hidden) == depth && s.Hidden[0] == 256 && s.Noise == 0 })
		role := plots.Series(3 + depth)
		if depth == 1 { // these are the runs of width 256
			role = plots.Series(1)
		}
		deep.Curves = append(deep.Curves, line(fmt.Sprintf("depth %d", depth), role, runs, Alpha(datasetOf(records))))
	}
	return plots.NewGrid(metaOfSeeds("Width and depth; in (c) and (d) values of 0 and below are gaps", records), plots.Grid{
		Panels: [][]*plots.Panel{{test, memory}, {wide, deep}}, Aspect: 0.7,
	})
}

// datasetOf is the data set of the first record, "" of none.
func datasetOf(records []*record.Record) string { return append(namesOf(records), "")[0] }

// firsts are the starts of observation (e), in the order in which figures name them.
var firsts = []struct{ name, text string }{
	{"", "fresh"}, {record.FirstRandom, "random labels, same images"},
	{record.FirstElsewhere, "random labels, other images"}, {record.FirstNorms, "fresh, scaled to the norms of the second"},
}

// startsFrom is where its curves begin: before that all are far below the heights that are drawn.
const startsFrom = 30

// StartsFigure draws test accuracy on real labels from records of record.StartedRuns: a row for each data set, a column for
// each rate and number of steps on random labels.
func StartsFigure(records []*record.Record) *plots.Figure { return figure(starts(records)) }

// starts is [StartsFigure] with its error.
func starts(records []*record.Record) (*plots.Figure, error) {
	g := plots.Grid{XLabel: "step on real labels", ShareX: true, Aspect: 0.85}
	columns := columnsOfStarts(records)
	for _, c := range columns {
		g.ColumnHeads = append(g.ColumnHeads, fmt.Sprintf("rate %g, %s steps before", c.Rate, humanize.Comma(int64(c.Steps))))
	}
	for _, dataset := range namesOf(records) {
		g.RowHeads = append(g.RowHeads, setTitle(dataset))
		var row []*plots.Panel
		for _, c := range columns {
			p := &plots.Panel{Title: "Test accuracy (%)", XSteps: true}
			for i, first := range firsts {
				runs := Where(records, func(s record.Spec) bool {
					return s.Dataset == dataset && s.LearningRate == c.Rate && s.First == first.name && (s.FirstSteps == c.Steps || s.First == "")
				})
				curve := lineFrom(startsFrom, first.text, plots.Series(i), runs, percent(named("test_accuracy")))
				p.Curves = append(p.Curves, curve)
			}
			p.YMin, p.YMax = around(p.Curves, 12)
			row = append(row, p)
		}
		g.Panels = append(g.Panels, row)
	}
	if len(columns) == 0 {
		g.Panels, g.RowHeads = [][]*plots.Panel{{nil}}, nil
	}
	return plots.NewGrid(metaOfSeeds(fmt.Sprintf("Random labels first, then real ones, from step %d on; heights differ by panel and begin 12 points below its lowest end; what lies lower is cut", startsFrom), records), g)
}

// columnsOfStarts are the rates and the lengths of what came before, as record.Starts orders them, that there are records
// of.
func columnsOfStarts(records []*record.Record) (columns []record.Start) {
	seen := map[record.Start]bool{}
	for _, r := range records {
		c := record.Start{Steps: r.Spec.FirstSteps, Rate: r.Spec.LearningRate}
		if r.Spec.First != "" && !seen[c] {
			seen[c] = true
			columns = append(columns, c)
		}
	}
	return columns
}

// PatternsFigure draws where the first layer's weights have moved, from records of record.PatternRuns: how nearly what was
// added has the images' principal directions, beside what chance gives, and in their order.
func PatternsFigure(records []*record.Record) *plots.Figure { return figure(patterns(records)) }

// patterns is [PatternsFigure] with its error.
func patterns(records []*record.Record) (*plots.Figure, error) {
	g := plots.Grid{XLabel: "step", ShareX: true, Aspect: 0.75, Panels: [][]*plots.Panel{nil, nil}}
	for _, dataset := range namesOf(records) {
		g.ColumnHeads = append(g.ColumnHeads, setTitle(dataset))
		diagonal, order := &plots.Panel{Title: "Share on the diagonal", XSteps: true}, &plots.Panel{Title: "Kendall's τ of the order", XSteps: true}
		for i, labels := range []struct {
			text  string
			noise float64
		}{{"random labels", 1}, {"real labels", 0}} {
			runs := Where(records, func(s record.Spec) bool { return s.Dataset == dataset && s.Noise == labels.noise })
			found := line(labels.text, plots.Series(i), runs, named("alignment"))
			chance := line(labels.text+", by chance", plots.Series(i), runs, named("alignment_chance"))
			found.Dash, chance.Dash = plots.Solid, plots.Dotted
			ordered := line(labels.text, plots.Series(i), runs, named("alignment_order"))
			ordered.Dash = plots.Solid
			diagonal.Curves = append(diagonal.Curves, found, chance)
			order.Curves = append(order.Curves, ordered)
		}
		g.Panels[0], g.Panels[1] = append(g.Panels[0], diagonal), append(g.Panels[1], order)
	}
	if len(g.ColumnHeads) == 0 {
		g.Panels = [][]*plots.Panel{{nil}}
	}
	return plots.NewGrid(metaOfSeeds("Where the first layer has moved, along the images' principal directions 2 to 51", records), g)
}
