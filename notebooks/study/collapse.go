// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/plots"
)

// Arm is the runs of one remedy against the collapse, or of none.
type Arm struct {
	Name  string // "none", or the remedy's
	Text  string // for people
	Specs []record.Spec
}

// CollapseArms are the runs in which a winsorized net collapses, and those with one change each, three seeds of each:
// see record.Collapse and the claims W1 and W2. Their records, beside accuracies and losses, have dead_layer_0 …,
// logit_max, update_max and the shares clamped; go through them with [Arm.Available] or [Quantity].
func CollapseArms(dataset string) []Arm {
	arms := []Arm{{Name: "none", Text: "no change", Specs: withSeedsOf(record.Collapse(dataset), record.CollapseSeeds)}}
	for _, r := range record.Remedies(dataset) {
		arms = append(arms, Arm{r.Name, r.Text, withSeedsOf(r.Spec, record.CollapseSeeds)})
	}
	return arms
}

// Available are the finished records of an arm. Unlike [Available] it never trains: the runs take minutes each, and which
// seeds they have is part of the claims. It says how many there are.
func (a Arm) Available() []*record.Record {
	store, err := place.OpenStore("")
	must(err)
	records := findIn(store, os.Stdout, "", a.Specs)
	fmt.Printf("%s: %d of %d records found\n", a.Text, len(records), len(a.Specs))
	return records
}

// CollapseFigure draws what happens in a net that collapses, from records of [CollapseArms] or others that measured
// clamping and health: accuracy, dead units of each hidden layer, the largest |logit|, the largest update, and the shares of
// the pristine and of the corrupt examples' gradients that are clamped. Of several seeds it draws the median with their
// range. nil records are left out.
func CollapseFigure(records []*record.Record) *plots.Figure { return figure(collapse(records)) }

// collapse is [CollapseFigure] with its error.
func collapse(records []*record.Record) (*plots.Figure, error) {
	runs := nonNil(records)
	curve := func(name string, role plots.Role, value func(record.Evaluation) (float64, bool)) plots.Curve {
		return line(name, role, runs, value)
	}
	accuracy := &plots.Panel{Title: "(a) Accuracy (%)", Percent: true, Curves: []plots.Curve{
		curve("train", plots.Train, named("train_accuracy")), curve("test", plots.Test, named("test_accuracy"))}}
	dead := &plots.Panel{Title: "(b) Dead units (%)", Percent: true}
	if len(runs) > 0 {
		for l := range runs[0].Spec.Hidden {
			dead.Curves = append(dead.Curves, curve(fmt.Sprintf("hidden layer %d", l+1), layerRole(l), named(fmt.Sprintf("dead_layer_%d", l))))
		}
	}
	ofTheNet := func(column string) []plots.Curve {
		c := curve("", neutral, named(column))
		c.Dash = plots.Solid
		return []plots.Curve{c}
	}
	logit := &plots.Panel{Title: "(c) Largest |logit|", LogY: true, Curves: ofTheNet("logit_max")}
	update := &plots.Panel{Title: "(d) Largest ‖update‖", LogY: true, Curves: ofTheNet("update_max")}
	share := &plots.Panel{Title: "(e) Values clamped (%)", Curves: []plots.Curve{
		curve("of pristine examples", plots.Pristine, percent(clampedOf("pristine"))),
		curve("of corrupt examples", plots.Corrupt, percent(clampedOf("corrupt")))}}
	loss := &plots.Panel{Title: "(f) Training loss", Curves: ofTheNet("train_loss")}
	panels := [][]*plots.Panel{{accuracy, dead}, {logit, update}, {share, loss}}
	for _, row := range panels {
		for _, p := range row {
			p.XSteps = true
		}
	}
	return plots.NewGrid(metaOfSeeds("A winsorized net that collapses", runs), plots.Grid{Panels: panels, XLabel: "step", ShareX: true, Aspect: 0.6})
}

// neutral is grey, for curves of the whole net beside those of its layers.
var neutral = plots.Series(5)

// layerRole is that of a hidden layer: none is near the blue of training accuracy, nor [neutral].
func layerRole(l int) plots.Role { return plots.Series([]int{1, 2, 3, 4, 6, 7}[l%6]) }

// ClampedFigure draws, for each layer of a net, the shares of the pristine and of the corrupt examples' gradient values
// that the rule clamps, on either side, from records that measured clamping. Of several seeds it draws the median with
// their range. nil records are left out.
func ClampedFigure(records []*record.Record) *plots.Figure { return figure(clampedByLayer(records)) }

