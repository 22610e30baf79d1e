// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"coherentgradients/cgkit/internal/recordtest"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSpecIDGolden pins ids: they name records on other machines and in papers, so they must never change.
func TestSpecIDGolden(t *testing.T) {
	for _, test := range []struct {
		spec Spec
		want string
	}{
		{DefaultSpec(), "mnist-n0-mean-c0-s1-f68fd9bb46"},
		{with(func(s *Spec) { s.Noise = 0.5; s.Aggregator = "winsorize"; s.C = 2 }), "mnist-n50-winsorize-c2-s1-7a455795d9"},
		{with(func(s *Spec) {
			s.Dataset, s.Noise, s.Aggregator, s.C, s.Hidden = "glyphs", 0.29, "winsorize", 0.5, nil
			s.LearningRate, s.Seed = 1e-7, -3
		}), "glyphs-n29-winsorize-c0.5-s-3-5cb37b12d9"},
	} {
		if got := test.spec.ID(); got != test.want {
			t.Errorf("ID = %s, want %s", got, test.want)
		}
	}
}

func TestSpecCanonical(t *testing.T) {
	want := `{"format":1,"dataset":"mnist","noise":0,"hidden":[256,256,256],"aggregator":"mean","c":0,"percentile":"nearest",` +
		`"init":"authors","steps":60000,"batch":100,"learning_rate":0.1,"seed":1}`
	if got := string(DefaultSpec().canonical()); got != want {
		t.Errorf("canonical = %s\nwant        %s", got, want)
	}
	// For all but very small and large numbers it is what encoding/json writes.
	data, err := json.Marshal(DefaultSpec())
	if err != nil || string(data) != want {
		t.Errorf("json = %s, %v\nwant   %s", data, err, want)
	}
}

func TestSpecIDTellsFieldsApart(t *testing.T) {
	base := with(func(s *Spec) { s.Aggregator = "winsorize"; s.C = 1 })
	seen := map[string]bool{base.ID(): true}
	for name, change := range map[string]func(s *Spec){
		"dataset":       func(s *Spec) { s.Dataset = "glyphs" },
		"noise":         func(s *Spec) { s.Noise = 0.250000001 },
		"hidden":        func(s *Spec) { s.Hidden = []int{256, 256} },
		"aggregator":    func(s *Spec) { s.Aggregator = "other" },
		"c":             func(s *Spec) { s.C = 2 },
		"percentile":    func(s *Spec) { s.Percentile = "linear" },
		"init":          func(s *Spec) { s.Init = "xavier" },
		"steps":         func(s *Spec) { s.Steps = 1 },
		"batch":         func(s *Spec) { s.Batch = 50 },
		"learning rate": func(s *Spec) { s.LearningRate = 0.2 },
		"seed":          func(s *Spec) { s.Seed = 2 },
	} {
		s := base
		change(&s)
		if id := s.ID(); seen[id] {
			t.Errorf("%s does not change the id %s", name, id)
		} else {
			seen[id] = true
		}
	}
}

func TestSpecNormalized(t *testing.T) {
	negativeZero := math.Copysign(0, -1)
	for _, same := range []func(s *Spec){
		func(s *Spec) { s.Noise = negativeZero },
		func(s *Spec) { s.C = negativeZero },
		func(s *Spec) { s.Aggregator = "winsorize" }, // with c = 0 it clamps nothing
		func(s *Spec) { s.Aggregator = "winsorize"; s.C = negativeZero; s.Percentile = "linear" },
		func(s *Spec) { s.Percentile = "linear" }, // a mean has none
	} {
		if s := with(same); s.ID() != DefaultSpec().ID() {
			t.Errorf("%+v has the id %s, want %s", s, s.ID(), DefaultSpec().ID())
		}
	}
	s := with(func(s *Spec) { s.Hidden = nil }).Normalized()
	if s.Hidden == nil {
		t.Error("no hidden layers must be [] in JSON, not null")
	}
	s = DefaultSpec()
	s.Normalized().Hidden[0] = 1
	if s.Hidden[0] != 256 {
		t.Error("Normalized shares memory with its receiver")
	}
}

