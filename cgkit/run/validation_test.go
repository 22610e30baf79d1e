// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"math"
	"reflect"
	"slices"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
)

// A validation split is what lies behind the examples trained on, with as much noise of the same kind by other draws.
func TestValidation(t *testing.T) {
	const n = 1500
	whole, err := datasets.NewGlyphs(context.Background(), n+record.ValidationExamples+7, 50, 3)
	if err != nil {
		t.Fatal(err)
	}
	set, err := whole.Take(n, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"", record.NoisePairFlip} {
		s := record.DefaultSpec()
		s.Noise, s.NoiseKind, s.Seed = 0.5, kind, 4
		split, noise, ok, err := Validation(s, set)
		if err != nil || !ok {
			t.Fatalf("%q: %v, %v", kind, ok, err)
		}
		if want := whole.Train.Labels[n : n+record.ValidationExamples]; !slices.Equal(split.Labels, want) || !slices.Equal(noise.Original, want) {
			t.Errorf("%q: other labels than those behind the %d", kind, n)
		}
		if want := whole.Train.Pixels[n*set.Features() : (n+record.ValidationExamples)*set.Features()]; !slices.Equal(split.Pixels, want) {
			t.Errorf("%q: other pixels than those behind the %d", kind, n)
		}
		train, err := NoiseOf(s, set)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := noise.ProperAccuracy(), train.ProperAccuracy(); math.Abs(a-b) > 0.06 {
			t.Errorf("%q: %v right labels, %v among those trained on", kind, a, b)
		}
		if slices.Equal(noise.Chosen, train.Chosen[:len(noise.Chosen)]) {
			t.Errorf("%q: the draws are those of the training set", kind)
		}
		flips := 0
		for i, given := range noise.Given {
			if noise.Chosen[i] && given == (noise.Original[i]+1)%10 {
				flips++
			}
		}
		if all := flips == count(noise.Chosen); all != (kind != "") {
			t.Errorf("%q: %d of %d chosen labels are the next class", kind, flips, count(noise.Chosen))
		}
		_, again, _, _ := Validation(s, set)
		if !reflect.DeepEqual(again, noise) {
			t.Errorf("%q: the draws differ from call to call", kind)
		}
	}
	if _, _, ok, err := Validation(record.DefaultSpec(), whole); ok || err != nil {
		t.Errorf("a whole set has a validation split: %v, %v", ok, err)
	}
	few, err := whole.Take(whole.Train.Len()-3, 50)
	if err != nil {
		t.Fatal(err)
	}
	if split, _, ok, err := Validation(record.DefaultSpec(), few); !ok || err != nil || split.Len() != 3 {
		t.Errorf("of 3 examples: %d, %v, %v", split.Len(), ok, err)
	}
}

func count(list []bool) (n int) {
	for _, v := range list {
		if v {
			n++
		}
	}
	return n
}
