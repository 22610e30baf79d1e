// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/cgkit/internal/disk/disktest"
	"coherentgradients/cgkit/internal/recordtest"
	"coherentgradients/cgkit/record"
)

// TestTidy: what killed processes leave at a finished record goes with the next load, or when asked for.
func TestTidy(t *testing.T) {
	spec := fakeSpec(50)
	for name, load := range map[string]func(opt Options) error{
		"loaded": func(opt Options) error { _, err := Run(context.Background(), spec, opt); return err },
		"redrawn": func(opt Options) error {
			opt.Redraw = true
			_, err := Run(context.Background(), spec, opt)
			return err
		},
		"asked for": func(opt Options) error { Tidy(opt.Store, spec); return nil },
	} {
		for what, leave := range map[string]func(dir string){
			"a checkpoint": func(dir string) { recordtest.WriteFile(t, filepath.Join(dir, record.CheckpointName), "left") },
			"a checkpoint and no seal": func(dir string) {
				recordtest.WriteFile(t, filepath.Join(dir, record.CheckpointName), "left")
				os.Remove(filepath.Join(dir, record.SealName))
			},
			"a lock":          func(dir string) { recordtest.WriteFile(t, dir+".lock", "1 somewhere\n") },
			"temporary files": func(dir string) { recordtest.WriteFile(t, filepath.Join(dir, "."+record.SealName+"12"), "left") },
			"an old record": func(dir string) {
				old := record.OldDir(filepath.Split(dir))
				if err := os.CopyFS(old, os.DirFS(dir)); err != nil {
					t.Fatal(err)
				}
			},
		} {
			opt := fakeOptions(t, &hooks{})
			r := mustRun(t, spec, opt)
			before := contents(t, opt.Store.Write)
			leave(r.Dir)
			if err := load(opt); err != nil {
				t.Errorf("%s, %s: %v", name, what, err)
			}
			if diff := cmp.Diff(before, contents(t, opt.Store.Write)); diff != "" {
				t.Errorf("%s, %s:\n%s", name, what, diff)
			}
		}
	}
}

// TestTidyLeavesAlone: nothing is tidied where another process trains, in other folders than that for new records, and in
// an unfinished record.
func TestTidyLeavesAlone(t *testing.T) {
	spec := fakeSpec(50)
	opt := fakeOptions(t, &hooks{})
	r := mustRun(t, spec, opt)
	recordtest.WriteFile(t, filepath.Join(r.Dir, record.CheckpointName), "left")
	before := contents(t, opt.Store.Write)
	lock, err := lockRun(opt.Store.Write, spec.ID())
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, spec, opt) // loaded
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	other := opt
	other.Store = &record.Store{Folders: []string{opt.Store.Write}, Write: t.TempDir()}
	if r := mustRun(t, spec, other); !r.Loaded {
		t.Error("trained again")
	}
	if diff := cmp.Diff(before, contents(t, opt.Store.Write)); diff != "" {
		t.Error(diff)
	}

	h := &hooks{}
	opt.NewEngine = h.newEngine
	unfinished := fakeSpec(1500)
	stopAfter(t, unfinished, opt, h, 30)
	before = contents(t, opt.Store.Write)
	if Tidy(opt.Store, unfinished) {
		t.Error("an unfinished record was tidied up")
	}
	if diff := cmp.Diff(before, contents(t, opt.Store.Write)); diff != "" {
		t.Error(diff)
	}
}

// lacking are options of a store with a finished record that lacks a measure, and the bytes of that record.
func lacking(t *testing.T, spec record.Spec, h *hooks) (opt Options, dir string, before map[string]string) {
	t.Helper()
	opt = fakeOptions(t, h)
	opt.NewEngine = h.measuring
	dir = mustRun(t, spec, opt).Dir
	before = contents(t, dir)
	opt.Measure = record.MeasureGradients
	return opt, dir, before
}

