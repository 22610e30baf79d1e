// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"coherentgradients/cgkit/internal/recordtest"
	"coherentgradients/cgkit/record"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// contents are all files below a folder, by their path.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text := entry.Type().String()
		if entry.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = string(data)
		}
		all[path] = text
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// change edits a file's lines.
func change(t *testing.T, path string, edit func(lines []string) []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	recordtest.WriteFile(t, path, strings.Join(edit(lines[:len(lines)-1]), ""))
}

// refuses wants a damage from every way to a record, and not a byte changed.
func refuses(t *testing.T, spec record.Spec, opt Options, h *hooks, want []string) {
	t.Helper()
	before := contents(t, opt.Store.Write)
	made, _ := h.counts()
	for _, measure := range []record.Measure{"", record.MeasureGradients} {
		o := opt
		o.Measure = measure
		r, err := Run(context.Background(), spec, o)
		recordtest.CheckError(t, err, append(want, "damaged", "move "))
		var damage *record.DamagedError
		if r != nil || !errors.As(err, &damage) {
			t.Errorf("record %v, error %#v", r, err)
		}
		_, err = RunAll(context.Background(), []record.Spec{spec}, o)
		recordtest.CheckError(t, err, want)
	}
	if diff := cmp.Diff(before, contents(t, opt.Store.Write)); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
	if now, _ := h.counts(); now != made {
		t.Errorf("something was trained: %d engines", now-made)
	}
}

// TestFinishedRecordDamaged: a finished record that is not as its run left it is an error, and stays as it is, whether it
// has a seal or is of the time before there were any.
func TestFinishedRecordDamaged(t *testing.T) {
	spec := fakeSpec(150)
	last := len(record.Schedule(150)) - 1
	for _, test := range []struct {
		name, file string
		edit       func(lines []string) []string
		sealed     bool // only the seal tells
		want       string
	}{
		{"a torn last line", record.EvaluationsName, func(l []string) []string { return append(l[:last], l[last][:40]) }, false, "cut short"},
		{"no last newline", record.EvaluationsName, func(l []string) []string { return append(l[:last], strings.TrimSpace(l[last])) }, false, "cut short"},
		{"the last line missing", record.EvaluationsName, func(l []string) []string { return l[:last] }, false, "ends after line 20 of 21"},
		{"many lines missing", record.EvaluationsName, func(l []string) []string { return l[:3] }, false, "ends after line 3 of 21"},
		{"all lines missing", record.EvaluationsName, func([]string) []string { return nil }, false, "ends after line 0 of 21"},
		{"a middle line missing", record.EvaluationsName, func(l []string) []string { return append(l[:5:5], l[6:]...) }, false, "step 5 is due"},
		{"the first line missing", record.EvaluationsName, func(l []string) []string { return l[1:] }, false, "step 0 is due"},
		{"a torn middle line", record.EvaluationsName, func(l []string) []string { l[4] = l[4][:30] + "\n"; return l }, false, "line 5"},
		{"two lines in one", record.EvaluationsName, func(l []string) []string { l[4] = strings.TrimSpace(l[4]); return l }, false, "line 5"},
		{"a line doubled", record.EvaluationsName, func(l []string) []string { return append(l, l[last]) }, false, "one too many"},
		{"a surplus line", record.EvaluationsName, func(l []string) []string {
			return append(l, strings.Replace(l[last], `"step":150`, `"step":160`, 1))
		}, false, "one too many"},
		{"half a surplus line", record.EvaluationsName, func(l []string) []string { return append(l, l[last][:20]) }, false, "one too many"},
		{"a step of no schedule", record.EvaluationsName, func(l []string) []string {
			l[13] = strings.Replace(l[13], `"step":40`, `"step":41`, 1)
			return l
		}, false, "step 40 is due"},
		{"lines swapped", record.EvaluationsName, func(l []string) []string { l[3], l[4] = l[4], l[3]; return l }, false, "step 3 is due"},
		{"a value missing", record.EvaluationsName, func(l []string) []string {
			l[2] = strings.Replace(l[2], `"overfit"`, `"over"`, 1)
			return l
		}, false, "overfit"},
		{"a digit changed", record.EvaluationsName, func(l []string) []string {
			l[2] = strings.Replace(l[2], `"train_accuracy":0.`, `"train_accuracy":0.9`, 1)
			return l
		}, true, "its checksum is not the one in SHA256SUMS"},
		{"a session more", record.ProvenanceName, func(l []string) []string { return append(l, "\n") }, true, "provenance.json"},
		{"a space in the spec", record.SpecName, func(l []string) []string { return append(l, " \n") }, true, "spec.json"},
		{"counts changed", record.LearnedName, func(l []string) []string { return append(l, " \n") }, true, "learned.json"},
	} {
		for _, sealed := range []bool{true, false} {
			if test.sealed && !sealed {
				continue
			}
			name := test.name
			if !sealed {
				name += ", without a seal"
			}
			t.Run(name, func(t *testing.T) {
				h := &hooks{}
				opt := fakeOptions(t, h)
				opt.NewEngine = h.newLearner
				dir := mustRun(t, spec, opt).Dir
				if !sealed {
					os.Remove(filepath.Join(dir, record.SealName))
				}
				change(t, filepath.Join(dir, test.file), test.edit)
				refuses(t, spec, opt, h, []string{test.want, test.file})

				// In a list it is neither missing nor finished, and the others are there.
				opt.Store.Folders = nil
				other := mustRun(t, fakeSpec(3), opt)
				list, err := record.List(opt.Store.Write)
				if err != nil || len(list) != 2 {
					t.Fatalf("%d in the list, %v", len(list), err)
				}
				for _, at := range list {
					if at.Name == spec.ID() {
						recordtest.CheckError(t, at.Err, []string{test.want})
					} else if at.Err != nil || at.Record.Spec.ID() != other.Spec.ID() {
						t.Errorf("%+v", at)
					}
				}
				all, err := record.LoadAll(opt.Store.Write)
				recordtest.CheckError(t, err, []string{test.want})
				if len(all) != 1 {
					t.Errorf("%d records", len(all))
				}
			})
		}
	}
}

