// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/study"
	"coherentgradients/plots"

	"github.com/dustin/go-humanize"
)

// draw is a run's curves with a line at the step looked at: accuracies and overfit, and the accuracy of pristine and of
// corrupt examples where there is noise, else the losses. A record without evaluations is drawn as empty frames.
func draw(spec record.Spec, r *record.Record, at int, earlier ...*record.Record) (*plots.Figure, error) {
	accuracy := &plots.Panel{Title: "Accuracy (%)", XSteps: true, Percent: true, Empty: "no record yet"}
	second := &plots.Panel{Title: "Loss (nats)", XSteps: true, Empty: "no record yet"}
	if spec.Noise > 0 {
		second = &plots.Panel{Title: "Train accuracy by label (%)", XSteps: true, Percent: true, Empty: "no record yet"}
	}
	pale(accuracy, earlier)
	if r != nil && len(r.Evaluations) > 0 {
		curve(accuracy, r, "train (noisy labels)", "train_accuracy", plots.Train)
		curve(accuracy, r, "test", "test_accuracy", plots.Test)
		curve(accuracy, r, "overfit", "overfit", plots.Overfit)
		accuracy.References = []plots.Reference{{Name: "proper accuracy", Y: study.ProperAccuracy(spec.Noise, r)}}
		if spec.Noise > 0 {
			curve(second, r, "pristine", "pristine_accuracy", plots.Pristine)
			curve(second, r, "corrupt", "corrupt_accuracy", plots.Corrupt)
		} else {
			curve(second, r, "train (noisy labels)", "train_loss", plots.Train)
			curve(second, r, "test", "test_loss", plots.Test)
		}
		step := float64(r.Evaluations[evaluationAt(r, at)].Step)
		accuracy.Verticals = []plots.Vertical{{X: step}}
		second.Verticals = accuracy.Verticals
	}
	return plots.NewGrid(meta(spec, r), plots.Grid{
		Panels: [][]*plots.Panel{{accuracy, second}}, XLabel: "step", ShareX: true, Aspect: 0.62, Reflow: true,
	})
}

// curve adds a recorded value to a panel.
func curve(p *plots.Panel, r *record.Record, name, column string, role plots.Role) {
	steps, values := r.Column(column)
	p.Curves = append(p.Curves, plots.Curve{Name: name, X: steps, Y: values, Role: role})
}

// evaluationAt is the evaluation of a record at or next before a place on its schedule. Evaluations are made in the
// schedule's order, so that an unfinished run has the first of them.
func evaluationAt(r *record.Record, at int) int { return min(at, len(r.Evaluations)-1) }

// meta is the caption and what goes into the file.
func meta(spec record.Spec, r *record.Record) plots.Meta {
	m := plots.Meta{
		Caption:    "One run: " + describe(spec) + ".",
		Provenance: map[string]string{"records": spec.ID(), "seeds": strconv.FormatInt(spec.Seed, 10)},
	}
	if about, _ := datasets.About(spec.Dataset); about.Synthetic || r != nil && r.Data().Synthetic {
		m.Marks = append(m.Marks, plots.SyntheticData)
	}
	switch {
	case r == nil || len(r.Evaluations) == 0:
		m.Marks = append(m.Marks, "no record yet")
	case r.Diverged != nil:
		m.Marks = append(m.Marks, "diverged")
	case !r.Complete():
		m.Marks = append(m.Marks, "unfinished run")
	case study.Mode() == place.Quick:
		m.Marks = append(m.Marks, plots.QuickRun)
	}
	return m
}

// describe is a spec in words.
func describe(s record.Spec) string {
	rule := s.Aggregator
	switch {
	case s.Aggregator == record.AggregatorMean:
		rule = "plain SGD"
	case usesC(s.Aggregator):
		rule += ", c = " + number(s.C)
	}
	if s.Percentile == record.PercentileLinear && record.TakesPercentile(s.Aggregator) {
		rule += " (linear percentile)"
	}
	net := "no hidden layer"
	switch {
	case s.Model != "":
		net = strings.TrimSpace("model " + s.Model + " " + settingsText(s.Settings))
	case len(s.Hidden) > 0:
		net = "hidden layers " + strings.ReplaceAll(netName(s.Hidden), ",", "–")
	}
	more := ""
	if usual := record.DefaultSpec(); s.Batch != usual.Batch {
		more += fmt.Sprintf(", batch %d", s.Batch)
	}
	if usual := record.DefaultSpec(); s.LearningRate != usual.LearningRate {
		more += ", rate " + number(s.LearningRate)
	}
	if besides := s.Besides(); besides != "" {
		more += ", " + besides
	}
	if len(s.RuleSettings) > 0 {
		rule += " (" + settingsText(s.RuleSettings) + ")"
	}
	kind := "label noise"
	if s.NoiseKind != "" {
		kind = s.NoiseKind + " noise"
	}
	return fmt.Sprintf("%s at %s %% "+kind+", %s, %s, %s steps%s, seed %d", title(s.Dataset), number(100*s.Noise), rule, net,
		humanize.Comma(int64(s.Steps)), more, s.Seed)
}

// title is a data set's name for people.
func title(name string) string {
	if about, ok := datasets.About(name); ok {
		return about.Title
	}
	return name
}

// readout is the run's numbers at the step looked at.
func readout(r *record.Record, at int) string {
	e := r.Evaluations[evaluationAt(r, at)]
	text := fmt.Sprintf("step %s: train %s, test %s, overfit %s, loss %.3g (train), %.3g (test)", humanize.Comma(int64(e.Step)),
		percent(e.TrainAccuracy), percent(e.TestAccuracy), percent(e.Overfit), e.TrainLoss, e.TestLoss)
	if e.PristineAccuracy != nil && e.CorruptAccuracy != nil {
		text += fmt.Sprintf(", pristine %s, corrupt %s", percent(*e.PristineAccuracy), percent(*e.CorruptAccuracy))
	}
	return text
}

// percent writes a share as a percentage; what rounds to zero has no sign.
func percent(share float64) string { return fmt.Sprintf("%.1f %%", math.Round(1000*share)/10+0) }

// number is a number in the fewest of at most four digits.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
