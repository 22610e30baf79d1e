// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/datasets"
)

func TestParseMeasure(t *testing.T) {
	for _, name := range []string{"", "gradients"} {
		if m, err := ParseMeasure(name); err != nil || string(m) != name {
			t.Errorf("%q: %q, %v", name, m, err)
		}
	}
	if _, err := ParseMeasure("gradient"); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "gradients") {
		t.Errorf("an unknown measure: %v", err)
	}
}

func TestRecordHas(t *testing.T) {
	at := func(step int, names ...string) Evaluation {
		e := Evaluation{Step: step, Extra: map[string]float64{}}
		for _, name := range names {
			e.Extra[name] = 1
		}
		return e
	}
	r := &Record{Evaluations: []Evaluation{at(0, "fp", "ip", "ip_null_1"), at(9, "fp", "ip", "ip_null_1"), at(10, "fp")}}
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
	if (&Record{}).Has() {
		t.Error("a record without evaluations has nothing")
	}
}

func TestDistinct(t *testing.T) {
	for _, c := range []struct{ n, k, want int }{{10, 3, 3}, {3, 10, 3}, {5, 5, 5}, {1_600_000, 300, 300}, {0, 3, 0}} {
		got := distinct(Stream(0, "test", 0), c.n, c.k)
		if len(got) != c.want || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != c.want {
			t.Errorf("%d of %d: %v", c.k, c.n, got)
		}
		if len(got) > 0 && (got[0] < 0 || int(got[len(got)-1]) >= c.n) {
			t.Errorf("%d of %d: out of range: %v", c.k, c.n, got)
		}
		if !slices.Equal(got, distinct(Stream(0, "test", 0), c.n, c.k)) {
			t.Error("not the same again")
		}
	}
}

// The sample belongs to the net's shape and the data, not to seed or noise; null worlds keep the group sizes.
func TestGradientSample(t *testing.T) {
	sizes := []int{784, 256, 10}
	half := newGradientSample(sizes, 60000, func(i int) bool { return i%2 == 0 })
	third := newGradientSample(sizes, 60000, func(i int) bool { return i%3 == 0 })
	if !slices.Equal(half.examples, third.examples) || !slices.Equal(half.entries[1], third.entries[1]) {
		t.Error("another noise took another sample")
	}
	if len(half.examples) != 400 || len(half.entries) != 2 || len(half.entries[0]) != 300 || len(half.entries[1]) != 300 {
		t.Errorf("a sample of %d examples and %d layers", len(half.examples), len(half.entries))
	}
	if len(half.worlds) != 1+nullWorlds {
		t.Fatalf("%d worlds", len(half.worlds))
	}
	_, corrupt := half.sizes()
	for k, world := range half.worlds {
		marked := 0
		for _, c := range world {
			if c {
				marked++
			}
		}
		if marked != corrupt {
			t.Errorf("world %d has %d corrupt examples, the real one %d", k, marked, corrupt)
		}
		if k > 0 && slices.Equal(world, half.worlds[0]) {
			t.Errorf("world %d is the real one", k)
		}
	}
}

// A record without the measure is good until the measure is asked for; then it is trained again, once.
func TestMeasuringAFinishedRun(t *testing.T) {
	h := &hooks{evaluate: func(e *fakeEngine, ev *Evaluation) error {
		if e.problem.Measure == MeasureGradients {
			for _, name := range MeasureGradients.columns() {
				ev.Extra[name] = 1
			}
		}
		return nil
	}}
	opt := fakeOptions(t, h)
	spec := fakeSpec(30)
	ctx := context.Background()
	run := func(what string, wantMade int, change func(*Options)) *Record {
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
	measure := func(o *Options) { o.Measure = MeasureGradients }
	plain := run("plain", 1, nil)
	if plain.Has("gradient_norm2") {
		t.Error("measured without being asked")
	}
	redrawn := run("redraw", 1, func(o *Options) { o.Measure, o.Redraw = MeasureGradients, true })
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
	plainOpt.Store = &Store{Write: other}
	if _, err := Run(ctx, spec, plainOpt); err != nil {
		t.Fatal(err)
	}
	both := &Store{Folders: []string{other, opt.Store.Write}, Write: filepath.Join(other, "new")}
	if r, err := both.FindMeasured(spec, MeasureGradients); err != nil || !r.Has("gradient_norm2") {
		t.Errorf("found %v, %v", r, err)
	}
	if r, err := both.Find(spec); err != nil || r.Has("gradient_norm2") {
		t.Errorf("found %v, %v", r, err)
	}
}

// Stopping while a finished record is measured leaves one that goes on measured.
func TestMeasuringIsResumed(t *testing.T) {
	p := measuredProblem(t, 100, nil)
	opt := Options{
		NewEngine: func(ctx context.Context, p Problem) (Engine, error) { return NewMLP(ctx, cgtest.Go(t), p) },
		Store:     &Store{Write: t.TempDir()}, Progress: Silent, CheckpointSteps: 1, OpenSet: fixedSet(p.Set),
		Measure: MeasureGradients,
	}
	spec := p.Spec
	spec.Steps, spec.Batch = 12, 20
	whole := opt
	whole.Store = &Store{Write: t.TempDir()}
	want, err := Run(context.Background(), spec, whole)
	if err != nil {
		t.Fatal(err)
	}
	// Interrupted over and over; every other session does not ask for measuring, but goes on with it.
	for session := 0; ; session++ {
		if session > 40 {
			t.Fatal("it never ends")
		}
		ctx, cancel := context.WithCancel(context.Background())
		stopping := opt
		stopping.Progress = &cancelAfter{Progress: Silent, steps: 3, cancel: cancel}
		if session%2 == 1 {
			stopping.Measure = ""
		}
		r, err := Run(ctx, spec, stopping)
		cancel()
		if errors.Is(err, context.Canceled) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if !r.Has("gradient_norm2", "fp", "ip", "ic_null_6") {
			t.Error("the resumed record lacks values")
		}
		for i := range r.Evaluations {
			r.Evaluations[i].Seconds, want.Evaluations[i].Seconds = 0, 0
		}
		a, _ := os.ReadFile(filepath.Join(want.Dir, learnedName))
		z, _ := os.ReadFile(filepath.Join(r.Dir, learnedName))
		if string(a) != string(z) {
			t.Error("learned.json differs")
		}
		for i, e := range r.Evaluations {
			x, _ := e.MarshalJSON()
			y, _ := want.Evaluations[i].MarshalJSON()
			if string(x) != string(y) {
				t.Fatalf("evaluation %d: %s, left alone %s", i, x, y)
			}
		}
		break
	}
}

// cancelAfter cancels after some calls of Step.
type cancelAfter struct {
	Progress
	steps  int
	cancel context.CancelFunc
}

func (s *cancelAfter) Step(done int, loss float64) {
	if s.steps--; s.steps <= 0 {
		s.cancel()
	}
	s.Progress.Step(done, loss)
}

func fixedSet(set *datasets.Set) func(context.Context, string, datasets.Options) (*datasets.Set, error) {
	return func(context.Context, string, datasets.Options) (*datasets.Set, error) { return set, nil }
}