// TestFinishedRecordFiles: files that are missing, or were added, show too.
func TestFinishedRecordFiles(t *testing.T) {
	spec := fakeSpec(50)
	for _, test := range []struct {
		name   string
		change func(dir string) error
		want   []string
	}{
		{"no evaluations", func(dir string) error { return os.Remove(filepath.Join(dir, record.EvaluationsName)) }, []string{record.EvaluationsName, "missing"}},
		{"no spec", func(dir string) error { return os.Remove(filepath.Join(dir, record.SpecName)) }, []string{record.SpecName, "missing"}},
		{"no provenance", func(dir string) error { return os.Remove(filepath.Join(dir, record.ProvenanceName)) }, []string{record.ProvenanceName, "missing"}},
		{"no counts", func(dir string) error { return os.Remove(filepath.Join(dir, record.LearnedName)) }, []string{record.LearnedName, "missing"}},
		{"a divergence added", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, record.DivergedName), []byte(`{"step":3,"reason":"x"}`), 0o644)
		}, []string{record.DivergedName, "all evaluations are there"}},
		{"half a seal", func(dir string) error { return os.Truncate(filepath.Join(dir, record.SealName), 100) }, []string{record.SealName}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := &hooks{}
			opt := fakeOptions(t, h)
			opt.NewEngine = h.newLearner
			if err := test.change(mustRun(t, spec, opt).Dir); err != nil {
				t.Fatal(err)
			}
			refuses(t, spec, opt, h, test.want)
		})
	}
	// The weights may be removed: they are the one large file.
	h := &hooks{}
	opt := fakeOptions(t, h)
	opt.NewEngine = h.newWeigher
	opt.SaveWeights = true
	r := mustRun(t, spec, opt)
	path, ok := r.WeightsPath()
	if !ok {
		t.Fatal("no weights")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if r := mustRun(t, spec, opt); !r.Loaded {
		t.Error("trained again")
	}
}

