// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/google/go-cmp/cmp"

	"coherentgradients/cgkit/internal/recordtest"
	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
)

var secondsField = regexp.MustCompile(`"seconds":[^,}]*`)

// evaluationsOf is a record's evaluations.jsonl without the only field that may differ between runs.
func evaluationsOf(t *testing.T, r *record.Record) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.Dir, record.EvaluationsName))
	if err != nil {
		t.Fatal(err)
	}
	return secondsField.ReplaceAllString(string(text), `"seconds":0`)
}

func mustRun(t *testing.T, spec record.Spec, opt Options) *record.Record {
	t.Helper()
	r, err := Run(context.Background(), spec, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// undisturbed is what evaluationsOf gives for a run that nothing disturbs.
func undisturbed(t *testing.T, spec record.Spec) string {
	t.Helper()
	return evaluationsOf(t, mustRun(t, spec, fakeOptions(t, &hooks{})))
}

// filesOf lists what is in a record's folder and beside it.
func filesOf(t *testing.T, folder string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestRunThenLoad(t *testing.T) {
	h := &hooks{}
	opt := fakeOptions(t, h)
	spec := fakeSpec(123)
	r := mustRun(t, spec, opt)
	if r.Loaded || !r.Complete() {
		t.Errorf("loaded %v, complete %v", r.Loaded, r.Complete())
	}
	var steps []int
	for _, e := range r.Evaluations {
		steps = append(steps, e.Step)
		if want := record.Overfit(e.TrainAccuracy, e.TestAccuracy, 0.5, 10); e.Overfit != want {
			t.Errorf("overfit = %v, want %v", e.Overfit, want)
		}
	}
	if diff := cmp.Diff(record.Schedule(123), steps); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{record.SealName, record.EvaluationsName, record.ProvenanceName, record.SpecName}, filesOf(t, opt.Store.Write)); diff != "" {
		t.Error(diff)
	}
	session := r.Provenance.Sessions[0]
	if session.Backend.Plugin != "libfake.so" || session.Go == "" || session.Threads < 1 || session.Data != "fake, 100 + 20" {
		t.Errorf("provenance %+v", session)
	}
	again := mustRun(t, spec, opt)
	if !again.Loaded {
		t.Error("trained again")
	}
	if made, updates := h.counts(); made != 1 || updates != 123 {
		t.Errorf("%d engines, %d updates", made, updates)
	}
	r.Loaded = true
	if diff := cmp.Diff(r, again); diff != "" {
		t.Error(diff)
	}
	// A run without a single update is its first evaluation.
	if r := mustRun(t, fakeSpec(0), opt); len(r.Evaluations) != 1 || !r.Complete() {
		t.Errorf("0 steps: %d evaluations", len(r.Evaluations))
	}
}

// TestRunChunksDoNotMatter checks what resuming relies on, for the fake engine that the other tests use.
func TestRunChunksDoNotMatter(t *testing.T) {
	want := undisturbed(t, fakeSpec(250))
	for _, chunk := range []int{1, 50, 100_000} {
		if got := evaluationsOf(t, mustRun(t, fakeSpec(250), fakeOptions(t, &hooks{chunk: chunk}))); got != want {
			t.Errorf("chunk %d changes the record", chunk)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	boom := errors.New("boom")
	for _, test := range []struct {
		name   string
		change func(s *record.Spec, o *Options, h *hooks)
		want   []string
	}{
		{"spec", func(s *record.Spec, o *Options, h *hooks) { s.C = 60 }, []string{"c = 60"}},
		{"batch above data", func(s *record.Spec, o *Options, h *hooks) { s.Batch = 200 }, []string{"batch = 200", "100"}},
		{"batch that does not divide", func(s *record.Spec, o *Options, h *hooks) { s.Batch = 30 }, []string{"batch = 30", "25"}},
		{"no data", func(s *record.Spec, o *Options, h *hooks) {
			o.OpenSet = func(context.Context, string, datasets.Options) (*datasets.Set, error) { return nil, boom }
		}, []string{"boom"}},
		{"no engine", func(s *record.Spec, o *Options, h *hooks) { h.newError = boom }, []string{"boom"}},
		{"nothing that trains", func(s *record.Spec, o *Options, h *hooks) { o.NewEngine = nil }, []string{"no finished record"}},
		{"redraw", func(s *record.Spec, o *Options, h *hooks) { o.Redraw = true }, []string{"no finished record"}},
		{"a file as folder", func(s *record.Spec, o *Options, h *hooks) { o.Store = &record.Store{Write: "doc.go"} }, []string{"doc.go is a file"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := &hooks{}
			opt := fakeOptions(t, h)
			opt.Store.Write = filepath.Join(opt.Store.Write, "new")
			spec := fakeSpec(10)
			folder := opt.Store.Write
			test.change(&spec, &opt, h)
			r, err := Run(context.Background(), spec, opt)
			recordtest.CheckError(t, err, test.want)
			if r != nil {
				t.Errorf("record %+v", r)
			}
			if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("left behind: %v", filesOf(t, folder))
			}
		})
	}
}

// stopAfter interrupts a run in the given call of Advance, and says how far it came.
func stopAfter(t *testing.T, spec record.Spec, opt Options, h *hooks, calls int) *InterruptedError {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	h.advance = func(e *fakeEngine) (float64, error) {
		if calls--; calls <= 0 {
			cancel()
		}
		return 1, nil
	}
	_, err := Run(ctx, spec, opt)
	h.advance = nil
	var interrupted *InterruptedError
	if !errors.As(err, &interrupted) || !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	return interrupted
}

func TestRunInterruptedGoesOn(t *testing.T) {
	spec := fakeSpec(1500)
	want := undisturbed(t, spec)
	for _, calls := range []int{1, 2, 9, 12, 40, 150, 200} {
		h := &hooks{}
		opt := fakeOptions(t, h)
		stopped := stopAfter(t, spec, opt, h, calls)
		if stopped.Step == 0 || stopped.Step >= 1500 {
			t.Errorf("stopped at step %d", stopped.Step)
		}
		recordtest.CheckError(t, stopped, []string{spec.ID(), "of 1,500", "run it again"})
		if files := strings.Join(filesOf(t, opt.Store.Write), " "); strings.Contains(files, ".lock") || !strings.Contains(files, record.CheckpointName) {
			t.Errorf("files: %s", files)
		}
		log := &notes{Progress: Silent}
		opt.Progress = log
		r := mustRun(t, spec, opt)
		if got := evaluationsOf(t, r); got != want {
			t.Errorf("stopped at %d: got\n%s\nwant\n%s", stopped.Step, got, want)
		}
		if _, updates := h.counts(); updates != 1500 {
			t.Errorf("%d updates in all", updates)
		}
		if !strings.Contains(strings.Join(log.lines, "\n"), "going on from step") {
			t.Errorf("said %q", log.lines)
		}
		if s := r.Provenance.Sessions; len(s) != 2 || s[1].FromStep != stopped.Step {
			t.Errorf("sessions %+v", s)
		}
	}
}

func TestRunInterruptedTwiceAndBeforeItStarts(t *testing.T) {
	spec := fakeSpec(1500)
	h := &hooks{}
	opt := fakeOptions(t, h)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Run(ctx, spec, opt)
	recordtest.CheckError(t, err, []string{"before its first update"})
	if files := filesOf(t, opt.Store.Write); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
	first := stopAfter(t, spec, opt, h, 30)
	_, err = Run(ctx, spec, opt) // stopped before it has gone on: what was saved is still told
	recordtest.CheckError(t, err, []string{"stopped at step " + humanize.Comma(int64(first.Step)) + " of 1,500, saved there"})
	second := stopAfter(t, spec, opt, h, 30)
	if second.Step <= first.Step {
		t.Errorf("stopped at %d, then %d", first.Step, second.Step)
	}
	if got := evaluationsOf(t, mustRun(t, spec, opt)); got != undisturbed(t, spec) {
		t.Errorf("got\n%s", got)
	}
}

// TestRunInterruptedWhileEvaluating leaves a checkpoint at a step that is not evaluated yet.
func TestRunInterruptedWhileEvaluating(t *testing.T) {
	spec := fakeSpec(150)
	h := &hooks{}
	opt := fakeOptions(t, h)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	h.evaluate = func(e *fakeEngine, _ *record.Evaluation) error {
		if e.step == 100 {
			cancel()
			return ctx.Err()
		}
		return nil
	}
	_, err := Run(ctx, spec, opt)
	recordtest.CheckError(t, err, []string{"step 100 of 150"})
	h.evaluate = nil
	if got := evaluationsOf(t, mustRun(t, spec, opt)); got != undisturbed(t, spec) {
		t.Errorf("got\n%s", got)
	}
	if _, updates := h.counts(); updates != 150 {
		t.Errorf("%d updates", updates)
	}
}

// TestRunFromDamagedState meddles with an interrupted run's files. Whatever is found, the run must end as an
// undisturbed one; only how much of it is computed again may differ.
func TestRunFromDamagedState(t *testing.T) {
	spec := fakeSpec(1500)
	want := undisturbed(t, spec)
	for _, test := range []struct {
		name    string
		change  func(t *testing.T, dir string, opt *Options, h *hooks)
		updates int    // in the second session: 0 for all
		says    string // in a note
	}{
		{"half-written last line", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			appendTo(t, filepath.Join(dir, record.EvaluationsName), `{"step":300,"train_acc`)
		}, 1290, "going on from step 210"},
		{"an evaluation after the checkpoint", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			appendTo(t, filepath.Join(dir, record.EvaluationsName), strings.Replace(recordtest.Line1, `"step":1`, `"step":300`, 1)+"\n")
		}, 1290, "going on from step 210"},
		{"a whole line without newline", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			appendTo(t, filepath.Join(dir, record.EvaluationsName), strings.Replace(recordtest.Line1, `"step":1`, `"step":300`, 1))
		}, 1290, "going on from step 210"},
		{"a lock left behind", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			recordtest.WriteFile(t, dir+".lock", "1 elsewhere\n")
		}, 1290, "going on from step 210"},
		{"temporary files left behind", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			recordtest.WriteFile(t, filepath.Join(dir, "."+record.CheckpointName+"123456"), "half")
			recordtest.WriteFile(t, filepath.Join(dir, "."+record.ProvenanceName+"1"), "half")
		}, 1290, "going on from step 210"},
		{"no checkpoint", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			os.Remove(filepath.Join(dir, record.CheckpointName))
		}, 0, ""},
		{"state that does not fit", func(t *testing.T, dir string, _ *Options, h *hooks) { h.badRestore = true }, 0, "does not fit"},
		{"other data", func(t *testing.T, dir string, o *Options, _ *hooks) {
			path := filepath.Join(dir, record.CheckpointName)
			c, err := loadCheckpoint(path, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			c.Data = "another"
			if err := c.save(path); err != nil {
				t.Fatal(err)
			}
		}, 0, "have changed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := &hooks{chunk: 10}
			opt := fakeOptions(t, h)
			if stopped := stopAfter(t, spec, opt, h, 9+9+9+3); stopped.Step != 210 {
				t.Fatalf("stopped at %d", stopped.Step)
			}
			_, before := h.counts()
			test.change(t, filepath.Join(opt.Store.Write, spec.ID()), &opt, h)
			log := &notes{Progress: Silent}
			opt.Progress = log
			r := mustRun(t, spec, opt)
			if got := evaluationsOf(t, r); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			wantUpdates := test.updates
			if wantUpdates == 0 {
				wantUpdates = 1500
			}
			if _, all := h.counts(); all-before != wantUpdates {
				t.Errorf("%d updates, want %d", all-before, wantUpdates)
			}
			if !strings.Contains(strings.Join(log.lines, "\n"), test.says) {
				t.Errorf("said %q, want %q", log.lines, test.says)
			}
			if diff := cmp.Diff([]string{record.SealName, record.EvaluationsName, record.ProvenanceName, record.SpecName}, filesOf(t, opt.Store.Write)); diff != "" {
				t.Error(diff)
			}
			if loaded, err := record.Load(r.Dir); err != nil || !loaded.Complete() {
				t.Errorf("%+v, %v", loaded, err)
			}
		})
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	recordtest.WriteFile(t, path, string(old)+text)
}

