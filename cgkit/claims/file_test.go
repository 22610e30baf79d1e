// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestWriteAndRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "claims.json")
	verdicts := Judge(without(world(1), f4(1, 2)))
	for range 2 { // the second time over the first
		if err := Write(path, verdicts); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v left in the folder, %v", entries, err)
	}
	back, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != len(verdicts) {
		t.Fatalf("%d verdicts read, want %d", len(back), len(verdicts))
	}
	for i, v := range back {
		if want := verdicts[i]; v.ID != want.ID || v.Verdict != want.Verdict || v.Reason != want.Reason || len(v.Measured) != len(want.Measured) {
			t.Errorf("%s: read %+v", want.ID, v)
		}
	}
	// As others read it.
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var plain []struct {
		ID, Claim, Verdict string
		Measured           map[string]map[string]any
		Runs               []string
	}
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	if len(plain) != len(All())+len(Later()) || plain[0].ID != "C1" || plain[0].Measured["final_train_accuracy_n0"]["seeds"] != 1.0 {
		t.Errorf("%+v", plain[0])
	}
}

func TestWriteRefuses(t *testing.T) {
	if err := Write(filepath.Join(t.TempDir(), "absent", "claims.json"), nil); err == nil {
		t.Error("no error for a folder that is not there")
	}
	path := filepath.Join(t.TempDir(), "claims.json")
	if err := Write(path, nil); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "[]\n" {
		t.Errorf("no verdicts are written as %q", text)
	}
}

func TestQuantityJSON(t *testing.T) {
	for _, test := range []struct {
		bySeed map[int64]float64
		want   string
	}{
		{map[int64]float64{1: 0.1 + 0.2}, `{"median":0.3,"min":0.3,"max":0.3,"seeds":1}`},
		{map[int64]float64{1: 3, 2: 1, 3: 2}, `{"median":2,"min":1,"max":3,"seeds":3}`},
		{map[int64]float64{1: 3, 2: 1}, `{"median":2,"min":1,"max":3,"seeds":2}`},
		{map[int64]float64{1: math.Inf(1), 2: 1}, `{"median":null,"min":1,"max":null,"seeds":2}`},
		{map[int64]float64{1: math.NaN(), 2: 1}, `{"median":null,"min":1,"max":1,"seeds":2}`},
		{map[int64]float64{1: math.NaN(), 2: 1, 3: 2}, `{"median":1.5,"min":1,"max":2,"seeds":3}`},
		{nil, `{"median":null,"min":null,"max":null,"seeds":0}`},
	} {
		got, err := json.Marshal(combine(test.bySeed))
		if err != nil || string(got) != test.want {
			t.Errorf("%v: %s, %v, want %s", test.bySeed, got, err, test.want)
		}
	}
}
