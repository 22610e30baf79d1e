// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"fmt"
	"os"
	"slices"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/runs"
	"coherentgradients/plots"
)

// paleRuns is how many runs looked at before stay in the picture.
const paleRuns = 3

// remember keeps the record that is shown, in the order of looking.
func (l *loop) remember() {
	r := l.shown.record
	if l.shown.evaluated() == 0 {
		return
	}
	id := r.Spec.ID()
	l.kept = append(slices.DeleteFunc(l.kept, func(k *record.Record) bool { return k.Spec.ID() == id }), r)
}

// earlier are the runs looked at last before the one that is shown.
func (l *loop) earlier() []*record.Record {
	list := slices.Clone(l.kept)
	list = slices.DeleteFunc(list, func(k *record.Record) bool { return k.Spec.ID() == l.shown.spec.ID() })
	return list[max(0, len(list)-paleRuns):]
}

// pale draws the test accuracy of earlier runs, or their test loss where there are no classes, in grey behind the others.
func pale(p *plots.Panel, earlier []*record.Record) {
	for i, r := range earlier {
		steps, values := r.Column("test_accuracy")
		name := ""
		if i == 0 {
			name = "test, runs before"
		}
		p.Curves = append(p.Curves, plots.Curve{Name: name, X: steps, Y: values, Role: plots.Series(7), Dash: plots.Solid})
	}
}

// numbers prints a line for each run that was looked at, which stays when the cell is over.
func (l *loop) numbers() {
	if len(l.kept) < 2 {
		return // the picture says it
	}
	var rows []runs.Row
	for _, r := range l.kept {
		rows = append(rows, runs.Row{Record: r, ID: r.Spec.ID()})
	}
	fmt.Println("Runs looked at:")
	names := slices.DeleteFunc(slices.Clone(runs.Default), func(name string) bool { return name == "where" })
	if err := runs.WriteText(os.Stdout, rows, runs.Telling(rows, names), false); err != nil {
		fail(err)
	}
}
