// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/cgkit/internal/disk/disktest"
	"coherentgradients/cgkit/internal/recordtest"
	"coherentgradients/cgkit/record"
)

// wholeEngine is a fake one with all that a record may hold.
type wholeEngine struct {
	learningEngine
	weighingEngine
	*fakeEngine
}

// measuring makes such engines; where gradients are to be measured, evaluations have their values.
func (h *hooks) measuring(ctx context.Context, p Problem) (Engine, error) {
	e, err := h.newEngine(ctx, p)
	if err != nil {
		return nil, err
	}
	h.evaluate = func(e *fakeEngine, ev *record.Evaluation) error {
		if e.problem.Measure == record.MeasureGradients {
			for i, name := range record.MeasureGradients.Columns() {
				ev.Extra[name] = float64(e.step + i)
			}
		}
		return nil
	}
	fake := e.(*fakeEngine)
	return wholeEngine{learningEngine{fake}, weighingEngine{fake}, fake}, nil
}

// cutter runs a spec on disks whose power is cut.
type cutter struct {
	t      *testing.T
	spec   record.Spec
	change func(opt *Options, h *hooks) // of the run
	random *rand.Rand
	cuts   int
}

// run runs the spec in a folder and cuts the power in an operation, never if cut is negative. It returns what is found
// when the machine is started again, how many operations there were, and whether the run came to its end.
func (c *cutter) run(folder string, cut int, likely float64) (after string, operations int, done bool) {
	t := c.t
	t.Helper()
	v, err := disktest.NewVolatile(folder, cut, c.random)
	if err != nil {
		t.Fatal(err)
	}
	h := &hooks{chunk: 4}
	opt := Options{NewEngine: h.measuring, Store: &record.Store{Write: filepath.Join(folder, "runs")}, Progress: Silent, OpenSet: fakeSet,
		CheckpointSteps: []int{0, 25, 25}[c.random.IntN(3)], SaveWeights: true} // a short run may have no checkpoint
	if c.change != nil {
		c.change(&opt, h)
	}
	again := false // the finished record stays until the end
	if r, err := opt.Store.Find(c.spec); err == nil && r != nil && r.Finished() {
		again = true
	}
	var saidSteps, saidCheckpoint int
	h.advance = func(e *fakeEngine) (float64, error) {
		saidSteps = e.step // it goes on only if what is evaluated before is said to be saved
		saidCheckpoint = SavedStep(opt.Store, c.spec)
		return 1, nil
	}
	restore := disk.Use(v)
	_, err = Run(context.Background(), c.spec, opt)
	restore()
	if err != nil && !errors.Is(err, disktest.ErrCut) {
		t.Fatalf("cut in operation %d: %v", cut, err)
	}
	if cut < 0 && err != nil {
		t.Fatal(err)
	}
	done = err == nil
	after = t.TempDir()
	if err := v.Crash(after, likely); err != nil {
		t.Fatal(err)
	}
	store := &record.Store{Write: filepath.Join(after, "runs")}
	if c.random.IntN(3) == 0 { // the lock's file is not synced: it may be there or not
		if err := os.MkdirAll(store.Write, 0o755); err != nil {
			t.Fatal(err)
		}
		recordtest.WriteFile(t, filepath.Join(store.Write, c.spec.ID()+".lock"), "123 somewhere\n")
	}
	r, err := store.Find(c.spec)
	switch {
	case err != nil:
		t.Fatalf("cut in operation %d: after it the record can't be read: %v", cut, err)
	case done && (r == nil || !opt.Measure.In(r) || !r.Finished()):
		t.Fatalf("cut in operation %d: a finished run is lost", cut)
	case again && (r == nil || !r.Finished()):
		t.Fatalf("cut in operation %d: the old record is lost", cut)
	case again || done:
		return after, v.Made, done
	}
	for i, step := range record.Schedule(c.spec.Steps) {
		if step < saidSteps && (r == nil || i >= len(r.Evaluations)) {
			t.Fatalf("cut in operation %d at step %d: the evaluation of step %d is lost", cut, saidSteps, step)
		}
	}
	if got := SavedStep(store, c.spec); got < saidCheckpoint && !r.Finished() {
		t.Fatalf("cut in operation %d: the checkpoint of step %d is lost, there is one of step %d", cut, saidCheckpoint, got)
	}
	return after, v.Made, done
}

// wantFiles are the files of a finished record with weights, in a folder of its own.
var wantFiles = strings.Join([]string{record.SealName, record.EvaluationsName, record.LearnedName, record.ProvenanceName, record.SpecName, record.WeightsName}, " ")

