// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

// madeUpContest has a run of every arm in every cell, two seeds: the larger its place in the list, the more it has
// memorised, the longer its steps take and the earlier its best step.
func madeUpContest() *Contest {
	c := &Contest{Arms: record.RuleArms(), Cells: record.RuleCells(DefaultDataset), runs: map[string][]*record.Record{}}
	for i, arm := range c.Arms {
		for _, cell := range c.Cells {
			if !arm.Runs(cell) {
				continue
			}
			for _, seed := range record.RuleSeeds[:2] {
				r := &record.Record{Spec: arm.On(cell)}
				r.Spec.Seed = seed
				for _, step := range r.Spec.Evaluated() {
					share := float64(step) / float64(r.Spec.Steps)
					corrupt := share * float64(i+1) / 30
					e := record.Evaluation{Step: step, TrainAccuracy: share, TestAccuracy: 0.8 - 0.5*math.Abs(share-0.5), TrainLoss: 2 - share, Seconds: float64(step) * float64(i+1) / 1000}
					if cell.Noise() > 0 {
						e.CorruptAccuracy = &corrupt
					}
					r.Evaluations = append(r.Evaluations, e)
				}
				c.runs[cell.Name+" "+arm.Name] = append(c.Of(cell.Name, arm.Name), r)
			}
		}
	}
	return c
}

func TestContestFigures(t *testing.T) {
	t.Setenv("CG_MODE", "")
	full, empty := madeUpContest(), &Contest{Arms: record.RuleArms(), Cells: record.RuleCells(DefaultDataset)}
	f, err := contest(full)
	if err != nil {
		t.Fatal(err)
	}
	drawn := fmt.Sprint(f.Data().Rows)
	for _, family := range Families {
		if !strings.Contains(drawn, family) {
			t.Errorf("no point of %q", family)
		}
	}
	m, err := memory(full)
	if err != nil {
		t.Fatal(err)
	}
	for _, core := range coreCurves {
		if !strings.Contains(fmt.Sprint(m.Data().Rows), core.name) {
			t.Errorf("no curve of %q", core.name)
		}
	}
	for _, c := range []*Contest{full, empty} {
		for name, draw := range map[string]func() error{
			"contest": func() error { _, err := contest(c); return err },
			"memory":  func() error { _, err := memory(c); return err },
			"times":   func() error { _, err := timesOf(c, Times{}); return err },
		} {
			if err := draw(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := momentum(func(string, float64) []*record.Record { return nil }); err != nil {
		t.Error(err)
	}
	if _, err := momentum(func(rule string, rate float64) []*record.Record { return full.Of("n50", "sgd") }); err != nil {
		t.Error(err)
	}
}

// With equal time a rule that takes twice as long has half the steps, and one that was not measured is named.
func TestEqualTime(t *testing.T) {
	t.Setenv("CG_MODE", "")
	c := madeUpContest()
	text := []byte(`{"aggregator":"mean","c":0,"loop_ms":1,"section":"step"}
{"aggregator":"rolling-median","c":0,"loop_ms":2,"section":"step"}
{"aggregator":"mean","c":0,"loop_ms":9,"section":"step","peer":"jax"}
not JSON
`)
	times := Times{benchTimes(text)}
	plain, second, last := times.Of(c.Arms[0]), times.Of(c.Arms[1]), times.Of(c.Arms[len(c.Arms)-1])
	if plain != 1 || second != 2 || !math.IsNaN(last) {
		t.Fatalf("%v, %v and %v ms a step, want 1, 2 and none", plain, second, last)
	}
	f, err := timesOf(c, times)
	if err != nil {
		t.Fatal(err)
	}
	// Half of the steps of the second arm: its best test accuracy, and half of what it memorises in all of them.
	rows := fmt.Sprint(f.Data().Rows)
	for _, want := range []string{" 2 80", fmt.Sprintf(" 2 %.3g", 100*0.5*2/30)} {
		if !strings.Contains(rows, want) {
			t.Errorf("no %q in %s", want, rows)
		}
	}
	if !strings.Contains(f.Caption(), "not measured there: ") || !strings.Contains(f.Caption(), c.Arms[len(c.Arms)-1].Text) {
		t.Errorf("what is not measured is not named: %s", f.Caption())
	}
}

func TestStops(t *testing.T) {
	r := madeUpContest().Of("n50", "sgd")[0]
	if step := BestStep(r); step != 3000 {
		t.Errorf("the best step is %d", step)
	}
	if v := StopAt("test_accuracy", 0.55)(r); math.Abs(v-0.775) > 1e-3 {
		t.Errorf("stopped at %v", v)
	}
	if v := StopAt("test_accuracy", 2)(r); !math.IsNaN(v) {
		t.Errorf("never stopped, and %v", v)
	}
}

// Rules says how many records there are, and finds those that are.
func TestRulesIn(t *testing.T) {
	t.Setenv("CG_MODE", "")
	var b bytes.Buffer
	c := rulesIn(&record.Store{Write: t.TempDir()}, &b)
	asked := 0
	for _, s := range record.RuleRuns(DefaultDataset) {
		if s.Steps >= record.RuleSteps {
			asked++
		}
	}
	if want := fmt.Sprintf("0 of %d records found; train the rest with: go run ./notebooks sweep --paper rules\n", asked); b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	if len(c.In("n50")) != 0 || len(c.Over("n50", "sgd", BestAt)) != 0 {
		t.Error("runs of no record")
	}
}

// BestAt is BestStep as a number.
func BestAt(r *record.Record) float64 { return float64(BestStep(r)) }

// What a rule has memorised is read off where it has learned a share of the pristine examples, at whatever step.
func TestAtPristine(t *testing.T) {
	r := &record.Record{Spec: record.DefaultSpec()}
	for _, v := range [][3]float64{{0, 0.1, 0.1}, {10, 0.5, 0.2}, {20, 0.9, 0.6}, {30, 0.7, 1}} {
		r.Evaluations = append(r.Evaluations, record.Evaluation{Step: int(v[0]), PristineAccuracy: &v[1], CorruptAccuracy: &v[2]})
	}
	for level, want := range map[float64][2]float64{0.5: {10, 0.2}, 0.7: {15, 0.4}, 0.05: {0, 0.1}} {
		if step, memorised := PristineAt(level)(r), AtPristine("corrupt_accuracy", level)(r); math.Abs(step-want[0]) > 1e-9 || math.Abs(memorised-want[1]) > 1e-9 {
			t.Errorf("at %v: step %v, %v memorised; want %v", level, step, memorised, want)
		}
	}
	if step, memorised := PristineAt(0.95)(r), AtPristine("corrupt_accuracy", 0.95)(r); !math.IsInf(step, 1) || !math.IsNaN(memorised) {
		t.Errorf("where a run never gets to: step %v, %v memorised", step, memorised)
	}
}

func TestRiseFrom(t *testing.T) {
	r := &record.Record{Spec: record.DefaultSpec()}
	for i, v := range []float64{1, 100, 8, 4, 2, 90, 3, 6, 6, 5} { // 90 is a single spike, and 1 comes before
		r.Evaluations = append(r.Evaluations, record.Evaluation{Step: 100 * i, Extra: map[string]float64{"x": v}})
	}
	if got := RiseFrom(r, "x", 200); got != 2 { // of the medians 8, 4, 4, 3, 6, 6, 6, 5: from 3 to 6
		t.Errorf("a rise of %v, want 2", got)
	}
	if got := RiseFrom(r, "x", 10_000); !math.IsNaN(got) {
		t.Errorf("a rise of nothing is %v", got)
	}
}