func TestRunTwoAtOnce(t *testing.T) {
	spec := fakeSpec(50)
	h := &hooks{}
	opt := fakeOptions(t, h)
	other := opt
	var once sync.Once
	var second error
	h.advance = func(*fakeEngine) (float64, error) {
		once.Do(func() { _, second = Run(context.Background(), spec, other) }) // while the first one trains
		return 1, nil
	}
	r := mustRun(t, spec, opt)
	recordtest.CheckError(t, second, []string{spec.ID(), "another process (pid ", "stop it"})
	if !r.Complete() {
		t.Error("the first one was disturbed")
	}
	if made, _ := h.counts(); made != 1 {
		t.Errorf("%d engines", made)
	}
}

// TestRunWaitsForOthers: a run that another one trains is waited for; what that leaves is trained on, and the run is begun
// once for who looks on.
func TestRunWaitsForOthers(t *testing.T) {
	spec := fakeSpec(1500)
	want := undisturbed(t, spec)
	for _, test := range []struct {
		name  string
		after int // updates after which the other one stops; 0: it comes to its end
	}{{"the other one ends", 0}, {"the other one stops", 700}} {
		t.Run(test.name, func(t *testing.T) {
			theirs, mine, log := &hooks{}, &hooks{}, &waits{}
			their := fakeOptions(t, theirs)
			opt := fakeOptions(t, mine)
			opt.Store, opt.Progress, opt.WaitForOthers = their.Store, log, true
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			trains, goOn := make(chan bool), make(chan bool)
			var begun sync.Once
			theirs.advance = func(e *fakeEngine) (float64, error) {
				begun.Do(func() { close(trains); <-goOn })
				if test.after > 0 && e.step >= test.after {
					stop()
				}
				return 1, nil
			}
			var other sync.WaitGroup
			other.Go(func() { _, _ = Run(ctx, spec, their) })
			<-trains
			impatient, cancel := context.WithTimeout(t.Context(), 2*awaitEvery)
			defer cancel()
			_, err := RunAll(impatient, []record.Spec{spec}, opt)
			recordtest.CheckError(t, err, []string{"stopped before its first update"})
			log.lines = nil
			time.AfterFunc(2*awaitEvery, func() { close(goOn) })
			records, err := RunAll(t.Context(), []record.Spec{spec}, opt)
			other.Wait()
			if err != nil || evaluationsOf(t, records[0]) != want {
				t.Fatalf("%v, %v", records, err)
			}
			made, _ := mine.counts()
			if loaded := test.after == 0; records[0].Loaded != loaded || (made == 0) != loaded {
				t.Errorf("loaded %v, %d engines made", records[0].Loaded, made)
			}
			text := strings.Join(log.lines, "\n")
			if strings.Count(text, "begin ") != 1 || strings.Count(text, "title ") != 1 || !strings.Contains(text, "wait trained by another process (pid ") {
				t.Errorf("shown:\n%s", text)
			}
		})
	}
}

