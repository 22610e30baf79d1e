// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMissed(t *testing.T) {
	wrong := func(list ...int) func(int) bool {
		return func(i int) bool {
			for _, w := range list {
				if w == i {
					return true
				}
			}
			return false
		}
	}
	inf := math.Inf(1)
	for _, c := range []struct {
		name      string
		suspicion []float64
		wrong     func(int) bool
		want      float64
		half, all float64 // precision
	}{
		{"all first", []float64{1, 9, 2, 8}, wrong(1, 3), 0, 1, 1},
		{"all last", []float64{9, 1, 8, 2}, wrong(1, 3), 1, 1.0 / 3, 0.5},
		{"one of two", []float64{9, 8, 1, 2}, wrong(0, 3), 0.5, 1, 2.0 / 3},
		{"says nothing", []float64{5, 5, 5, 5}, wrong(2), 0.75, 0.25, 0.25},
		{"a tie at the end", []float64{inf, 5, 5, 1}, wrong(0, 2), 0.25, 1, 2.0 / 3},
	} {
		if got := Missed(c.suspicion, c.wrong); got != c.want {
			t.Errorf("%s: misses %v, want %v", c.name, got, c.want)
		}
		if got := PrecisionAt(c.suspicion, c.wrong, 0.5); math.Abs(got-c.half) > 1e-12 {
			t.Errorf("%s: precision at half of them %v, want %v", c.name, got, c.half)
		}
		if got := PrecisionAt(c.suspicion, c.wrong, 1); math.Abs(got-c.all) > 1e-12 {
			t.Errorf("%s: precision at all of them %v, want %v", c.name, got, c.all)
		}
	}
	if got := Missed([]float64{1, 2}, wrong()); !math.IsNaN(got) {
		t.Errorf("of no wrong label %v are missed", got)
	}
	if diff := cmp.Diff([]int{3, 1, 0, 2}, BySuspicion([]float64{1, 9, 1, inf})); diff != "" {
		t.Error(diff)
	}
}

func madeExamples() *Examples {
	return &Examples{Step: 20, Stop: 10,
		AUM: []float32{-2, 3}, EL2N: []float32{1.4, 0.1}, SelfInfluence: []float32{9, 0.5}, Alignment: []float32{-0.5, 0.25},
		First: []int32{-1, 2}, Kept: []int32{-1, 5}, MarginAtStop: []float32{-1, 4}, Given: []uint8{3, 1}, Original: []uint8{2, 1}, Rival: []uint8{2, 7}}
}

func TestExamplesFile(t *testing.T) {
	dir := t.TempDir()
	r := &Record{Spec: DefaultSpec(), Dir: dir}
	if _, err := r.LoadExamples(); !errors.Is(err, fs.ErrNotExist) || r.HasExamples() || MeasureExamples.In(r) {
		t.Errorf("without a file: %v", err)
	}
	want := madeExamples()
	if err := WriteExamples(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := r.LoadExamples()
	if err != nil || !cmp.Equal(want, got) || !r.HasExamples() {
		t.Fatalf("%v: %s", err, cmp.Diff(want, got))
	}
	if got.Believed(0) != 2 || got.Believed(1) != 1 || !got.Corrupt(0) || got.Corrupt(1) {
		t.Error("believed or corrupt is wrong")
	}
	for _, score := range ExampleScores() { // by each, the first is the suspicious one
		if s, err := got.Suspicion(score); err != nil || !(s[0] > s[1]) {
			t.Errorf("%s: %v, %v", score, s, err)
		}
	}
	if _, err := got.Suspicion("luck"); err == nil || !strings.Contains(err.Error(), "use one of aum, el2n") {
		t.Error(err)
	}
	path := filepath.Join(dir, ExamplesName)
	whole, _ := os.ReadFile(path)
	for name, text := range map[string]string{"empty": "", "cut": string(whole[:len(whole)/2]), "no archive": "hello"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		var damaged *DamagedError
		if _, err := r.LoadExamples(); !errors.As(err, &damaged) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, spoil := range map[string]func(*Examples){
		"lengths":   func(e *Examples) { e.AUM = e.AUM[:1] },
		"labels":    func(e *Examples) { e.Rival = nil },
		"NaN":       func(e *Examples) { e.EL2N[1] = float32(math.NaN()) },
		"late step": func(e *Examples) { e.First[0] = 21 },
		"late stop": func(e *Examples) { e.Stop = 21 },
		"none":      func(e *Examples) { *e = Examples{} },
	} {
		e := madeExamples()
		spoil(e)
		if err := WriteExamples(t.TempDir(), e); err == nil {
			t.Errorf("%s: written", name)
		}
	}
	short := DefaultSpec()
	short.Steps = 5
	if err := WriteExamples(dir, want); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Record{Spec: short, Dir: dir}).LoadExamples(); err == nil || !strings.Contains(err.Error(), "step 20") {
		t.Errorf("scores of another run: %v", err)
	}
}
