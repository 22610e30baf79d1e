// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coherentgradients/cgkit/record"
)

func TestIntegers(t *testing.T) {
	for _, c := range []struct {
		text string
		want []int64
		err  string
	}{
		{"1..3,7", []int64{1, 2, 3, 7}, ""},
		{" 5 , 5..5", []int64{5, 5}, ""},
		{"-2..1", []int64{-2, -1, 0, 1}, ""},
		{"9223372036854775807..9223372036854775807", []int64{9223372036854775807}, ""},
		{"3..1", nil, "runs backwards; write 1..3"},
		{"1..", nil, "must be whole numbers"},
		{"1...3", nil, "must be whole numbers"},
		{"1.5", nil, "must be whole numbers"},
		{"1,,2", nil, "an empty place"},
		{"", nil, "an empty place"},
		{"0..10000", nil, "more than 10000 values"},
		{"-9223372036854775808..9223372036854775807", nil, "more than 10000 values"},
	} {
		got, err := Integers("seeds", c.text)
		if !cmp.Equal(got, c.want) || !says(err, c.err) {
			t.Errorf("%q: %v, %v; want %v, %q", c.text, got, err, c.want, c.err)
		}
	}
}

// says: an error with the text, or none for "".
func says(err error, text string) bool {
	if err == nil || text == "" {
		return err == nil && text == ""
	}
	return strings.Contains(err.Error(), text) && !strings.Contains(err.Error(), "\n")
}