// TestDivergedRecordDamaged: a diverged record has all evaluations up to there.
func TestDivergedRecordDamaged(t *testing.T) {
	spec := fakeSpec(100)
	for _, sealed := range []bool{true, false} {
		for name, edit := range map[string]func(lines []string) []string{
			"torn":    func(l []string) []string { return append(l[:len(l)-1], l[len(l)-1][:30]) },
			"missing": func(l []string) []string { return l[:len(l)-2] },
		} {
			h := &hooks{advance: func(e *fakeEngine) (float64, error) {
				if e.step > 40 {
					return 0, &record.DivergedError{Divergence: record.Divergence{Step: e.step, Reason: "a weight is NaN"}}
				}
				return 1, nil
			}}
			opt := fakeOptions(t, h)
			r, err := Run(context.Background(), spec, opt)
			recordtest.CheckError(t, err, []string{"a weight is NaN"})
			if !sealed {
				os.Remove(filepath.Join(r.Dir, record.SealName))
			}
			change(t, filepath.Join(r.Dir, record.EvaluationsName), edit)
			t.Log(name, sealed)
			refuses(t, spec, opt, h, []string{record.EvaluationsName})
		}
	}
}

// TestUnfinishedRecordDamaged meddles with an interrupted run's files in ways that no kill and no power cut can: that is
// damage too, and what is left of hours of training is not thrown away unasked.
func TestUnfinishedRecordDamaged(t *testing.T) {
	spec := fakeSpec(1500)
	for _, test := range []struct {
		name   string
		change func(t *testing.T, dir string, opt *Options, h *hooks)
		says   string
	}{
		{"damaged checkpoint", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			recordtest.WriteFile(t, filepath.Join(dir, record.CheckpointName), "CGCKPT1\nand rubbish")
		}, "its checksum or its form is wrong"},
		{"empty checkpoint", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			recordtest.WriteFile(t, filepath.Join(dir, record.CheckpointName), "")
		}, "its checksum or its form is wrong"},
		{"checkpoint of another run", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			c := someCheckpoint()
			if err := c.save(filepath.Join(dir, record.CheckpointName)); err != nil {
				t.Fatal(err)
			}
		}, "another run"},
		{"an evaluation lost", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			path := filepath.Join(dir, record.EvaluationsName)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.SplitAfter(string(text), "\n")
			recordtest.WriteFile(t, path, strings.Join(append(lines[:5:5], lines[6:]...), ""))
		}, "step 5 is due"},
		{"all evaluations lost", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			os.Remove(filepath.Join(dir, record.EvaluationsName))
		}, "it ends after 0 evaluations"},
		{"no spec", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			os.Remove(filepath.Join(dir, record.SpecName))
		}, "spec.json: it is missing"},
		{"a line after its time", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			change(t, filepath.Join(dir, record.EvaluationsName), func(l []string) []string {
				return append(l, strings.Replace(recordtest.Line1, `"step":1`, `"step":400`, 1)+"\n")
			})
		}, "step 300 is due"},
		{"a huge checkpoint", func(t *testing.T, dir string, _ *Options, _ *hooks) {
			if err := os.Truncate(filepath.Join(dir, record.CheckpointName), 100<<30); err != nil {
				t.Skip(err)
			}
		}, "larger than 16 MiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := &hooks{chunk: 10}
			opt := fakeOptions(t, h)
			if stopped := stopAfter(t, spec, opt, h, 9+9+9+3); stopped.Step != 210 {
				t.Fatalf("stopped at %d", stopped.Step)
			}
			dir := filepath.Join(opt.Store.Write, spec.ID())
			test.change(t, dir, &opt, h)
			text := func() string {
				data, _ := os.ReadFile(filepath.Join(dir, record.EvaluationsName))
				return string(data)
			}
			before, files := text(), filesOf(t, opt.Store.Write)
			_, updates := h.counts()
			_, err := Run(context.Background(), spec, opt)
			recordtest.CheckError(t, err, []string{test.says, "damaged", "move "})
			if _, now := h.counts(); now != updates {
				t.Error("something was trained")
			}
			if diff := cmp.Diff(files, filesOf(t, opt.Store.Write)); diff != "" || text() != before {
				t.Errorf("something was changed: %s", diff)
			}
			// The remedy that the error names works.
			if err := os.Rename(dir, filepath.Join(t.TempDir(), "away")); err != nil {
				t.Fatal(err)
			}
			h.badRestore = false
			if r := mustRun(t, spec, opt); !r.Complete() {
				t.Error("not trained")
			}
		})
	}
}
