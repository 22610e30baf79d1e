// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
)

// ended is what a cell printed and with which code it ended.
type ended struct {
	out, errs string
	code      int
}

// asCell runs f as a cell runs: exit ends it.
func asCell(t *testing.T, f func()) (e ended) {
	t.Helper()
	var pipes [2]*os.File
	saved := [2]*os.File{os.Stdout, os.Stderr}
	var texts [2]chan string
	for i := range pipes {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		pipes[i], texts[i] = w, make(chan string, 1)
		go func() {
			text, _ := io.ReadAll(r)
			texts[i] <- string(text)
		}()
	}
	os.Stdout, os.Stderr = pipes[0], pipes[1]
	type stop struct{}
	savedExit := exit
	exit = func(code int) { e.code = code; panic(stop{}) }
	func() {
		defer func() {
			os.Stdout, os.Stderr, exit = saved[0], saved[1], savedExit
			if r := recover(); r != nil {
				if _, ok := r.(stop); !ok {
					panic(r)
				}
			}
		}()
		e.code = -1 // went through
		f()
	}()
	_, _ = pipes[0].Close(), pipes[1].Close()
	e.out, e.errs = <-texts[0], <-texts[1]
	return e
}

// nowhere leaves no way to any data set of files.
func nowhere(t *testing.T) {
	t.Setenv(datasets.DataDirVariable, "")
	t.Setenv("CG_DATASET", "")
	t.Setenv("CG_STABLE", "")
	// No home and no cache folder: nothing is downloaded then.
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	t.Setenv("LocalAppData", "")
}

// A notebook that draws goes on without pictures of examples; one that trains, or is kept, fails.
func TestCellsWithoutData(t *testing.T) {
	for _, c := range []struct {
		mode, stable, data string
		code               int
	}{
		{"redraw", "", "", 0}, {"", "", "", 0}, {"quick", "", "", 1}, {"full", "", "", 1}, {"redraw", "1", "", 1},
		{"redraw", "", "nowhere", 0}, {"quick", "", "nowhere", 1},
	} {
		nowhere(t)
		t.Setenv(place.EnvMode, c.mode)
		t.Setenv("CG_STABLE", c.stable)
		if c.data != "" {
			t.Setenv(datasets.DataDirVariable, filepath.Join(t.TempDir(), c.data))
		}
		e := asCell(t, func() { DigitsFigure(4, 0.5) })
		if e.code != c.code {
			t.Errorf("%+v: code %d, %q, %q", c, e.code, e.out, e.errs)
		}
		text, lines := e.out, 1
		if c.code != 0 {
			text, lines = e.errs, 2
		}
		if n := strings.Count(text, "\n"); n < 1 || n > lines || !strings.Contains(text, "set ") || c.data == "" && !strings.Contains(text, "data set not found: mnist") ||
			c.data != "" && !strings.Contains(text, "does not exist") {
			t.Errorf("%+v: %q", c, text)
		}
		// What the first cell says of the data set is no reason to fail when only drawing.
		e = asCell(t, Environment)
		if want := map[bool]int{true: -1, false: 1}[c.code == 0 || c.data == ""]; e.code != want || !strings.Contains(e.out+e.errs, "mnist") && c.data == "" {
			t.Errorf("%+v: the first cell: code %d, %q, %q", c, e.code, e.out, e.errs)
		}
	}
}

// While something else is still tried, a cell doesn't say what failed.
func TestCellsAreCalm(t *testing.T) {
	t.Setenv("CG_STABLE", "")
	e := asCell(t, func() {
		p := data().Progress
		p.Retry(errors.New("no such host"))
		p.Start("mnist", 10, 0)
		p.Done(nil)
	})
	if strings.Contains(e.errs, "no such host") || !strings.Contains(e.errs, "downloaded mnist") {
		t.Errorf("%q", e.errs)
	}
}

// Another kind of mistake is one in any mode.
func TestCellsWithWrongData(t *testing.T) {
	nowhere(t)
	dir := t.TempDir()
	for _, name := range []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"} {
		path := filepath.Join(dir, "mnist", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("<html>"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv(datasets.DataDirVariable, dir)
	t.Setenv(place.EnvMode, "redraw")
	if e := asCell(t, func() { Open() }); e.code != 1 || !strings.Contains(e.errs, "is a web page") {
		t.Errorf("code %d, %q, %q", e.code, e.out, e.errs)
	}
}

// Captions, sizes and the proper accuracy are those of the data set at hand.
func TestFiguresOfAnotherDataSet(t *testing.T) {
	datasets.Register("signs", func(context.Context, datasets.Options) (*datasets.Set, error) {
		set := &datasets.Set{Title: "Seven signs", Attribution: "mine", Height: 20, Width: 24, Channels: 1, Classes: 7}
		for i := range 40 {
			set.Train.Labels = append(set.Train.Labels, uint8(i%7))
		}
		set.Train.Pixels = make([]uint8, 40*480)
		set.Test = set.Train
		return set, nil
	})
	spec := record.DefaultSpec()
	spec.Dataset = "signs"
	r := &record.Record{Spec: spec, Provenance: &record.Provenance{Sessions: []record.Session{{
		Data: "Seven signs, 40 + 40", Input: []int{20, 24, 1}, Classes: 7}}}}
	if m := meta("Training", r); !strings.Contains(m.Caption, "Seven signs, net 480–256–256–256–7,") {
		t.Errorf("caption %q", m.Caption)
	}
	if got, want := ProperAccuracy(0.7, nil, r), 1-0.7*6/7; got < want-1e-12 || got > want+1e-12 {
		t.Errorf("proper accuracy %v, want %v", got, want)
	}
	r.Provenance = nil // a record of before: what is not known is not made up
	if m := meta("Training", r); !strings.Contains(m.Caption, "signs, net ?–256–256–256–?,") {
		t.Errorf("caption %q", m.Caption)
	}
	for name, want := range map[string]string{
		"mnist": "MNIST, net 784–256–256–256–10,", "mnist-6000": "MNIST, its first 6,000 training examples, net 784–256–256–256–10,",
		"cifar-10": "CIFAR-10, net 3072–256–256–256–10,", "glyphs-600": "glyphs (synthetic), its first 600 training examples, net 784–",
	} {
		r.Spec.Dataset = name
		if m := meta("Training", r); !strings.Contains(m.Caption, want) {
			t.Errorf("%s: caption %q", name, m.Caption)
		}
	}
}