func TestSpecValidate(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, test := range []struct {
		change func(s *Spec)
		want   []string // in the error; none: valid
	}{
		{func(s *Spec) {}, nil},
		{func(s *Spec) { s.Steps = 0 }, nil},
		{func(s *Spec) { s.Hidden = nil }, nil},
		{func(s *Spec) { s.Noise = 1 }, nil},
		{func(s *Spec) { s.Aggregator = "winsorize"; s.C = 49.9 }, nil},
		{func(s *Spec) { s.Aggregator = "winsorize"; s.C = 0 }, nil},
		{func(s *Spec) { s.Seed = math.MinInt64 }, nil},
		{func(s *Spec) { s.Format = 2 }, []string{"format = 2", "format 1"}},
		{func(s *Spec) { s.Dataset = "Image Net" }, []string{`"Image Net"`, "mnist", "glyphs"}},
		{func(s *Spec) { s.Dataset = "../mnist" }, []string{`"../mnist"`}},
		{func(s *Spec) { s.Noise = 1.5 }, []string{"noise = 1.5", "[0, 1]"}},
		{func(s *Spec) { s.Noise = -0.1 }, []string{"noise = -0.1"}},
		{func(s *Spec) { s.Noise = nan }, []string{"noise = NaN"}},
		{func(s *Spec) { s.Aggregator = "median of luck" }, []string{"median of luck", "winsorize"}},
		{func(s *Spec) { s.C = 60 }, []string{"c = 60", "[0, 50)"}},
		{func(s *Spec) { s.C = 50 }, []string{"c = 50", "[0, 50)"}},
		{func(s *Spec) { s.C = -1 }, []string{"c = -1", "[0, 50)"}},
		{func(s *Spec) { s.C = nan }, []string{"c = NaN", "[0, 50)"}},
		{func(s *Spec) { s.C = inf }, []string{"c = +Inf", "[0, 50)"}},
		{func(s *Spec) { s.C = 2 }, []string{"c = 2", `"mean"`, `"winsorize"`}},
		{func(s *Spec) { s.Percentile = "middle" }, []string{`"middle"`, "nearest", "linear"}},
		{func(s *Spec) { s.Percentile = "middle"; *s = s.Normalized() }, []string{`"middle"`}}, // with the mean, which has none
		{func(s *Spec) { s.Init = "zero" }, []string{`"zero"`, "authors", "xavier"}},
		{func(s *Spec) { s.Steps = -1 }, []string{"steps = -1", "0 to 1,000,000,000"}},
		{func(s *Spec) { s.Steps = 2_000_000_000 }, []string{"steps = 2000000000"}},
		{func(s *Spec) { s.Batch = 0 }, []string{"batch = 0", "at least 1"}},
		{func(s *Spec) { s.Batch = -5 }, []string{"batch = -5"}},
		{func(s *Spec) { s.LearningRate = 0 }, []string{"learning rate = 0"}},
		{func(s *Spec) { s.LearningRate = -1 }, []string{"learning rate = -1"}},
		{func(s *Spec) { s.LearningRate = inf }, []string{"learning rate = +Inf", "finite"}},
		{func(s *Spec) { s.LearningRate = nan }, []string{"learning rate = NaN"}},
		{func(s *Spec) { s.LearningRate = 1e-60 }, []string{"learning rate = 1e-60"}}, // 0 in float32
		{func(s *Spec) { s.LearningRate = 1e60 }, []string{"learning rate = 1e+60"}},
		{func(s *Spec) { s.Hidden = []int{256, -1} }, []string{"256,-1", "1 to 65536"}},
		{func(s *Spec) { s.Hidden = []int{0} }, []string{"hidden = 0"}},
		{func(s *Spec) { s.Hidden = []int{65_537} }, []string{"65537"}},
		{func(s *Spec) { s.Hidden = []int{65_536, 65_536} }, []string{"65536,65536", "4,294,967,296"}},
		{func(s *Spec) { s.Hidden = []int{16_384, 16_384} }, nil},
		{func(s *Spec) { s.Hidden = []int{16_384, 16_384, 16_384} }, []string{"536,870,912 weights", "268,435,456 allowed"}},
		{func(s *Spec) { s.Hidden = make([]int, 65) }, []string{"65 layers"}},
	} {
		s := with(test.change)
		recordtest.CheckError(t, s.Validate(), test.want)
	}
}

