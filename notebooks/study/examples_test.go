// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
	"coherentgradients/plots"
)

// wrongRecord is a made-up record with wrong labels: aum misses less than all else, least at step 100.
func wrongRecord(set, kind string, seed int64) *record.Record {
	s := record.WrongLabels(set, kind)
	s.Seed = seed
	r := &record.Record{Spec: s.Normalized()}
	for _, step := range s.Evaluated() {
		e := record.Evaluation{Step: step, TestAccuracy: 0.5, Extra: map[string]float64{}}
		if step == 100 {
			e.TestAccuracy = 0.8
		}
		for i, score := range record.ExampleScores() {
			if step > 0 {
				e.Extra["missed_"+score] = 0.1 + 0.05*float64(i) + math.Abs(float64(step-100))/1e5
			}
			for percent := 10; step == s.Steps && percent <= 100; percent += 10 {
				e.Extra["precision_"+score+"_"+itoa(percent)] = 1 - float64(percent)/200
			}
		}
		r.Evaluations = append(r.Evaluations, e)
	}
	return r
}

func itoa(n int) string { return Steps.One(float64(n)) }

func drawn(t *testing.T, f *plots.Figure, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for _, row := range f.Data().Rows {
		text.WriteString(strings.Join(row, ",") + "\n")
	}
	return f.Caption() + "\n" + text.String()
}

func TestExampleFigures(t *testing.T) {
	t.Setenv("CG_DATASET", "")
	t.Setenv("CG_MODE", "")
	records := []*record.Record{wrongRecord("mnist-6000", "", 11), wrongRecord("mnist-6000", "", 12), wrongRecord("fashion-mnist-6000", record.NoisePairFlip, 11), nil}
	f, err := wrongLabels(records)
	if text := drawn(t, f, err); !strings.Contains(text, "0.1") || !strings.Contains(text, "mean margin (AUM)") {
		t.Errorf("%.400s", text)
	}
	f, err = precision(records)
	if text := drawn(t, f, err); !strings.Contains(text, "0.95") {
		t.Errorf("%.400s", text)
	}
	for _, draw := range []func([]*record.Record) (*plots.Figure, error){wrongLabels, precision, easyHardBars} {
		if f, err := draw(nil); err != nil || !strings.Contains(f.Caption(), "No record") {
			t.Errorf("without a record: %v", err)
		}
	}
	if got := MissedAt(record.ScoreAUM)(records[0]); got != 0.1 {
		t.Errorf("missed at the stop: %v", got)
	}
	var pairs []*record.Record
	for _, set := range record.ExampleSets() {
		for i, kind := range []string{record.Easy, record.Hard} {
			s := record.EasyHard(set, kind, kind, 11)
			s.Data = "0123456789abcdef"
			r := &record.Record{Spec: s.Normalized()}
			for _, step := range []int{0, 1000, 2000, 2500} {
				r.Evaluations = append(r.Evaluations, record.Evaluation{Step: step, TestAccuracy: 0.9 - 0.2*float64(i)})
			}
			pairs = append(pairs, r)
		}
	}
	f, err = easyHardBars(pairs)
	if text := drawn(t, f, err); !strings.Contains(text, "0.7") || !strings.Contains(text, "seeds 11") {
		t.Errorf("%.600s", text)
	}
}

func TestOverlap(t *testing.T) {
	run := func(kept ...int32) *record.Examples {
		return &record.Examples{Given: []uint8{0, 0, 0, 0}, Original: []uint8{0, 0, 0, 0}, Kept: kept, AUM: make([]float32, 4)}
	}
	got := Overlap([]*record.Examples{run(0, 1, 2, 3), run(0, 3, 1, 2), run(-1, 3, 1, 2)}, []int{0, 1, 2, 3})
	if want := []float64{0.5, 0, 0.5}; !slices.Equal(got, want) { // {0,1}, {0,2}, {2,3}
		t.Errorf("overlap %v, want %v", got, want)
	}
}

// The sets of easy and hard examples are known by their names, unlisted, and say what they need.
func TestEasyHardSets(t *testing.T) {
	t.Setenv("CG_RUNS", t.TempDir())
	t.Chdir(t.TempDir()) // away from the committed records
	name := record.EasyHardSet("mnist-6000", record.Easy, record.Hard, 11)
	if !datasets.Known(name) || slices.Contains(datasets.Names(), name) {
		t.Errorf("%s is known: %v; listed: %v", name, datasets.Known(name), datasets.Names())
	}
	if _, err := datasets.Open(t.Context(), name, datasets.Options{}); err == nil || !strings.HasSuffix(err.Error(), "train it with go run ./notebooks sweep --paper examples") {
		t.Error(err)
	}
}
