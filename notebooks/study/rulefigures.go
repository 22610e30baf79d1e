// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// whole are the names of the cells in which every rule has runs.
func (c *Contest) whole() (cells []record.RuleCell) {
	for _, cell := range c.Cells {
		if cell.Whole {
			cells = append(cells, cell)
		}
	}
	return cells
}

func names(cells []record.RuleCell) (list []string) {
	for _, c := range cells {
		list = append(list, c.Name)
	}
	return list
}

// along is the value of a column at any step, on the straight line between two evaluations; NaN outside of them.
func along(r *record.Record, name string, step float64) float64 {
	steps, values := Column(r, name)
	for i, s := range steps {
		switch {
		case s == step:
			return values[i]
		case s > step && i > 0:
			share := (step - steps[i-1]) / (s - steps[i-1])
			return values[i-1] + share*(values[i]-values[i-1])
		}
	}
	return math.NaN()
}

// cloud adds to a panel a mark for each run of the arms in a cell, coloured by family.
func (c *Contest) cloud(p *plots.Panel, cell string, x, y func(*record.Record) float64) {
	for i, family := range Families {
		curve := plots.Curve{Name: family, Role: plots.Series(i), Scatter: true}
		for _, arm := range c.In(cell) {
			if Family(arm) != i {
				continue
			}
			for _, r := range c.Of(cell, arm.Name) {
				if u, v := x(r), y(r); !math.IsNaN(u) && !math.IsNaN(v) {
					curve.X, curve.Y = append(curve.X, u), append(curve.Y, v)
				}
			}
		}
		if len(curve.X) > 0 {
			p.Curves = append(p.Curves, curve)
		}
	}
}

// ContestFigure draws each run of the cells in which every rule has runs as a point: what it has memorised, that is how
// many corrupt examples it predicts as labelled, against its test accuracy; above at the end, below at its best step.
func ContestFigure(c *Contest) *plots.Figure { return figure(contest(c)) }

func contest(c *Contest) (*plots.Figure, error) {
	cells := c.whole()
	g := plots.Grid{XLabel: "corrupt examples predicted as labelled (%)", YLabel: "test accuracy (%)", RowHeads: []string{"at the end", "at the best step"},
		ColumnHeads: heads(cells), Aspect: 0.75}
	best := func(name string) func(*record.Record) float64 {
		return func(r *record.Record) float64 { return At(name, BestStep(r))(r) }
	}
	for _, value := range []func(string) func(*record.Record) float64{Final, best} {
		var row []*plots.Panel
		for _, cell := range cells {
			p := &plots.Panel{}
			c.cloud(p, cell.Name, percents(value("corrupt_accuracy")), percents(value("test_accuracy")))
			row = append(row, p)
		}
		g.Panels = append(g.Panels, row)
	}
	shown := c.all(names(cells), nil)
	return plots.NewGrid(ofRuns("What each way to train has memorised, against its test accuracy", "each point is a run", shown), g)
}

// ofRuns is a figure's caption and provenance: rates and lengths are the arms' own, and are not listed.
func ofRuns(what, how string, shown []*record.Record) plots.Meta {
	m := metaWith(what, how+"; "+seedsInWords(shown), shown...)
	if len(shown) > 0 {
		var sets []string
		for _, r := range shown {
			if t := r.Data().Title; !slices.Contains(sets, t) {
				sets = append(sets, t)
			}
		}
		m.Caption = fmt.Sprintf("%s. %s, net %s, batch %d; %s; %s.", what, strings.Join(sets, " / "), net(shown[0]), shown[0].Spec.Batch, how, seedsInWords(shown))
	}
	return m
}

func heads(cells []record.RuleCell) (list []string) {
	for _, c := range cells {
		list = append(list, c.Short)
	}
	return list
}

// ranged says what curves are.
func ranged(records []*record.Record) string {
	if first, _ := bySeeds(records); len(first) == len(records) {
		return "one seed for each curve"
	}
	return "medians over seeds with their range"
}

// percents is a share as per cent.
func percents(f func(*record.Record) float64) func(*record.Record) float64 {
	return func(r *record.Record) float64 { return 100 * f(r) }
}

// coreCurves are the arms that [MemoryFigure] draws.
var coreCurves = []struct {
	arm, name string
	role      plots.Role
}{
	{"sgd", "plain SGD", plots.Series(0)}, {"ra3", "RA3", plots.Series(1)}, {"rm3", "RM3", plots.Series(2)}, {"m3", "M3", plots.Series(3)},
	{"winsorize_2", "winsorized, c = 2", plots.Series(4)}, {"shift", "shifted images", plots.Series(5)},
	{"clip", "norms clipped at 1", plots.Series(6)},
}

// MemoryFigure draws what is memorised and the test accuracy of the arms that the claims compare, and of clipped norms where there are
// any, over the updates made, in every cell with label noise. M3 makes an update of three batches.
func MemoryFigure(c *Contest) *plots.Figure { return figure(memory(c)) }

func memory(c *Contest) (*plots.Figure, error) {
	cells := slices.DeleteFunc(slices.Clone(c.Cells), func(cell record.RuleCell) bool { return cell.Noise() == 0 })
	g := plots.Grid{XLabel: "updates", ColumnHeads: heads(cells), RowHeads: []string{"corrupt, as labelled (%)", "test accuracy (%)"}, Aspect: 0.8}
	var shown []*record.Record
	for _, column := range []string{"corrupt_accuracy", "test_accuracy"} {
		var row []*plots.Panel
		for _, cell := range cells {
			p := &plots.Panel{XSteps: true, Percent: true}
			for _, core := range coreCurves {
				records := c.Of(cell.Name, core.arm)
				if len(records) == 0 {
					continue
				}
				if column == "test_accuracy" { // each run once
					shown = append(shown, records...)
				}
				curve := line(core.name, core.role, records, named(column))
				if core.arm == "m3" {
					for i := range curve.X {
						curve.X[i] = math.Floor(curve.X[i] / 3)
					}
				}
				p.Curves = append(p.Curves, curve)
			}
			row = append(row, p)
		}
		g.Panels = append(g.Panels, row)
	}
	return plots.NewGrid(ofRuns("What is memorised, and test accuracy, by updates; M3 has seen three batches for each", ranged(shown), shown), g)
}

// MomentumFigure draws the training loss of rules with momentum 0.9, a panel for each rate.
func MomentumFigure() *plots.Figure { return figure(momentum(Steady)) }

func momentum(find func(rule string, rate float64) []*record.Record) (*plots.Figure, error) {
	var row []*plots.Panel
	var shown []*record.Record
	for _, rate := range record.SteadyRates() {
		p := &plots.Panel{Title: fmt.Sprintf("Training loss, rate %v", rate), XSteps: true}
		for i, rule := range []struct{ name, text string }{{record.AggregatorMean, "plain SGD"}, {"rolling-mean", "RA3"}, {"rolling-median", "RM3"}} {
			records := find(rule.name, rate)
			if len(records) == 0 {
				continue
			}
			shown = append(shown, records...)
			p.Curves = append(p.Curves, line(rule.text, plots.Series(i), records, named("train_loss")))
		}
		row = append(row, p)
	}
	return plots.NewGrid(ofRuns("Momentum 0.9, half of the labels permuted", ranged(shown), shown),
		plots.Grid{Panels: [][]*plots.Panel{row}, XLabel: "step", ShareY: true, Reflow: true})
}
