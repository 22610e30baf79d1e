// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coherentgradients/cgkit/internal/recordtest"
	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
)

// events writes down what a progress is told.
type events struct{ lines []string }

func (e *events) add(format string, args ...any) {
	e.lines = append(e.lines, fmt.Sprintf(format, args...))
}

func (e *events) Begin(title string, done, total int) { e.add("begin %s %d/%d", title, done, total) }
func (e *events) Title(title string)                  { e.add("title %s", title) }
func (e *events) Step(done int, _ float64)            { e.add("step %d", done) }
func (e *events) Note(line string)                    { e.add("note %s", line) }
func (e *events) End(line, _ string)                  { e.add("end %s", line) }

func TestRunAll(t *testing.T) {
	h := &hooks{chunk: 1000}
	opt := fakeOptions(t, h)
	opens := 0
	opt.OpenSet = func(ctx context.Context, name string, o datasets.Options) (*datasets.Set, error) {
		opens++
		return fakeSet(ctx, name, o)
	}
	a, b, c := fakeSpec(1), fakeSpec(2), fakeSpec(10)
	mustRun(t, b, opt)
	stopAfter(t, c, opt, h, 4) // it has made 4 steps
	opens = 0
	log := &events{}
	opt.Progress = log
	records, err := RunAll(context.Background(), []record.Spec{a, b, c, a}, opt)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []record.Spec{a, b, c, a} {
		if records[i].Spec.ID() != want.Normalized().ID() || !records[i].Complete() {
			t.Errorf("record %d: %s", i, records[i].Summary())
		}
	}
	want := []string{"begin 2 runs 0/7", "title run 1 of 2, " + a.ID(), "step 1",
		"note " + c.ID() + ": going on from step 4", "title run 2 of 2, " + c.ID(),
		"step 2", "step 3", "step 4", "step 5", "step 6", "step 7", "end 4 runs ready"}
	if diff := cmp.Diff(want, log.lines); diff != "" {
		t.Error(diff)
	}
	if opens != 1 {
		t.Errorf("the set was opened %d times", opens)
	}

	// Again, in redraw mode, without anything that trains.
	opt.Redraw = true
	opt.NewEngine = nil
	log.lines = nil
	if _, err := RunAll(context.Background(), []record.Spec{a, b, c}, opt); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"end 3 runs ready"}, log.lines); diff != "" {
		t.Error(diff)
	}
	log.lines = nil
	if _, err := RunAll(context.Background(), []record.Spec{a}, opt); err != nil {
		t.Error(err)
	}
	if len(log.lines) != 1 || !strings.HasPrefix(log.lines[0], "end "+a.ID()+": 1 steps") {
		t.Errorf("%q", log.lines)
	}
	_, err = RunAll(context.Background(), []record.Spec{a, fakeSpec(77), fakeSpec(78)}, opt)
	recordtest.CheckError(t, err, []string{"2 of 3 records are missing", fakeSpec(77).ID()})
}

func TestRunAllStopsAndDiverges(t *testing.T) {
	h := &hooks{}
	opt := fakeOptions(t, h)
	h.advance = func(e *fakeEngine) (float64, error) {
		if e.problem.Spec.Steps == 2 {
			return math.NaN(), nil
		}
		return 1, nil
	}
	log := &events{}
	opt.Progress = log
	records, err := RunAll(context.Background(), []record.Spec{fakeSpec(2), fakeSpec(3)}, opt)
	if err != nil || records[0].Diverged == nil || !records[1].Complete() {
		t.Errorf("%v, %v", records, err)
	}
	if last := log.lines[len(log.lines)-1]; last != "end 2 runs ready, 1 of them diverged" {
		t.Errorf("%q", last)
	}
	// An invalid spec among them: nothing is trained at all.
	made, _ := h.counts()
	bad := fakeSpec(4)
	bad.Noise = 2
	_, err = RunAll(context.Background(), []record.Spec{fakeSpec(5), bad}, opt)
	recordtest.CheckError(t, err, []string{"noise = 2"})
	if now, _ := h.counts(); now != made {
		t.Error("something was trained")
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.advance = func(e *fakeEngine) (float64, error) { cancel(); return 1, nil }
	records, err = RunAll(ctx, []record.Spec{fakeSpec(3), fakeSpec(50)}, opt)
	recordtest.CheckError(t, err, []string{"stopped at step", "run it again"})
	if len(records) != 2 || records[0] == nil || records[1] != nil {
		t.Errorf("records %v", records)
	}
}

func TestRunAllCollects(t *testing.T) {
	h := &hooks{}
	opt := fakeOptions(t, h)
	cache := opt.Store.Write
	mustRun(t, fakeSpec(3), opt)
	out := filepath.Join(t.TempDir(), "records")
	opt.Store = &record.Store{Write: cache, Collect: out}
	records, err := RunAll(context.Background(), []record.Spec{fakeSpec(3), fakeSpec(4)}, opt)
	if err != nil {
		t.Fatal(err)
	}
	all, err := record.LoadAll(out)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d records in the output, %v", len(all), err)
	}
	for _, r := range records {
		if filepath.Dir(r.Dir) != cache || !r.Complete() || r.Provenance == nil {
			t.Errorf("%+v", r)
		}
	}
	if in, err := record.LoadAll(cache); err != nil || len(in) != 2 {
		t.Errorf("%d records in the cache, %v", len(in), err)
	}
	if made, _ := h.counts(); made != 2 {
		t.Errorf("%d engines", made)
	}
}

// One of several runs tells what it waits for as a run alone does.
func TestPartOfSeveralWaits(t *testing.T) {
	log := &waits{}
	p := &partProgress{outer: log, runs: 2}
	Wait(p, "compiling")
	Wait(p, "")
	if want := []string{"wait compiling", "wait "}; !slices.Equal(log.lines, want) {
		t.Errorf("%q, want %q", log.lines, want)
	}
}