// many cuts the power again and again, from the state that before makes, until a run comes to its end, which must be as
// that of an undisturbed one. It does so until there were enough cuts.
func (c *cutter) many(enough int, before func(folder string)) {
	t := c.t
	t.Helper()
	whole := t.TempDir()
	before(whole)
	reference, operations, _ := c.run(whole, -1, 1)
	want := evaluationsOf(t, &record.Record{Dir: filepath.Join(reference, "runs", c.spec.ID())})
	for c.cuts < enough {
		folder := t.TempDir()
		before(folder)
		for tries := 0; ; tries++ {
			cut := c.random.IntN(operations + 2)
			switch c.random.IntN(3) { // at both ends there is most to do
			case 0:
				cut = c.random.IntN(20)
			case 1:
				cut = max(0, operations-c.random.IntN(40))
			}
			if tries == 6 {
				cut = -1
			}
			after, _, done := c.run(folder, cut, []float64{0, 0.3, 0.7, 1}[c.random.IntN(4)])
			folder = after
			if done {
				break
			}
			c.cuts++
		}
		last, _, _ := c.run(folder, -1, 1) // it is loaded, and tidied up
		dir := filepath.Join(last, "runs", c.spec.ID())
		if got := evaluationsOf(t, &record.Record{Dir: dir}); got != want {
			t.Fatalf("after %d cuts: got\n%s\nwant\n%s", c.cuts, got, want)
		}
		if files := strings.Join(filesOf(t, filepath.Join(folder, "runs")), " "); files != wantFiles {
			t.Fatalf("after %d cuts there are %s", c.cuts, files)
		}
	}
	t.Logf("%d cuts, %d operations undisturbed", c.cuts, operations)
}

// newCutter draws other moments in every run of the test.
func newCutter(t *testing.T) *cutter {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return &cutter{t: t, spec: fakeSpec(300), random: rand.New(rand.NewPCG(seed, 0))}
}

// TestPowerCut: whenever the power is cut, all that was said to be saved is there, and the run ends as an undisturbed one.
func TestPowerCut(t *testing.T) {
	newCutter(t).many(200, func(string) {})
}

// TestPowerCutMeasuring cuts the power while a finished record is trained again, to measure more: until the new record is
// whole, the old one is.
func TestPowerCutMeasuring(t *testing.T) {
	c := newCutter(t)
	before := func(folder string) {
		h := &hooks{}
		opt := Options{NewEngine: h.measuring, Store: &record.Store{Write: filepath.Join(folder, "runs")}, Progress: Silent, OpenSet: fakeSet}
		mustRun(t, c.spec, opt)
	}
	c.change = func(opt *Options, _ *hooks) { opt.Measure = record.MeasureGradients }
	c.many(60, before)
}

// TestPowerCutStartingAgain cuts the power where a run can't go on from its checkpoint and begins again.
func TestPowerCutStartingAgain(t *testing.T) {
	c := newCutter(t)
	c.change = func(_ *Options, h *hooks) { h.badRestore = c.random.IntN(2) == 0 }
	c.many(60, func(string) {})
}

// TestPowerCutDiverging: a run that diverged stays so, or goes on to where it does.
func TestPowerCutDiverging(t *testing.T) {
	c := newCutter(t)
	for c.cuts < 40 {
		folder := t.TempDir()
		for tries := 0; ; tries++ {
			cut := c.random.IntN(150)
			if tries == 6 {
				cut = -1
			}
			v, err := disktest.NewVolatile(folder, cut, c.random)
			if err != nil {
				t.Fatal(err)
			}
			h := &hooks{advance: func(e *fakeEngine) (float64, error) {
				if e.step > 200 {
					return 0, &record.DivergedError{Divergence: record.Divergence{Step: e.step, Reason: "a weight is NaN"}}
				}
				return 1, nil
			}}
			opt := Options{NewEngine: h.newLearner, Store: &record.Store{Write: folder}, Progress: Silent, OpenSet: fakeSet, CheckpointSteps: 50}
			restore := disk.Use(v)
			_, err = Run(context.Background(), c.spec, opt)
			restore()
			folder = t.TempDir()
			if err := v.Crash(folder, []float64{0, 0.5, 1}[c.random.IntN(3)]); err != nil {
				t.Fatal(err)
			}
			r, loadErr := record.Load(filepath.Join(folder, c.spec.ID()))
			if loadErr != nil && !errors.Is(loadErr, fs.ErrNotExist) {
				t.Fatal(loadErr)
			}
			if diverged := (*record.DivergedError)(nil); errors.As(err, &diverged) {
				if r == nil || r.Diverged == nil {
					t.Fatal("it was said to have diverged, and nothing of that is there")
				}
				break
			}
			if !errors.Is(err, disktest.ErrCut) {
				t.Fatal(err)
			}
			c.cuts++
		}
	}
}

// TestPowerCutForgetting cuts the power in each of the first operations of a run that begins again although it had come to
// within a line of its end: the files of that end must not outlive the checkpoint.
func TestPowerCutForgetting(t *testing.T) {
	c := newCutter(t)
	c.spec = fakeSpec(40)
	start := t.TempDir()
	h := &hooks{}
	opt := Options{NewEngine: h.measuring, Store: &record.Store{Write: filepath.Join(start, "runs")}, Progress: Silent, OpenSet: fakeSet, SaveWeights: true}
	dir := filepath.Join(start, "runs", c.spec.ID())
	full := errors.New("the disk is full")
	restore := disk.Use(disktest.Faulty{Fail: func(operation, path string) error {
		if _, err := os.Stat(filepath.Join(dir, record.WeightsName)); err == nil && operation == "write" && filepath.Base(path) == record.EvaluationsName {
			return full
		}
		return nil
	}})
	_, err := Run(context.Background(), c.spec, opt)
	restore()
	if !errors.Is(err, full) {
		t.Fatal(err)
	}
	c.change = func(_ *Options, h *hooks) { h.badRestore = true }
	for cut := range 25 {
		for range 6 {
			folder := t.TempDir()
			if err := os.CopyFS(folder, os.DirFS(start)); err != nil {
				t.Fatal(err)
			}
			after, _, _ := c.run(folder, cut, 0.5)
			c.run(after, -1, 1)
		}
	}
}
