// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
)

// turned is fakeSet with one byte of a part changed.
func turned(part func(*datasets.Set) []uint8) func(context.Context, string, datasets.Options) (*datasets.Set, error) {
	return func(ctx context.Context, name string, opt datasets.Options) (*datasets.Set, error) {
		set, err := fakeSet(ctx, name, opt)
		if err == nil {
			part(set)[0] ^= 1
		}
		return set, err
	}
}

// otherData fails unless err is an OtherDataError in one line with the remedy.
func otherData(t *testing.T, err error, r *record.Record) {
	t.Helper()
	var other *record.OtherDataError
	if !errors.As(err, &other) {
		t.Errorf("got %v, want an OtherDataError", err)
		return
	}
	for _, word := range []string{r.Spec.ID(), r.Spec.Dataset, "other data", "move " + r.Dir + " away", other.Recorded[:8], other.Now[:8]} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%v\ndoes not say %q", err, word)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %v", err)
	}
}

// A finished record of other data is not loaded, and nothing of it is touched.
func TestFinishedRecordOfOtherData(t *testing.T) {
	for name, part := range map[string]func(*datasets.Set) []uint8{
		"a training pixel": func(s *datasets.Set) []uint8 { return s.Train.Pixels },
		"a training label": func(s *datasets.Set) []uint8 { return s.Train.Labels },
		"a test pixel":     func(s *datasets.Set) []uint8 { return s.Test.Pixels },
		"a test label":     func(s *datasets.Set) []uint8 { return s.Test.Labels },
	} {
		t.Run(name, func(t *testing.T) {
			h := &hooks{}
			opt := fakeOptions(t, h)
			r := mustRun(t, fakeSpec(20), opt)
			text := evaluationsOf(t, r)
			opt.OpenSet = turned(part)
			for _, redraw := range []bool{false, true} {
				opt.Redraw = redraw
				_, err := Run(t.Context(), r.Spec, opt)
				otherData(t, err, r)
				_, err = RunAll(t.Context(), []record.Spec{r.Spec}, opt)
				otherData(t, err, r)
			}
			if made, _ := h.counts(); made != 1 || evaluationsOf(t, r) != text {
				t.Error("it was trained again")
			}
			// As the remedy says.
			opt.Redraw = false
			if err := os.Rename(r.Dir, r.Dir+"-old"); err != nil {
				t.Fatal(err)
			}
			if again := mustRun(t, r.Spec, opt); again.Loaded {
				t.Error("loaded after it was moved away")
			}
			if again := mustRun(t, r.Spec, opt); !again.Loaded {
				t.Error("its own data, and not loaded")
			}
		})
	}
}

// Data that are nowhere keep no record from being loaded; data that would be refused for training do, but for redrawing.
func TestFinishedRecordWithoutData(t *testing.T) {
	opt := fakeOptions(t, &hooks{})
	r := mustRun(t, fakeSpec(20), opt)
	failing := func(err error) Options {
		o := opt
		o.OpenSet = func(context.Context, string, datasets.Options) (*datasets.Set, error) { return nil, err }
		return o
	}
	if again := mustRun(t, r.Spec, failing(&datasets.MissingError{Name: "x"})); !again.Loaded {
		t.Error("not loaded without data")
	}
	useless := failing(&datasets.FileError{Path: "/x", Problem: "does not exist", Err: datasets.ErrMissing})
	if _, err := Run(t.Context(), r.Spec, useless); err == nil || !strings.Contains(err.Error(), "/x") {
		t.Errorf("a useless folder is passed over: %v", err)
	}
	useless.Redraw = true
	if again := mustRun(t, r.Spec, useless); !again.Loaded {
		t.Error("redrawing needs no data")
	}
	// A record that doesn't say what it was trained on is taken as it is.
	unsealed(t, r.Dir)
	if err := os.Remove(filepath.Join(r.Dir, record.ProvenanceName)); err != nil {
		t.Fatal(err)
	}
	opt.OpenSet = turned(func(s *datasets.Set) []uint8 { return s.Train.Pixels })
	if again := mustRun(t, r.Spec, opt); !again.Loaded {
		t.Error("not loaded")
	}
}