// clampedByLayer is [ClampedFigure] with its error.
func clampedByLayer(records []*record.Record) (*plots.Figure, error) {
	runs := nonNil(records)
	var panels []*plots.Panel
	if len(runs) > 0 {
		for l := range len(runs[0].Spec.Hidden) + 1 {
			title := fmt.Sprintf("Hidden layer %d (%%)", l+1)
			if l == len(runs[0].Spec.Hidden) {
				title = "Output layer (%)"
			}
			p := &plots.Panel{Title: title, XSteps: true}
			for _, group := range []struct {
				name string
				role plots.Role
			}{{"pristine", plots.Pristine}, {"corrupt", plots.Corrupt}} {
				p.Curves = append(p.Curves, line("of "+group.name+" examples", group.role, runs, percent(clampedOf(fmt.Sprintf("%s_layer_%d", group.name, l)))))
			}
			panels = append(panels, p)
		}
	}
	return plots.NewGrid(metaOfSeeds("Values clamped (%), by layer", runs),
		plots.Grid{Panels: inRows(panels), XLabel: "step", ShareX: true, ShareY: true, Aspect: 0.6})
}

// clampedOf is the share of a group's values clamped on either side.
func clampedOf(group string) func(record.Evaluation) (float64, bool) {
	return func(e record.Evaluation) (float64, bool) {
		low, ok := e.Value("clamped_low_" + group)
		high, too := e.Value("clamped_high_" + group)
		return low + high, ok && too
	}
}

// percent is a share as per cent.
func percent(value func(record.Evaluation) (float64, bool)) func(record.Evaluation) (float64, bool) {
	return func(e record.Evaluation) (float64, bool) {
		v, ok := value(e)
		return 100 * v, ok
	}
}

// RemediesFigure draws the accuracy of each arm of [CollapseArms] over the steps, a panel for each arm of which there is
// a record. The others are named in the caption.
func RemediesFigure(arms []Arm) *plots.Figure { return figure(remedies(arms)) }

// remedies is [RemediesFigure] with its error.
func remedies(arms []Arm) (*plots.Figure, error) {
	store, err := place.OpenStore("")
	if err != nil {
		return nil, err
	}
	var all []*record.Record
	var missing, names []string
	var counts []int
	var panels []*plots.Panel
	for _, arm := range arms {
		records := findIn(store, io.Discard, "", arm.Specs)
		if len(records) == 0 {
			missing = append(missing, arm.Text)
			continue
		}
		all = append(all, records...)
		names, counts = append(names, arm.Text), append(counts, len(records))
		p := &plots.Panel{Title: arm.Text, Percent: true, XSteps: true, YMin: 0, YMax: 1}
		for name, role := range map[string]plots.Role{"train": plots.Train, "test": plots.Test} {
			p.Curves = append(p.Curves, line(name, role, records, named(name+"_accuracy")))
		}
		slices.SortFunc(p.Curves, func(a, b plots.Curve) int { return strings.Compare(b.Name, a.Name) }) // train first
		panels = append(panels, p)
	}
	what := "Accuracy (%) of a net winsorized with c = 2 at 25 % noise, and with one change each"
	if len(missing) > 0 {
		what += "; not run yet: " + strings.Join(missing, ", ")
	}
	m := meta(what, all...)
	if len(all) > 0 { // the settings but for the change, and of how many seeds each arm is
		m.Caption = metaWith(what, bySeedCount(names, counts), plain(arms, all)...).Caption
	}
	return plots.NewGrid(m, plots.Grid{Panels: inRows(panels), XLabel: "step", ShareX: true, Aspect: 0.7})
}

// plain are the records of the arm without a change, all where there are none.
func plain(arms []Arm, records []*record.Record) []*record.Record {
	var found []*record.Record
	for _, r := range records {
		if slices.ContainsFunc(arms[0].Specs, func(s record.Spec) bool { return s.ID() == r.Spec.ID() }) {
			found = append(found, r)
		}
	}
	if found == nil {
		return records
	}
	return found
}

// bySeedCount says of how many seeds the curves of each of some arms are.
func bySeedCount(names []string, counts []int) string {
	var words []string
	for n := slices.Max(counts); n > 0; n-- {
		var of []string
		for i, name := range names {
			if counts[i] == n {
				of = append(of, name)
			}
		}
		switch {
		case of == nil:
		case n == 1:
			words = append(words, "one seed: "+strings.Join(of, "; "))
		default:
			words = append(words, fmt.Sprintf("median of %d seeds, with their range as a band: %s", n, strings.Join(of, "; ")))
		}
	}
	return strings.Join(words, ". ")
}

// inRows puts panels in rows of equal length, three at most in each.
func inRows(panels []*plots.Panel) (rows [][]*plots.Panel) {
	columns := min(3, max(1, len(panels)))
	if len(panels) == 4 {
		columns = 2
	}
	for len(panels)%columns > 0 {
		panels = append(panels, &plots.Panel{Skip: true})
	}
	for row := range slices.Chunk(panels, columns) {
		rows = append(rows, row)
	}
	if rows == nil {
		rows = [][]*plots.Panel{{nil}}
	}
	return rows
}