// TestRunManyAtOnce has several goroutines ask for one spec again and again until each has it.
func TestRunManyAtOnce(t *testing.T) {
	spec := fakeSpec(30)
	h := &hooks{}
	opt := fakeOptions(t, h)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for {
				r, err := Run(context.Background(), spec, opt)
				if err == nil && r.Complete() {
					return
				}
				if err == nil || !strings.Contains(err.Error(), "another process") {
					t.Errorf("%v, %v", r, err)
					return
				}
			}
		})
	}
	wait.Wait()
	if made, updates := h.counts(); made != 1 || updates != 30 {
		t.Errorf("%d engines, %d updates", made, updates)
	}
}

func TestRunDiverged(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(h *hooks)
		step int
		want []string
	}{
		{"training loss", func(h *hooks) {
			h.advance = func(e *fakeEngine) (float64, error) {
				if e.step >= 20 {
					return math.NaN(), nil
				}
				return 1, nil
			}
		}, 20, []string{"by step 20", "training loss after step 17 is NaN", "learning rate"}},
		{"evaluation", func(h *hooks) {
			h.evaluate = func(e *fakeEngine, ev *record.Evaluation) error {
				if e.step == 30 {
					ev.TestLoss = math.Inf(1)
				}
				return nil
			}
		}, 30, []string{"by step 30", "test_loss is +Inf"}},
		{"the engine says so", func(h *hooks) {
			h.advance = func(e *fakeEngine) (float64, error) {
				if e.step == 40 {
					return 0, &record.DivergedError{Divergence: record.Divergence{Step: 37, Reason: "a weight is NaN"}}
				}
				return 1, nil
			}
		}, 37, []string{"by step 37", "a weight is NaN"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := &hooks{}
			opt := fakeOptions(t, h)
			opt.CheckpointSteps = 1
			test.set(h)
			spec := fakeSpec(100)
			for range 2 { // trained, then loaded
				r, err := Run(context.Background(), spec, opt)
				recordtest.CheckError(t, err, test.want)
				var diverged *record.DivergedError
				if !errors.As(err, &diverged) || diverged.Step != test.step {
					t.Errorf("error %#v", err)
				}
				if r == nil || r.Diverged == nil || r.Complete() || !r.Finished() || len(r.Evaluations) == 0 {
					t.Fatalf("record %+v", r)
				}
			}
			if made, _ := h.counts(); made != 1 {
				t.Errorf("%d engines: trained again without being asked", made)
			}
			if diff := cmp.Diff([]string{record.SealName, record.DivergedName, record.EvaluationsName, record.ProvenanceName, record.SpecName}, filesOf(t, opt.Store.Write)); diff != "" {
				t.Error(diff)
			}
			h.advance, h.evaluate = nil, nil
			opt.Retrain = true
			r := mustRun(t, spec, opt)
			if !r.Complete() || r.Diverged != nil || evaluationsOf(t, r) != undisturbed(t, spec) {
				t.Errorf("trained again: %+v", r)
			}
		})
	}
}