// TestMeasureLater: a finished record stays as it is while it is trained again to measure more, also when that is stopped,
// and what it goes on from is not lost either.
func TestMeasureLater(t *testing.T) {
	spec := fakeSpec(1500)
	h := &hooks{}
	opt, dir, before := lacking(t, spec, h)
	recordtest.WriteFile(t, filepath.Join(dir, "notes.txt"), "mine")
	stopped := stopAfter(t, spec, opt, h, 60)
	after := contents(t, dir)
	delete(after, filepath.Join(dir, "notes.txt"))
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the finished record was changed:\n%s", diff)
	}
	if got := SavedStep(opt.Store, spec); got != stopped.Step || got == 0 {
		t.Errorf("saved step %d, stopped at %d", got, stopped.Step)
	}
	plain := opt
	plain.Measure = ""
	if r := mustRun(t, spec, plain); !r.Loaded || r.Dir != dir {
		t.Errorf("the finished record is not loaded: %+v", r)
	}
	if list, err := record.List(opt.Store.Write); err != nil || len(list) != 1 {
		t.Errorf("%d records are listed, %v", len(list), err)
	}
	log := &notes{Progress: Silent}
	opt.Progress = log
	r := mustRun(t, spec, opt)
	if !record.MeasureGradients.In(r) || !r.Complete() || r.Dir != dir || r.Loaded {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(strings.Join(log.lines, "\n"), "going on from step") {
		t.Errorf("said %q", log.lines)
	}
	if again := mustRun(t, spec, opt); !again.Loaded || !record.MeasureGradients.In(again) {
		t.Error("trained again")
	}
	if text, err := os.ReadFile(filepath.Join(dir, "notes.txt")); err != nil || string(text) != "mine" {
		t.Errorf("a file that is none of the record's: %q, %v", text, err)
	}
	if entries, _ := os.ReadDir(opt.Store.Write); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// TestMeasureDiverges: a complete record is worth more than one that was trained again and diverged.
func TestMeasureDiverges(t *testing.T) {
	spec := fakeSpec(100)
	h := &hooks{}
	opt, dir, before := lacking(t, spec, h)
	h.advance = func(e *fakeEngine) (float64, error) {
		if e.step > 40 {
			return 0, &record.DivergedError{Divergence: record.Divergence{Step: e.step, Reason: "a weight is NaN"}}
		}
		return 1, nil
	}
	r, err := Run(context.Background(), spec, opt)
	recordtest.CheckError(t, err, []string{"stays as it is", "a weight is NaN"})
	if r == nil || !r.Complete() || r.Dir != dir {
		t.Errorf("record %+v", r)
	}
	if diff := cmp.Diff(before, contents(t, opt.Store.Write)); diff != "" {
		t.Error(diff)
	}
}

// TestMeasureMoved: where the process ends between the two moves, the new record is found where it is, and put into its
// place by the next one.
func TestMeasureMoved(t *testing.T) {
	spec := fakeSpec(100)
	h := &hooks{}
	opt, dir, _ := lacking(t, spec, h)
	gone := errors.New("gone")
	moves := 0
	restore := disk.Use(disktest.Faulty{Fail: func(operation, path string) error {
		if operation == "rename" && path == dir || moves > 0 {
			moves++
			return gone
		}
		return nil
	}})
	_, err := Run(context.Background(), spec, opt)
	restore()
	recordtest.CheckError(t, err, []string{"into its place", "gone"})
	if _, err := os.Stat(dir); err == nil {
		t.Fatal("the place is not empty")
	}
	r, err := opt.Store.FindMeasured(spec, record.MeasureGradients)
	if err != nil || r == nil || !r.Complete() || !record.MeasureGradients.In(r) {
		t.Fatalf("%+v, %v", r, err)
	}
	if r := mustRun(t, spec, opt); !r.Loaded || r.Dir != dir {
		t.Errorf("%+v", r)
	}
	if entries, _ := os.ReadDir(opt.Store.Write); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// TestCommittedRecords: the records that come with the project are whole, though they have no seal: they came to their end, or
// diverged and say so.
func TestCommittedRecords(t *testing.T) {
	list, err := record.List(filepath.Join("..", "..", "notebooks", "results"))
	if err != nil || len(list) < 60 {
		t.Fatalf("%d records, %v", len(list), err)
	}
	for _, at := range list {
		if at.Err != nil || !at.Record.Complete() && at.Record.Diverged == nil {
			t.Errorf("%s: %v", at.Name, at.Err)
		}
	}
}
