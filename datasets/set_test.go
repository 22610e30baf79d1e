// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"bytes"
	"testing"
)

func TestTake(t *testing.T) {
	set, err := NewGlyphs(t.Context(), 30, 20, 1)
	if err != nil {
		t.Fatal(err)
	}
	cut, err := set.Take(7, 20)
	if err != nil {
		t.Fatal(err)
	}
	if cut.Train.Len() != 7 || cut.Test.Len() != 20 || set.Train.Len() != 30 || cut.Title != set.Title {
		t.Errorf("%d and %d examples", cut.Train.Len(), cut.Test.Len())
	}
	if err := cut.validate(); err != nil || !bytes.Equal(cut.Train.Pixels, set.Train.Pixels[:7*784]) {
		t.Errorf("not the first examples: %v", err)
	}
	cut.Train.Labels = append(cut.Train.Labels, 99)
	if set.Train.Labels[7] == 99 {
		t.Error("growing the cut set wrote into the whole one")
	}
	for _, n := range [][2]int{{0, 1}, {-1, 1}, {31, 1}, {1, 21}, {1, 0}} {
		_, err := set.Take(n[0], n[1])
		says(t, err, nil, "glyphs", "allowed are 1 to")
	}
	if _, err := (Split{}).Take(1); err == nil {
		t.Error("took an example from an empty split")
	}
}