func TestRunEngineFails(t *testing.T) {
	h := &hooks{}
	opt := fakeOptions(t, h)
	opt.CheckpointSteps = 10
	spec := fakeSpec(100)
	h.advance = func(e *fakeEngine) (float64, error) {
		if e.step >= 50 {
			return 0, errors.New("out of memory")
		}
		return 1, nil
	}
	_, err := Run(context.Background(), spec, opt)
	recordtest.CheckError(t, err, []string{spec.ID(), "step 50", "out of memory"})
	h.advance = nil
	if got := evaluationsOf(t, mustRun(t, spec, opt)); got != undisturbed(t, spec) {
		t.Errorf("got\n%s", got)
	}
}

// TestRunSavesByTime has a checkpoint after each chunk, as the time between two is up at once.
func TestRunSavesByTime(t *testing.T) {
	h := &hooks{}
	opt := fakeOptions(t, h)
	opt.CheckpointEvery = time.Nanosecond
	spec := fakeSpec(30)
	seen := 0
	h.advance = func(*fakeEngine) (float64, error) {
		if checkpointStep(filepath.Join(opt.Store.Write, spec.ID(), record.CheckpointName)) > 0 {
			seen++
		}
		return 1, nil
	}
	mustRun(t, spec, opt)
	if seen == 0 {
		t.Error("no checkpoint was seen")
	}
}