func TestSpecValidateData(t *testing.T) {
	for _, test := range []struct {
		batch, examples int
		want            []string
	}{
		{100, 60_000, nil},
		{60_000, 60_000, nil},
		{1, 1, nil},
		{60_001, 60_000, []string{"batch = 60001", "60,000", "at most 60000"}},
		{128, 60_000, []string{"batch = 128", "60,000", "nearest", "125"}},
		{70_000, 60_000, []string{"batch = 70000"}},
		{100, 0, []string{"no training examples"}},
		{0, 10, []string{"batch = 0"}},
	} {
		s := with(func(s *Spec) { s.Batch = test.batch })
		recordtest.CheckError(t, s.ValidateData(test.examples), test.want)
	}
	if got := nearestDivisor(60_000, 128); got != 125 {
		t.Errorf("nearestDivisor = %d, want 125", got)
	}
	if got := nearestDivisor(12, 5); got != 4 {
		t.Errorf("of two equally near ones the smaller: got %d, want 4", got)
	}
}

func TestDecodeSpec(t *testing.T) {
	good, err := DefaultSpec().Encode()
	if err != nil {
		t.Fatal(err)
	}
	replace := func(old, new string) string {
		if !strings.Contains(string(good), old) {
			t.Fatalf("spec.json lacks %q", old)
		}
		return strings.Replace(string(good), old, new, 1)
	}
	for _, test := range []struct {
		text string
		want []string
	}{
		{string(good), nil},
		{replace(`"format": 1`, `"format": 7`), []string{"format 7 is unknown", "format 1"}},
		{replace(`"format": 1`, `"format": "one"`), []string{"format \"one\""}},
		{replace(`  "format": 1,`, ``), []string{`no field "format"`}},
		{replace(`"seed": 1`, `"seed": 1, "nesterov": 0.9`), []string{`unknown field "nesterov"`}},
		{replace(`,
  "seed": 1`, ``), []string{`"seed"`}},
		{replace(`"seed": 1`, `"seed": null`), []string{`"seed"`}},
		{replace(`"batch": 100`, `"batch": 1.5`), []string{"batch"}},
		{string(good) + "{}", []string{"more text"}},
		{"", []string{"not a JSON object"}},
		{"[1]", []string{"not a JSON object"}},
		{string(good[:40]), []string{"not a JSON object"}},
	} {
		s, err := DecodeSpec([]byte(test.text))
		recordtest.CheckError(t, err, test.want)
		if err == nil {
			if diff := cmp.Diff(DefaultSpec(), s); diff != "" {
				t.Error(diff)
			}
		}
	}
}