// Under the name of a published set only records of its bytes are found, with no data at hand.
func TestFinishedRecordUnderAPublishedName(t *testing.T) {
	t.Setenv(datasets.DataDirVariable, "")
	for _, name := range []string{"mnist", "mnist-6000", "fashion-mnist", "cifar-10-10000"} {
		opt := fakeOptions(t, &hooks{})
		spec := fakeSpec(20)
		spec.Dataset = name
		_, err := Run(t.Context(), spec, opt) // of four pixels, and no MNIST
		if err != nil {
			t.Fatal(err)
		}
		r, err := record.Load(filepath.Join(opt.Store.Write, spec.ID()))
		if err != nil {
			t.Fatal(err)
		}
		_, err = opt.Store.Find(spec)
		otherData(t, err, r)
		opt.OpenSet = nil
		for _, redraw := range []bool{false, true} {
			opt.Redraw = redraw
			_, err = Run(t.Context(), spec, opt)
			otherData(t, err, r)
		}
		sum, _ := datasets.Published(name)
		unsealed(t, r.Dir)
		path := filepath.Join(r.Dir, record.ProvenanceName)
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, []byte(strings.ReplaceAll(string(text), r.DataHash(), sum)), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		opt.Redraw, opt.Datasets = false, datasets.Options{CacheDir: t.TempDir()}
		if again := mustRun(t, spec, opt); !again.Loaded {
			t.Error("the published bytes, and not loaded")
		}
		// With something else lying under the name, `train` does not answer with the published set's record.
		opt.Datasets.DataDir = t.TempDir()
		if err := os.Mkdir(filepath.Join(opt.Datasets.DataDir, strings.TrimSuffix(strings.TrimSuffix(name, "-6000"), "-10000")), 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := Run(t.Context(), spec, opt); err == nil || !strings.Contains(err.Error(), "holds nothing of") {
			t.Errorf("other files under %s are passed over: %v", name, err)
		}
	}
}

// What captions need of the data is in the record itself.
func TestRecordDescribesItsData(t *testing.T) {
	datasets.Register("seven-signs", func(context.Context, datasets.Options) (*datasets.Set, error) {
		set := &datasets.Set{Title: "Seven signs", Height: 20, Width: 24, Channels: 1, Classes: 7, Synthetic: true}
		for i := range 40 {
			set.Train.Labels = append(set.Train.Labels, uint8(i%7))
		}
		set.Train.Pixels = make([]uint8, 40*480)
		set.Test = set.Train
		return set, nil
	})
	opt := fakeOptions(t, &hooks{})
	opt.OpenSet = nil
	spec := fakeSpec(20)
	spec.Dataset = "seven-signs"
	mustRun(t, spec, opt)
	d := mustRun(t, spec, opt).Data()
	if got := fmt.Sprintf("%s %d %d %v", d.Title, d.Features(), d.Classes, d.Synthetic); got != "Seven signs 480 7 true" {
		t.Errorf("got %s", got)
	}
	// Records of before say nothing of sizes; for known names they need not.
	old := &record.Record{Spec: record.DefaultSpec()}
	if d := old.Data(); d.Title != "MNIST" || d.Features() != 784 || d.Classes != 10 {
		t.Errorf("%+v", d)
	}
	old.Spec.Dataset = "cifar-10-500"
	if d := old.Data(); d.Title != "CIFAR-10, its first 500 training examples" || d.Features() != 3072 {
		t.Errorf("%+v", d)
	}
	old.Spec.Dataset = "somebody's"
	if d := old.Data(); d.Title != "somebody's" || d.Features() != 0 || d.Classes != 0 {
		t.Errorf("%+v", d)
	}
}

// unsealed takes a record's checksums away, as records from before there were any have none.
func unsealed(t *testing.T, dir string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, record.SealName)); err != nil {
		t.Fatal(err)
	}
}