func TestNumbersAndNet(t *testing.T) {
	for text, want := range map[string]string{"0,0.25": "", "NaN": "must be numbers", "1e999": "must be numbers", "0,5;1": "must be numbers", ",": "an empty place"} {
		if _, err := Numbers("noise", text); !says(err, want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if net, err := Net("none"); err != nil || net == nil || len(net) != 0 {
		t.Errorf("none: %v, %v", net, err)
	}
	if _, err := Net("256x256"); !says(err, `hidden = "256x256": must be widths`) {
		t.Error(err)
	}
}

func TestParseGrid(t *testing.T) {
	for _, c := range []struct {
		text string
		runs int
		err  string
	}{
		{`[{}]`, 1, ""},
		{`[{"noise": [0, 0.5], "c": [0, 2], "seed": "1..3"}]`, 12, ""},
		{`[{"noise": 0.5, "c": 2, "seed": 7}, {"noise": 0.5, "c": 2, "seed": [7, 8]}]`, 2, ""}, // the same run once
		{`[{"hidden": [[8], [8, 8], []]}, {"hidden": []}, {"hidden": [4, 4]}]`, 4, ""},
		{`[{"aggregator": ["winsorize", "trimmed-mean", "mean"], "c": 0}]`, 1, ""}, // c = 0 is the mean
		{`[{"aggregator": ["median", "mean"]}]`, 2, ""},
		{`[{"aggregator": "winsorize"}]`, 0, `aggregator "winsorize" without c`},
		{`[{}, {"aggregator": ["median", "trimmed-mean"]}]`, 0, `block 2 of the grid: aggregator "trimmed-mean" without c`},
		{`[{"percentile": "linear"}]`, 0, "no run has a use for it"},
		{`[{"percentile": ["nearest", "linear"], "aggregator": "trimmed-mean", "c": 2}]`, 0, "no run has a use for it"},
		{`[{"percentile": "linear", "c": [0, 2]}]`, 2, ""},
		{`[{"percentile": "nearest"}]`, 1, ""},
		{`[{"aggregator": "mean", "c": [0, 2]}]`, 0, "c = 2 with aggregator"},
		{`[{}, {"dataset": "Letters!"}]`, 0, "block 2 of the grid: dataset"},
		{`[{"momentum": [0, 0.9], "noise": 0.25, "noise_kind": ["", "pair-flip"], "augment": ["", "shift"], "first": "random-labels", "first_steps": 10, "schedule": "even"}]`, 8, ""},
		{`[{"weights": ["", "float64"], "max_update": [0, 0.1], "weight_decay": 0.001, "schedule": "dense"}]`, 4, ""},
		{`[{"weights": "half"}]`, 0, `weights = "half": unknown`},
		{`[{"schedule": 5}]`, 0, `schedule = 5: must be "dense"`},
		{`[{"sed": 1}]`, 0, `block 1: unknown key "sed": use aggregator, augment, batch,`},
		{`[{"format": 1}]`, 0, "unknown key"},
		{`[{"c": 1, "c": 2}]`, 0, `key "c" is given twice`},
		{`[{"c": "2"}]`, 0, `c = "2": must be a number or a list`},
		{`[{"c": [1, null]}]`, 0, "c = [1, null]: must be"},
		{`[{"c": null}]`, 0, "c = null: must be"},
		{`[{"c": []}]`, 0, "c is an empty list"},
		{`[{"c": [[1]]}]`, 0, "must be a number or a list"},
		{`[{"hidden": 256}]`, 0, "hidden = 256: must be a list of widths"},
		{`[{"hidden": [[8], 8]}]`, 0, "must be a list of widths"},
		{`[{"hidden": [null]}]`, 0, "must be a list of widths"},
		{`[{"steps": 1.5}]`, 0, "steps = 1.5: must be a whole number"},
		{`[{"seed": "3..1"}]`, 0, "must be a whole number"},
		{`[{"noise": [2]}]`, 0, "noise = 2"},
		{`{"noise": 0}`, 0, "not a JSON list of blocks"},
		{`[3]`, 0, "3 is no block"},
		{`[null]`, 0, "is no block"},
		{`[]`, 0, "an empty list"},
		{`[{}] [{}]`, 0, "more text"},
		{`[{`, 0, "not a JSON list"},
		{`[{"seed": "1..200", "c": [0, 1], "noise": [0, 0.5], "steps": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]}]`, 0, "a grid of 10400 runs"},
	} {
		g, err := ParseGrid([]byte(c.text))
		var specs []record.Spec
		if err == nil {
			specs, err = g.Specs()
		}
		if len(specs) != c.runs || !says(err, c.err) {
			t.Errorf("%s: %d runs, %v; want %d, %q", c.text, len(specs), err, c.runs, c.err)
		}
	}
}

func TestReadGrid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "grid.json")
	if _, err := ReadGrid(t.TempDir()); !says(err, "it is not a file") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := ReadGrid(path); !says(err, "the grid can't be read") {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte(`[{"x": 1}]`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadGrid(path); !says(err, path+": block 1: unknown key") {
		t.Error(err)
	}
}

// FuzzParseGrid: whatever the text, an error or valid specs, each once; and the same text again gives the same.
func FuzzParseGrid(f *testing.F) {
	for _, seed := range []string{`[{}]`, `[{"noise":[0,0.5],"c":[0,2],"seed":"1..3"}]`, `[{"hidden":[[8],[]]}]`, `[{"c":1,"c":2}]`, `[{"seed":"1..`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		g, err := ParseGrid(text)
		if err != nil {
			return
		}
		if !json.Valid(text) {
			t.Errorf("not JSON, and no error")
		}
		specs, err := g.Specs()
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, s := range specs {
			if err := s.Validate(); err != nil {
				t.Errorf("%+v: %v", s, err)
			}
			if seen[s.ID()] {
				t.Errorf("%s twice", s.ID())
			}
			seen[s.ID()] = true
			if !(Cost(s) > 0) {
				t.Errorf("%s costs %v", s.ID(), Cost(s))
			}
		}
	})
}

// FuzzIntegers: no text makes it panic or run away.
func FuzzIntegers(f *testing.F) {
	f.Add("1..3,7")
	f.Add("-9223372036854775808..9223372036854775807")
	f.Fuzz(func(t *testing.T, text string) {
		values, err := Integers("seeds", text)
		if err == nil && (len(values) == 0 || len(values) > 2*MaxRuns) {
			t.Errorf("%d values", len(values))
		}
	})
}

func TestPaper(t *testing.T) {
	for names, want := range map[string]int{
		"figure4": 25, "figure1": 5, "figure4-seeds": 24, "figure1-seeds": 9, "full-batch": 4, "collapse": 21, "first-steps": 21,
		"coherence": 36, "coherence-whole": 12,
		"stopping": 50, "rules": 195,
		"examples": 22, "easy-hard": 24,
		"figure4,figure1": 30,
		"carry-over":      3 * (9 + 4), "carry-over-cifar": 3 * 9, "carry-over-wide": 9, "carry-over-whole": 18,
		"open-capacity": 3 * 2 * 7, "open-early": 12, "open-starts": 3 * 2 * 11, "open-patterns": 12,
		"all": 25 + 5 + 4 + 16 + 6 + 21,
	} {
		g, err := Paper(names)
		if err != nil {
			t.Fatal(err)
		}
		specs, err := g.Specs()
		if err != nil || len(specs) != want {
			t.Errorf("%s: %d runs, %v; want %d", names, len(specs), err, want)
		}
	}
	if _, err := Paper("figure9"); !says(err, "use one or more of ") || !says(err, ", collapse, ") || !says(err, ", figure1, figure1-seeds, figure4, ") {
		t.Error(err)
	}
	g, _ := Paper("figure1")
	specs, err := g.With(Block{Dataset: []string{"glyphs"}, Steps: []int{10}, Seed: []int64{1, 2}}).Specs()
	if err != nil || len(specs) != 10 {
		t.Fatalf("%d runs, %v", len(specs), err)
	}
	for _, s := range specs {
		if s.Dataset != "glyphs" || s.Steps != 10 || !cmp.Equal(s.Hidden, []int{2048}) {
			t.Errorf("%+v", s)
		}
	}
}

// The grid of the rules is the runs that the claims about them ask for, in the same order.
func TestRulesGrid(t *testing.T) {
	g, err := Paper("rules")
	if err != nil {
		t.Fatal(err)
	}
	specs, err := g.Specs()
	if err != nil || !cmp.Equal(specs, record.RuleRuns("mnist")) {
		t.Errorf("%v: %s", err, cmp.Diff(specs, record.RuleRuns("mnist")))
	}
}
