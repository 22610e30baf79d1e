// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"bytes"
	"coherentgradients/cgkit/internal/recordtest"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ptr(x float64) *float64 { return &x }

func TestOverfit(t *testing.T) {
	for _, test := range []struct{ ta, va, noise, want float64 }{
		{1, 0.98, 0, 0.02},
		{0.55, 1, 0.5, 0}, // right about everything, memorised nothing
		{1, 0.5, 0.5, 0.70},
		{0.1, 0.1, 1, 0},
		{1, 0.1, 1, 0.9},
	} {
		if got := Overfit(test.ta, test.va, test.noise, 10); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("Overfit(%v, %v, %v, 10) = %v, want %v", test.ta, test.va, test.noise, got, test.want)
		}
	}
	if got := Overfit(0.5, 0.5, 1, 2); got != 0 {
		t.Errorf("two classes: %v, want 0", got)
	}
}

func TestEvaluationJSON(t *testing.T) {
	e := Evaluation{Step: 7, TrainAccuracy: 0.5, TestAccuracy: 0.25, TrainLoss: 2.5, TestLoss: 1e-9, Overfit: -0.125,
		PristineAccuracy: ptr(0.75), Seconds: 1.5, Extra: map[string]float64{"energy_removed": 0.1, "clamped_share": 0.04}}
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"step":7,"train_accuracy":0.5,"test_accuracy":0.25,"train_loss":2.5,"test_loss":1e-9,"overfit":-0.125,` +
		`"pristine_accuracy":0.75,"corrupt_accuracy":null,"seconds":1.5,"clamped_share":0.04,"energy_removed":0.1}`
	if string(data) != want {
		t.Errorf("got  %s\nwant %s", data, want)
	}
	var back Evaluation
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(e, back); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []func(e *Evaluation){
		func(e *Evaluation) { e.TestLoss = math.NaN() },
		func(e *Evaluation) { e.CorruptAccuracy = ptr(math.Inf(-1)) },
		func(e *Evaluation) { e.Extra = map[string]float64{"x": math.NaN()} },
		func(e *Evaluation) { e.Extra = map[string]float64{"step": 1} },
	} {
		e := e
		bad(&e)
		if data, err := json.Marshal(e); err == nil {
			t.Errorf("no error for %s", data)
		}
	}
}

func TestEvaluationUnmarshalErrors(t *testing.T) {
	const good = `{"step":7,"train_accuracy":0.5,"test_accuracy":0.25,"train_loss":2.5,"test_loss":1,"overfit":0,"seconds":1.5}`
	var e Evaluation
	if err := json.Unmarshal([]byte(good), &e); err != nil {
		t.Errorf("groups may be absent: %v", err)
	}
	for _, change := range [][2]string{
		{`"step":7`, `"step":-1`}, {`"step":7`, `"step":null`}, {`"step":7`, `"stop":7`}, {`"step":7`, `"step":0.5`},
		{`"overfit":0`, `"overfit":null`}, {`"overfit":0`, `"overfit":"high"`}, {`"overfit":0,`, ``},
		{`"overfit":0`, `"overfit":0,"note":"hello"`}, {`"overfit":0`, `"overfit":1e999`},
	} {
		text := strings.Replace(good, change[0], change[1], 1)
		if err := json.Unmarshal([]byte(text), &e); err == nil {
			t.Errorf("no error for %s", text)
		}
	}
}

func TestParseEvaluations(t *testing.T) {
	zeros := strings.Repeat("\x00", 30) // what a power cut may leave
	for _, test := range []struct {
		name, text string
		steps      int
		torn       bool
		want       []string
	}{
		{"empty", "", 0, false, nil},
		{"one", recordtest.Line0 + "\n", 1, false, nil},
		{"two", recordtest.Line0 + "\n" + recordtest.Line1 + "\n", 2, false, nil},
		{"half line", recordtest.Line0 + "\n" + recordtest.Line1[:50], 1, true, nil},
		{"half first line", recordtest.Line0[:1], 0, true, nil},
		{"whole line without newline", recordtest.Line0 + "\n" + recordtest.Line1, 1, true, nil},
		{"zeros", recordtest.Line0 + "\n" + zeros, 1, true, nil},
		{"zeros and a newline", recordtest.Line0 + "\n" + zeros + "\n", 1, true, nil},
		{"bad last line", recordtest.Line0 + "\n" + recordtest.Line1[:50] + "\n", 1, true, nil},
		{"bad middle line", recordtest.Line0[:50] + "\n" + recordtest.Line1 + "\n", 0, false, []string{"line 1", "ends in the middle"}},
		{"an empty line", recordtest.Line0 + "\n\n" + recordtest.Line1 + "\n", 0, false, []string{"line 2: not a JSON object: it ends in the middle"}},
		{"doubled", recordtest.Line0 + "\n" + recordtest.Line0 + "\n", 0, false, []string{"line 2 is of step 0, and step 1 is due"}},
		{"falling", recordtest.Line1 + "\n" + recordtest.Line0 + "\n", 0, false, []string{"line 1 is of step 1, and step 0 is due"}},
		{"left out", recordtest.Line1 + "\n", 0, false, []string{"line 1 is of step 1"}},
		{"one too many", recordtest.Line0 + "\n" + recordtest.Line1 + "\n" + recordtest.Line1 + "\n", 0, false, []string{"line 3 is one too many", "2 evaluations"}},
		{"half a line too many", recordtest.Line0 + "\n" + recordtest.Line1 + "\n" + recordtest.Line1[:9], 0, false, []string{"line 3 is one too many"}},
		{"zeros too many", recordtest.Line0 + "\n" + recordtest.Line1 + "\n" + zeros, 0, false, []string{"line 3 is one too many"}},
		{"a long line", recordtest.Line0 + "\n" + strings.Repeat("0", maxLine+1), 0, false, []string{"line 2 is longer than 64 KiB"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			evaluations, ends, torn, err := parseEvaluations(strings.NewReader(test.text), []int{0, 1})
			recordtest.CheckError(t, err, test.want)
			if len(evaluations) != test.steps || len(ends) != test.steps || torn != test.torn {
				t.Errorf("%d evaluations, %d ends, torn %v, want %d, torn %v", len(evaluations), len(ends), torn, test.steps, test.torn)
			}
			for _, end := range ends {
				if test.text[end-1] != '\n' {
					t.Errorf("end %d is not behind a newline", end)
				}
			}
		})
	}
}

func FuzzParseEvaluations(f *testing.F) {
	f.Add([]byte(recordtest.Line0 + "\n" + recordtest.Line1 + "\n"))
	f.Add([]byte(recordtest.Line0 + "\n" + recordtest.Line1[:70]))
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		evaluations, ends, _, err := parseEvaluations(bytes.NewReader(data), []int{0, 1, 2})
		if err != nil {
			return
		}
		if len(evaluations) != len(ends) {
			t.Fatalf("%d evaluations, %d ends", len(evaluations), len(ends))
		}
		for i, e := range evaluations {
			line, err := json.Marshal(e)
			if err != nil {
				t.Fatalf("can't write what was read: %v", err)
			}
			var back Evaluation
			if err := json.Unmarshal(line, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(e, back); diff != "" {
				t.Fatal(diff)
			}
			if i > 0 && e.Step <= evaluations[i-1].Step {
				t.Fatal("steps do not rise")
			}
		}
	})
}

func TestLoad(t *testing.T) {
	one := with(func(s *Spec) { s.Steps = 1 })
	folder := t.TempDir()
	dir := recordtest.WriteRecord(t, folder, one.ID(), mustEncode(t, one), recordtest.Line0+"\n"+recordtest.Line1+"\n")
	r, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Complete() || !r.Finished() || r.Diverged != nil || r.Provenance != nil || r.Err() != nil {
		t.Errorf("not complete: %+v", r)
	}
	steps, values := r.Column("clamped_share")
	if !cmp.Equal(steps, []float64{1}) || !cmp.Equal(values, []float64{0.5}) {
		t.Errorf("clamped_share = %v, %v", steps, values)
	}
	if steps, values := r.Column("test_accuracy"); !cmp.Equal(steps, []float64{0, 1}) || !cmp.Equal(values, []float64{0.1, 0.3}) {
		t.Errorf("test_accuracy = %v, %v", steps, values)
	}
	if steps, _ := r.Column("corrupt_accuracy"); steps != nil {
		t.Errorf("an empty group has a curve: %v", steps)
	}
	want := []string{"train_accuracy", "test_accuracy", "train_loss", "test_loss", "overfit", "pristine_accuracy", "seconds", "clamped_share"}
	if diff := cmp.Diff(want, r.Columns()); diff != "" {
		t.Error(diff)
	}
	if got, want := r.Summary(), one.ID()+": 1 steps, train accuracy 20.0 %, test accuracy 30.0 %, overfit 0.0 %"; got != want {
		t.Errorf("Summary = %q, want %q", got, want)
	}

	recordtest.WriteFile(t, filepath.Join(folder, "notes.txt"), "not a record")
	all, err := LoadAll(folder)
	if err != nil || len(all) != 1 {
		t.Errorf("LoadAll = %d records, %v", len(all), err)
	}
	if all, err := LoadAll(filepath.Join(folder, "nothing")); err != nil || len(all) != 0 {
		t.Errorf("LoadAll of an absent folder = %d records, %v", len(all), err)
	}
	if _, err := Load(filepath.Join(folder, "nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load of an absent record: %v", err)
	}
}

func TestRecordIncomplete(t *testing.T) {
	r := &Record{Spec: with(func(s *Spec) { s.Steps = 3 })}
	for _, step := range []int{0, 1, 3} { // 2 is missing
		r.Evaluations = append(r.Evaluations, Evaluation{Step: step})
	}
	if r.Complete() {
		t.Error("complete with a missing evaluation")
	}
	r = &Record{Spec: with(func(s *Spec) { s.Steps = 3 }), Evaluations: []Evaluation{{Step: 0, Overfit: -1e-9}}}
	if r.Complete() || !strings.Contains(r.Summary(), "overfit 0.0 %") {
		t.Errorf("complete, or a signed zero: %s", r.Summary())
	}
	if s := (&Record{Spec: DefaultSpec()}).Summary(); !strings.Contains(s, "not evaluated yet") {
		t.Error(s)
	}
}

func TestLoadDamaged(t *testing.T) {
	one := with(func(s *Spec) { s.Steps = 1 })
	for _, test := range []struct {
		name, file, text string
		want             []string
	}{
		{"unknown format", SpecName, `{"format":99}`, []string{"spec.json", "format 99", "format 1"}},
		{"invalid spec", SpecName, strings.Replace(mustEncode(t, one), `"batch": 100`, `"batch": 0`, 1), []string{"spec.json", "batch = 0"}},
		{"changed spec", SpecName, strings.Replace(mustEncode(t, one), `"batch": 100`, `"batch": 50`, 1), []string{"spec.json", "changed"}},
		{"empty spec", SpecName, "", []string{"spec.json", "not a JSON object: it is empty", "damaged", "move"}},
		{"half a spec", SpecName, mustEncode(t, one)[:30], []string{"spec.json", "ends in the middle", "damaged"}},
		{"a list for a spec", SpecName, "[1]", []string{"spec.json", "damaged"}},
		{"null for a spec", SpecName, "null", []string{"spec.json", `begins with "null"`, "damaged"}},
		{"two specs", SpecName, mustEncode(t, one) + "{}", []string{"spec.json", "more text", "damaged"}},
		{"a spec without end", SpecName, strings.Repeat(" ", maxSpecFile) + mustEncode(t, one), []string{"spec.json", "larger than 64 KiB", "damaged"}},
		{"bad evaluations", EvaluationsName, "oops\n" + recordtest.Line0 + "\n", []string{"evaluations.jsonl", "line 1", "damaged"}},
		{"bad provenance", ProvenanceName, "{", []string{"provenance.json", "ends in the middle", "damaged"}},
		{"null for a provenance", ProvenanceName, "null", []string{"provenance.json", "damaged"}},
		{"a long provenance", ProvenanceName, "{" + strings.Repeat(" ", maxProvenanceFile) + "}", []string{"provenance.json", "larger than 1.0 MiB", "damaged"}},
		{"bad marker", DivergedName, "", []string{"diverged.json", "it is empty", "damaged"}},
		{"no reason", DivergedName, "{}", []string{"diverged.json", "a step from 0 to 1 and a reason", "damaged"}},
		{"null for a marker", DivergedName, "null", []string{"diverged.json", "damaged"}},
		{"an empty reason", DivergedName, `{"step":1,"reason":"\n"}`, []string{"diverged.json", "a reason"}},
		{"a late step", DivergedName, `{"step":2,"reason":"x"}`, []string{"diverged.json", "from 0 to 1"}},
		{"diverged at its end", DivergedName, `{"step":1,"reason":"x"}`, []string{"diverged.json", "all evaluations are there", "damaged"}},
		{"bad seal", SealName, "x\n", []string{"SHA256SUMS", "is no line of it", "damaged"}},
		{"empty seal", SealName, "", []string{"SHA256SUMS", "lacks spec.json", "damaged"}},
		{"seal of another file", SealName, strings.Repeat("0", 64) + "  ../../etc/passwd\n", []string{"SHA256SUMS", "damaged"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			dir := recordtest.WriteRecord(t, folder, one.ID(), mustEncode(t, one), recordtest.Line0+"\n"+recordtest.Line1+"\n")
			recordtest.WriteFile(t, filepath.Join(dir, test.file), test.text)
			_, err := (&Store{Write: folder}).Find(one)
			recordtest.CheckError(t, err, test.want)
			if damage := (*DamagedError)(nil); slices.Contains(test.want, "damaged") && (!errors.As(err, &damage) || damage.Dir != dir) {
				t.Errorf("no damage: %#v", err)
			}
		})
	}
}

func mustEncode(t *testing.T, s Spec) string {
	t.Helper()
	text, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A record of a data set without classes has null in place of accuracies, all together, and comes back so.
func TestClasslessEvaluation(t *testing.T) {
	nan := math.NaN()
	e := Evaluation{Step: 3, TrainAccuracy: nan, TestAccuracy: nan, Overfit: nan, TrainLoss: 0.5, TestLoss: 0.25, Extra: map[string]float64{"test_r2": 0.75}}
	text, err := e.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"train_accuracy":null,"test_accuracy":null,"train_loss":0.5`) || !strings.Contains(string(text), `"overfit":null`) {
		t.Errorf("%s", text)
	}
	var back Evaluation
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if !back.Classless() || !math.IsNaN(back.Overfit) || back.TestLoss != 0.25 || back.Extra["test_r2"] != 0.75 {
		t.Errorf("read back %+v", back)
	}
	if _, ok := back.Value("test_accuracy"); ok {
		t.Error("there is a test accuracy")
	}
	r := &Record{Spec: DefaultSpec(), Evaluations: []Evaluation{back}}
	if s := r.Summary(); !strings.Contains(s, "test loss 0.25, test R² 0.750") {
		t.Errorf("%s", s)
	}
	for _, bad := range []string{`"train_accuracy":0.5,"test_accuracy":null`, `"train_accuracy":null,"test_accuracy":0.5`} {
		if err := json.Unmarshal([]byte(strings.Replace(string(text), `"train_accuracy":null,"test_accuracy":null`, bad, 1)), &back); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
	e.TrainAccuracy = 0.5 // a net that has diverged
	if _, err := e.MarshalJSON(); err == nil {
		t.Error("one NaN among accuracies was written")
	}
}
