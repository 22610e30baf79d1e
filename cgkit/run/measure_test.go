// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"coherentgradients/cgkit/record"
	"context"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseMeasure(t *testing.T) {
	for _, name := range []string{"", "gradients"} {
		if m, err := record.ParseMeasure(name); err != nil || string(m) != name {
			t.Errorf("%q: %q, %v", name, m, err)
		}
	}
	if _, err := record.ParseMeasure("gradient"); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "gradients") {
		t.Errorf("an unknown measure: %v", err)
	}
}

func TestRecordHas(t *testing.T) {
	at := func(step int, names ...string) record.Evaluation {
		e := record.Evaluation{Step: step, Extra: map[string]float64{}}
		for _, name := range names {
			e.Extra[name] = 1
		}
		return e
	}
	r := &record.Record{Evaluations: []record.Evaluation{at(0, "fp", "ip", "ip_null_1"), at(9, "fp", "ip", "ip_null_1"), at(10, "fp")}}
	for _, c := range []struct {
		names []string
		want  bool
	}{
		{nil, true},
		{[]string{"fp", "train_loss", "step"}, true},
		{[]string{"fp", "ip", "ip_null_1"}, true}, // beyond step 9 there is none
		{[]string{"fc"}, false},
		{[]string{"ic"}, false},
		{[]string{"ipx"}, false},
		{[]string{"pristine_accuracy"}, false},
	} {
		if got := r.Has(c.names...); got != c.want {
			t.Errorf("%v: %v, want %v", c.names, got, c.want)
		}
	}
	if (&record.Record{}).Has() {
		t.Error("a record without evaluations has nothing")
	}
}

// A record without the measure is good until the measure is asked for; then it is trained again, once.
func TestMeasuringAFinishedRun(t *testing.T) {
	h := &hooks{evaluate: func(e *fakeEngine, ev *record.Evaluation) error {
		if e.problem.Measure == record.MeasureGradients {
			for _, name := range record.MeasureGradients.Columns() {
				ev.Extra[name] = 1
			}
		}
		return nil
	}}
	opt := fakeOptions(t, h)
	spec := fakeSpec(30)
	ctx := context.Background()
	run := func(what string, wantMade int, change func(*Options)) *record.Record {
		t.Helper()
		o := opt
		if change != nil {
			change(&o)
		}
		r, err := Run(ctx, spec, o)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if made, _ := h.counts(); made != wantMade {
			t.Fatalf("%s: %d engines made, want %d", what, made, wantMade)
		}
		return r
	}
	measure := func(o *Options) { o.Measure = record.MeasureGradients }
	plain := run("plain", 1, nil)
	if plain.Has("gradient_norm2") {
		t.Error("measured without being asked")
	}
	redrawn := run("redraw", 1, func(o *Options) { o.Measure, o.Redraw = record.MeasureGradients, true })
	if !redrawn.Loaded || redrawn.Has("gradient_norm2") {
		t.Error("redrawing must take what there is")
	}
	measured := run("measured", 2, measure)
	if measured.Loaded || !measured.Has("gradient_norm2") || !measured.Complete() {
		t.Error("not measured")
	}
	a, _ := plain.Last()
	z, _ := measured.Last()
	if a.TestLoss != z.TestLoss {
		t.Error("the measured run is another run")
	}
	if again := run("measured again", 2, measure); !again.Loaded {
		t.Error("trained a second time")
	}
	if again := run("plain again", 2, nil); !again.Has("gradient_norm2") {
		t.Error("the measured record is not taken for a plain one")
	}

	// Of two finished records the measured one is found, whichever folder comes first.
	other := t.TempDir()
	plainOpt := opt
	plainOpt.Store = &record.Store{Write: other}
	if _, err := Run(ctx, spec, plainOpt); err != nil {
		t.Fatal(err)
	}
	both := &record.Store{Folders: []string{other, opt.Store.Write}, Write: filepath.Join(other, "new")}
	if r, err := both.FindMeasured(spec, record.MeasureGradients); err != nil || !r.Has("gradient_norm2") {
		t.Errorf("found %v, %v", r, err)
	}
	if r, err := both.Find(spec); err != nil || r.Has("gradient_norm2") {
		t.Errorf("found %v, %v", r, err)
	}
}
