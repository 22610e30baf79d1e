// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"slices"
	"testing"
)

// Every claim of the papers is of one of them, and what is listed for a paper is a claim there is.
func TestSources(t *testing.T) {
	var known []string
	for _, c := range slices.Concat(All(), Later(), Further()) {
		known = append(known, c.ID)
		if own := SourceOf(c.ID) == len(Sources())-1; own == (c.ID[0] == 'C') {
			t.Errorf("%s is of paper %d", c.ID, SourceOf(c.ID))
		}
	}
	for _, s := range Sources() {
		for _, id := range s.ids {
			if !slices.Contains(known, id) {
				t.Errorf("%s: there is no claim %s", s.Title, id)
			}
		}
	}
	if SourceOf("C12") != 0 || SourceOf("C17") != 1 || SourceOf("C20") != 2 || SourceOf("W2") != 3 {
		t.Error("claims are of other papers than theirs")
	}
	for _, c := range slices.Concat(All(), Later()) {
		if SourceOf(c.ID) != 0 {
			t.Errorf("%s is not of the first paper", c.ID)
		}
	}
}
