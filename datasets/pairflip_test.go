// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"slices"
	"strings"
	"testing"
)

// Pair flip chooses whom permuting chooses, and turns each chosen label into the next class.
func TestNewPairFlip(t *testing.T) {
	labels := make([]uint8, 3000)
	for i := range labels {
		labels[i] = uint8(i % 7)
	}
	permuted, err := NewLabelNoise(labels, 0.3, 5)
	if err != nil {
		t.Fatal(err)
	}
	n, err := NewPairFlip(labels, 7, 0.3, 5)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(n.Chosen, permuted.Chosen) || !slices.Equal(n.Original, labels) {
		t.Error("other examples are chosen, or the labels before are others")
	}
	for i, label := range labels {
		want := label
		if n.Chosen[i] {
			want = (label + 1) % 7
		}
		if n.Given[i] != want || n.Corrupt(i) != n.Chosen[i] {
			t.Fatalf("example %d of class %d: %d", i, label, n.Given[i])
		}
	}
	for want, try := range map[string]func() error{
		"0 classes":     func() error { _, err := NewPairFlip(labels, 0, 0.3, 5); return err },
		"label 5":       func() error { _, err := NewPairFlip(labels, 5, 0.3, 5); return err },
		"label noise 2": func() error { _, err := NewPairFlip(labels, 7, 2, 5); return err },
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
