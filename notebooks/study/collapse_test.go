// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// The figures of the collapse have every curve that the committed records give, and say what has not run.
func TestCollapseFigures(t *testing.T) {
	arms := CollapseArms("mnist")
	store := &record.Store{Folders: []string{"../results"}, Write: t.TempDir()}
	found, _, unreadable := Finished(store, arms[0].Specs)
	records := slices.DeleteFunc(found, func(r *record.Record) bool { return r == nil })
	if len(records) == 0 || len(unreadable) > 0 {
		t.Fatalf("%d records of the collapse, %v", len(records), unreadable)
	}
	f, err := collapse(append(records, nil))
	if err != nil {
		t.Fatal(err)
	}
	drawn := fmt.Sprint(f.Data().Columns, f.Data().Rows)
	for _, want := range []string{"train", "test", "hidden layer 1", "hidden layer 3", "of pristine examples", "of corrupt examples"} {
		if !strings.Contains(drawn, want) {
			t.Errorf("the figure has no curve %q", want)
		}
	}
	t.Setenv("CG_RUNS", t.TempDir())
	if f, err = remedies(arms); err != nil {
		t.Fatal(err)
	}
	for _, arm := range arms[1:] {
		found, _, _ := Finished(store, arm.Specs)
		none := !slices.ContainsFunc(found, func(r *record.Record) bool { return r != nil })
		_, missing, _ := strings.Cut(f.Caption(), "not run yet: ")
		if strings.Contains(missing, arm.Text) != none {
			t.Errorf("%s: without a record %v; the caption is %s", arm.Text, none, f.Caption())
		}
	}
	if f, err = clampedByLayer(append(records, nil)); err != nil {
		t.Fatal(err)
	}
	places := map[string]bool{} // panels and curves that have values
	for _, row := range f.Data().Rows {
		places[fmt.Sprint(row[:3])] = true
	}
	if layers := len(records[0].Spec.Hidden) + 1; len(places) != 2*layers {
		t.Errorf("the clamped values of %d layers and two groups are %d curves: %v", layers, len(places), places)
	}
	for _, draw := range []func([]*record.Record) (*plots.Figure, error){collapse, clampedByLayer} {
		if _, err := draw(nil); err != nil {
			t.Errorf("no records: %v", err)
		}
	}
}