func FuzzDecodeSpec(f *testing.F) {
	good, _ := DefaultSpec().Encode()
	f.Add(good)
	f.Add([]byte(`{"format":1}`))
	f.Add([]byte(`{"format":1e400}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := DecodeSpec(data)
		if err != nil || s.Validate() != nil {
			return
		}
		// What was read can be written and read again with the same id.
		text, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := DecodeSpec(text)
		if err != nil || again.ID() != s.ID() {
			t.Fatalf("%v: %s, %s", err, again.ID(), s.ID())
		}
	})
}

// What is left out keeps the ids of the paper's runs; what is given is part of the id, and comes back from a file.
func TestOptionalFields(t *testing.T) {
	plain := DefaultSpec()
	if id := plain.ID(); id != "mnist-n0-mean-c0-s1-f68fd9bb46" {
		t.Errorf("the paper's run is %s now", id)
	}
	named := plain
	named.Model, named.Settings = "mlp", map[string]string{}
	if named.ID() != plain.ID() {
		t.Error("naming the paper's net changes the id")
	}
	ids := map[string]string{plain.ID(): "the paper's run"}
	for name, change := range map[string]func(*Spec){
		"model":         func(s *Spec) { s.Model = "cnn" },
		"setting":       func(s *Spec) { s.Model, s.Settings = "cnn", map[string]string{"cnn_hidden": "32"} },
		"other setting": func(s *Spec) { s.Model, s.Settings = "cnn", map[string]string{"cnn_hidden": "64"} },
		"rule setting":  func(s *Spec) { s.Aggregator, s.RuleSettings = "krum", map[string]string{"f": "3"} },
		"of the model":  func(s *Spec) { s.Aggregator, s.Settings = "krum", map[string]string{"f": "3"} },
		"two settings":  func(s *Spec) { s.Model, s.Settings = "cnn", map[string]string{"cnn_hidden": "64", "b": "\"x\", y"} },
		"data":          func(s *Spec) { s.Data = "0123456789abcdef" },
		"weights":       func(s *Spec) { s.Weights = WeightsFloat64 },
		"max update":    func(s *Spec) { s.MaxUpdate = 0.1 },
		"other update":  func(s *Spec) { s.MaxUpdate = 0.2 },
		"weight decay":  func(s *Spec) { s.WeightDecay = 0.001 },
		"schedule":      func(s *Spec) { s.Schedule = ScheduleDense },
		"even":          func(s *Spec) { s.Schedule = ScheduleEven },
		"momentum":      func(s *Spec) { s.Momentum = 0.9 },
		"optimizer":     func(s *Spec) { s.Optimizer = "adam" },
		"pair flip":     func(s *Spec) { s.Noise, s.NoiseKind = 0.5, NoisePairFlip },
		"augment":       func(s *Spec) { s.Augment = AugmentShift },
		"flips":         func(s *Spec) { s.Augment = AugmentFlipShift },
		"first":         func(s *Spec) { s.First, s.FirstSteps = FirstRandom, 10 },
		"first norms":   func(s *Spec) { s.First, s.FirstSteps = FirstNorms, 10 },
		"first longer":  func(s *Spec) { s.First, s.FirstSteps = FirstRandom, 20 },
		"all of them": func(s *Spec) {
			s.Weights, s.MaxUpdate, s.WeightDecay, s.Schedule = WeightsFloat64, 0.1, 0.001, ScheduleDense
		},
	} {
		s := plain
		change(&s)
		s = s.Normalized()
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if other, taken := ids[s.ID()]; taken {
			t.Errorf("%s has the id of %s", name, other)
		}
		ids[s.ID()] = name
		text, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := DecodeSpec(text); err != nil || back.ID() != s.ID() {
			t.Errorf("%s: read back as %+v, %v", name, back, err)
		}
		if !json.Valid(s.canonical()) {
			t.Errorf("%s: %s is no JSON", name, s.canonical())
		}
	}
	wide := plain
	wide.Model, wide.Hidden, wide.Init = "cnn", []int{5}, InitXavier
	other := plain
	other.Model = "cnn"
	if wide.ID() != other.ID() {
		t.Error("the paper's widths enter the id of another model")
	}
	for name, change := range map[string]func(*Spec){
		"../x": func(s *Spec) { s.Model = "../x" }, "a b": func(s *Spec) { s.Settings = map[string]string{"a b": "1"} },
		"\n": func(s *Spec) { s.Settings = map[string]string{"a": "\n"} }, "XYZ": func(s *Spec) { s.Data = "XYZ" },
		"float32": func(s *Spec) { s.Weights = "float32" }, "−1": func(s *Spec) { s.MaxUpdate = -1 }, "NaN": func(s *Spec) { s.MaxUpdate = math.NaN() },
		"Inf": func(s *Spec) { s.MaxUpdate = math.Inf(1) }, "1e-60": func(s *Spec) { s.MaxUpdate = 1e-60 }, "decay 1": func(s *Spec) { s.WeightDecay = 1 },
		"sgd": func(s *Spec) { s.Optimizer = "sgd" }, "both": func(s *Spec) { s.Optimizer, s.Momentum = "adam", 0.9 },
		"momentum 1": func(s *Spec) { s.Momentum = 1 }, "flip": func(s *Spec) { s.Noise, s.NoiseKind = 0.5, "flip" }, "rotate": func(s *Spec) { s.Augment = "rotate" },
		"first": func(s *Spec) { s.First, s.FirstSteps = "labels", 5 }, "first steps": func(s *Spec) { s.FirstSteps = 5 }, "−5 first": func(s *Spec) { s.First, s.FirstSteps = FirstRandom, -5 },
		"decay NaN": func(s *Spec) { s.WeightDecay = math.NaN() }, "denser": func(s *Spec) { s.Schedule = "denser" },
		"a c": func(s *Spec) { s.RuleSettings = map[string]string{"a c": "1"} },
	} {
		s := plain
		change(&s)
		if err := s.Validate(); err == nil {
			t.Errorf("%q was accepted", name)
		}
	}
}

// with returns the default spec, changed.
func with(change func(s *Spec)) Spec {
	s := DefaultSpec()
	change(&s)
	return s
}