func TestRunEndsAfterKillBeforeCleaning(t *testing.T) {
	opt := fakeOptions(t, &hooks{})
	spec := fakeSpec(10)
	r := mustRun(t, spec, opt)
	recordtest.WriteFile(t, filepath.Join(r.Dir, record.CheckpointName), "left")
	if r := mustRun(t, spec, opt); !r.Loaded {
		t.Error("trained again")
	}
	if diff := cmp.Diff([]string{record.SealName, record.EvaluationsName, record.ProvenanceName, record.SpecName}, filesOf(t, opt.Store.Write)); diff != "" {
		t.Error(diff)
	}
}

func TestProvenanceNamesNobody(t *testing.T) {
	t.Setenv("XLA_FLAGS", "--xla_cpu_prefer_vector_width=512 --xla_dump_to=/home/somebody/dump /etc/flags")
	opt := fakeOptions(t, &hooks{})
	r := mustRun(t, fakeSpec(1), opt)
	text, err := os.ReadFile(filepath.Join(r.Dir, record.ProvenanceName))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "somebody") || strings.Contains(string(text), "/etc") {
		t.Errorf("%s", text)
	}
	if got := r.Provenance.Sessions[0].XLAFlags; got != "--xla_cpu_prefer_vector_width=512 --xla_dump_to=… …" {
		t.Errorf("flags %q", got)
	}
	var back record.Provenance
	if err := json.Unmarshal(text, &back); err != nil {
		t.Error(err)
	}
}

func TestStoreCheck(t *testing.T) {
	spec := fakeSpec(10)
	opt := fakeOptions(t, &hooks{})
	folder := opt.Store.Write
	finished, err := opt.Store.Check(spec)
	if finished || err != nil {
		t.Errorf("an empty folder: %v, %v", finished, err)
	}
	mustRun(t, spec, opt)
	if finished, err = opt.Store.Check(spec); !finished || err != nil {
		t.Errorf("a finished record: %v, %v", finished, err)
	}
	recordtest.WriteFile(t, filepath.Join(folder, spec.ID(), record.SpecName), "{}")
	_, err = opt.Store.Check(spec)
	recordtest.CheckError(t, err, []string{spec.ID(), "format"})
	_, err = (&record.Store{Write: filepath.Join(folder, spec.ID(), record.SpecName)}).Check(spec)
	recordtest.CheckError(t, err, []string{"is a file; name a folder"})
}
